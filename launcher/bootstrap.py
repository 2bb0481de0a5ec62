"""From a bare clone to a running verb: Debian packages, a virtual environment, then hand over.

Standard library only, because it runs before anything is installed. Each step first looks
whether it is needed, so a second start costs a second.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.packages import needed_for
from launcher.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
CONTROLLERS = Path("/sys/class/udc")

VERBS = ("run", "test", "bench")
USAGE = """usage: ./kaputtkvm VERB [options]

  run     start KaputtKVM: on this machine's USB device controller if it has one,
          otherwise in the lab (a virtual board and a virtual target machine)
  test    install what the tests need and run every one of them
  bench   measure in the lab and print a table: keys, paste or encode

./kaputtkvm VERB --help tells the options of a verb."""


class SetupError(Exception):
    """Setting up failed; the text says what and what to do."""


def main(arguments: list[str]) -> int:
    """Set up what the verb needs, then become it. Returns only when that is impossible."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0
    verb = arguments[0]
    if verb not in VERBS:
        print(f"kaputtkvm: {verb} is not a verb of mine.\n\n{USAGE}", file=sys.stderr)
        return 2
    if "--help" not in arguments and "-h" not in arguments:
        progress = Progress(2)
        try:
            install_packages(needed_for(verb, has_controller=wants_gadget(arguments)), progress)
            python = environment(verb, progress)
        except SetupError as error:
            print(f"kaputtkvm: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nkaputtkvm: stopped during set-up; start it again to go on.", file=sys.stderr)
            return 130
    else:
        python = Path(sys.executable)
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(python, [str(python), "-m", "launcher", *arguments])


def has_controller() -> bool:
    """Whether this machine has a USB device controller (UDC), so that it can be the board."""
    return CONTROLLERS.is_dir() and any(CONTROLLERS.iterdir())


def wants_gadget(arguments: list[str]) -> bool:
    """Whether `run` will drive real hardware: what was asked for, else what the machine has."""
    if "--lab" in arguments:
        return False
    return "--here" in arguments or has_controller()


def missing(packages: tuple[str, ...]) -> list[str]:
    """Those of `packages` that are not installed. A program found by its name counts as well."""
    if shutil.which("node"):  # a newer Node.js from elsewhere conflicts with Debian's package
        packages = tuple(name for name in packages if name != "nodejs")
    query = ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *packages]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    installed = {
        line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")
    }
    if sys.prefix != "/usr" and has_module("ensurepip"):
        installed.add("python3-venv")  # this Python is not Debian's and brings its own
    return sorted(set(packages) - installed)


def has_module(name: str) -> bool:
    """Whether this Python could import `name`."""
    from importlib.util import find_spec

    return find_spec(name) is not None


def install_packages(packages: tuple[str, ...], progress: Progress) -> None:
    """Install what is missing by apt-get, as root or through sudo.

    Raises:
        SetupError: no apt-get, no right to use it, or apt-get failed; its last lines are shown.
    """
    with progress.step("Debian packages"):
        if not shutil.which("apt-get") or not shutil.which("dpkg-query"):
            raise SetupError(
                "this system has no apt-get. KaputtKVM sets itself up on Debian 12 and 13; "
                f"elsewhere install these by hand: {' '.join(packages)}."
            )
        absent = missing(packages)
        if not absent:
            progress.say("all there")
            return
        progress.say(f"installing {', '.join(absent)}")
        elevate: list[str] = []
        if os.geteuid() != 0:
            if not shutil.which("sudo"):
                raise SetupError(
                    f"installing {', '.join(absent)} needs root, and there is no sudo. "
                    f"As root: apt-get install {' '.join(absent)}"
                )
            elevate = ["sudo"]
        apt = [*elevate, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        run_shown([*apt, "update"], progress)
        run_shown([*apt, "install", "--yes", "--no-install-recommends", *absent], progress)


def run_shown(command: list[str], progress: Progress) -> None:
    """Run a command, showing its latest line; its last lines come with the error."""
    tail: list[str] = []
    unpacked = 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            tail = [*tail[-14:], line.rstrip()]
            if line.startswith(("Unpacking", "Setting up")):
                unpacked += 1
                if unpacked % 10 == 0 or sys.stdout.isatty():
                    progress.detail(line.strip())
    if process.returncode:
        raise SetupError(
            f"{' '.join(command[:6])} ... failed with exit status {process.returncode}:\n  "
            + "\n  ".join(tail)
        )


def environment(verb: str, progress: Progress) -> Path:
    """The virtual environment's Python, with the pinned packages of `verb` in it.

    A stamp holds the digest of the pins, so a changed pin is noticed and an unchanged one is free.

    Raises:
        SetupError: the environment cannot be made, or a package cannot be had.
    """
    python = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / f".{pins(verb).stem}"
    wanted = digest(verb)
    with progress.step("Virtual environment"):
        if stamp.is_file() and stamp.read_text() == wanted and runs(python):
            progress.say("up to date")
            compile_ours(python)
            return python
        if not runs(python):
            progress.detail("making it")
            run_shown([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], progress)
        count = sum("==" in line for line in pins(verb).read_text().splitlines())
        progress.say(f"installing {count} pinned packages")
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        run_shown([*pip, "--require-hashes", "-r", str(pins(verb))], progress)
        # The pins of the tests contain those of a run, at the same versions.
        for verb_served in ("run", "test") if verb == "test" else ("run",):
            (ENVIRONMENT / f".{verb_served}").write_text(digest(verb_served))
        compile_ours(python)
    return python


def compile_ours(python: Path) -> None:
    """Compile our packages ahead: a guest in software emulation would spend many seconds on it."""
    packages = ("gadgetd", "api", "launcher", "lab", "bench")
    command = [str(python), "-m", "compileall", "-q", *packages]
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)


def pins(verb: str) -> Path:
    """The file of exact versions and hashes that `verb` needs. What is measured is a run."""
    return ROOT / "requirements" / ("test.txt" if verb == "test" else "run.txt")


def digest(verb: str) -> str:
    """What the environment of `verb` is made from: its pins and the Python that made it."""
    return hashlib.sha256(pins(verb).read_bytes() + sys.version.encode()).hexdigest()


def runs(python: Path) -> bool:
    """Whether that interpreter starts: a virtual environment breaks when its Python is replaced."""
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", ""], check=False, capture_output=True).returncode == 0
