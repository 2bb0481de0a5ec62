"""Run on this machine's own hardware: its USB device controller and its grabber.

What systemd, udev and a package do on an installed board, this does for as long as it runs: load
libcomposite, mount configfs, start gadgetd and api. What it loaded and mounted is undone at the
end; what was there before stays.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from gadgetd.errors import KaputtError
from gadgetd.settings import Settings, load
from launcher.supervise import Child, Supervisor

INSTALLED_CONFIG = Path("/etc/kaputtkvm/kaputtkvm.yaml")
CONFIGFS = Path("/sys/kernel/config")
# Loaded by libcomposite and by making a function; the last of them must go first.
GADGET_MODULES = ("usb_f_mass_storage", "usb_f_hid", "libcomposite", "udc_core", "configfs")
CHECK_INTERVAL_S = 0.5
READY_WITHIN_S = 120.0


class NotRootError(KaputtError):
    """Making a USB gadget is root's right."""

    code = "not_root"


class PortTakenError(KaputtError):
    """Somebody else listens on the page's port."""

    code = "port_taken"


class ModuleMissingError(KaputtError):
    """The running kernel has no USB gadget framework."""

    code = "module_missing"


def run_here(options: argparse.Namespace) -> int:
    """Run until Ctrl-C. Returns the exit status."""
    if os.geteuid() != 0:
        raise NotRootError(
            "Driving the USB device controller needs root.",
            "Start it with sudo, or use --lab to try it without hardware.",
        )
    end_on_signals()
    with ExitStack() as stack:
        stack.callback(print, "Stopped.", flush=True)
        config = stack.enter_context(configuration(options))
        settings = load(config)
        refuse_taken_port(settings.http.host, settings.http.port)
        stack.enter_context(gadget_framework(Path(settings.gadget.configfs)))
        has_password = settings.auth.state.exists()
        commands = {
            name: [sys.executable, "-m", name, "--config", str(config)]
            for name in ("gadgetd", "api")
        }
        try:
            children = [Child(name, command, show) for name, command in commands.items()]
            with Supervisor(children) as supervisor:
                wait_until_ready(settings, supervisor)
                print(f"The page: {url_of(settings)}", flush=True)
                if has_password:
                    print(
                        "Sign in with the password that the first start showed; for a new one, "
                        f"delete {settings.auth.state} and start again.",
                        flush=True,
                    )
                print(f"ISO images: {settings.images.directory}", flush=True)
                print("Ctrl-C ends it.", flush=True)
                while True:
                    supervisor.check()
                    time.sleep(CHECK_INTERVAL_S)
        except KeyboardInterrupt:
            return 0


def end_on_signals() -> None:
    """Make every polite end the same as Ctrl-C, even where a shell's `&` had SIGINT ignored."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)


def show(name: str, line: str) -> None:
    """A child's line on our terminal. The first login stands out."""
    print(line if line.startswith("First login:") else f"{name}: {line}", flush=True)


@contextmanager
def configuration(options: argparse.Namespace) -> Iterator[Path]:
    """The configuration file: the one named, the installed one, or one made for this run.

    The one made for this run keeps images and the login under the user's data directory, because
    a second run should find them again.
    """
    if options.config or INSTALLED_CONFIG.exists():
        yield options.config or INSTALLED_CONFIG
        return
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    data = Path(base) / "kaputtkvm"
    images = (options.images or data / "images").resolve()
    images.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="kaputtkvm-"))
    try:
        config = directory / "kaputtkvm.yaml"
        config.write_text(
            yaml.safe_dump(
                {
                    "gadget": {"socket": str(directory / "gadgetd.sock")},
                    "images": {"directory": str(images)},
                    "http": {"host": options.listen, "port": options.port},
                    "auth": {"state": str(data / "auth.json")},
                }
            )
        )
        yield config
    finally:
        shutil.rmtree(directory)


@contextmanager
def gadget_framework(configfs: Path) -> Iterator[None]:
    """libcomposite loaded and configfs mounted, for as long as this lasts."""
    before = loaded_modules()
    if not (configfs / "usb_gadget").is_dir():
        loading = subprocess.run(
            ["modprobe", "libcomposite"], capture_output=True, text=True, check=False
        )
        if loading.returncode and "libcomposite" not in loaded_modules():
            raise ModuleMissingError(
                f"The kernel's USB gadget framework cannot be loaded: {loading.stderr.strip()}.",
                "Debian's ordinary kernel has it; the cloud kernel does not.",
            )
    mounted_here = not os.path.ismount(configfs)
    if mounted_here:
        subprocess.run(["mount", "-t", "configfs", "configfs", str(configfs)], check=True)
    try:
        yield
    finally:
        if mounted_here:
            subprocess.run(["umount", str(configfs)], check=False)
        for module in GADGET_MODULES:
            if module in loaded_modules() - before:
                subprocess.run(["modprobe", "-r", module], check=False, capture_output=True)


def loaded_modules() -> set[str]:
    """The names of the modules the kernel holds now."""
    return {line.split()[0] for line in Path("/proc/modules").read_text().splitlines()}


def refuse_taken_port(host: str, port: int) -> None:
    """Find out before anything is started whether the page's port is free.

    Raises:
        PortTakenError: with the address.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} on {host} cannot be used: {error.strerror}.",
                "Choose another with --port, or end the program that has it.",
            ) from error


def url_of(settings: Settings) -> str:
    """Where the page is."""
    return f"http://{settings.http.host}:{settings.http.port}/"


def wait_until_ready(settings: Settings, supervisor: Supervisor) -> None:
    """Until the api answers. gadgetd may still be without a controller: the page says so.

    Raises:
        ChildFailedError: a child gave up.
    """
    limit = time.monotonic() + READY_WITHIN_S
    host = "127.0.0.1" if settings.http.host == "0.0.0.0" else settings.http.host
    health = f"http://{host}:{settings.http.port}/api/health"
    while time.monotonic() < limit:
        supervisor.check()
        try:
            with urllib.request.urlopen(health, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(CHECK_INTERVAL_S)
    raise KaputtError(
        f"The page did not answer within {READY_WITHIN_S:.0f} s.", "See the lines above."
    )
