"""The board: a guest on Debian's own kernel that has a USB device controller and a grabber.

Its files are the outer machine's, read-only underneath and writable on top in memory, so programs,
virtual environment and checkout are found at the paths they have outside, and nothing written
inside is seen outside. Only the `share` directory is the same on both sides.

Paths below /dev, /proc, /run and /sys are the board's own. So the Python that runs the lab must
not live there.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from lab import accel, kernel
from lab.agent import Agent, Completed, GuestProcess
from lab.errors import LabError
from lab.initramfs import GUEST_DIR, board_initramfs
from lab.machine import Machine, unix_chardev

BOOT_LIMIT_S = 300.0
RUN_LIMIT_S = 120.0
PORTS = ("agent", "picture", "reset")
# What the gadget and the board's own USB host need; udev would find most of it, but later.
LATE_MODULES = (
    "libcomposite",
    "usbhid",
    "hid-generic",
    "evdev",
    "usb-storage",
    "sr_mod",
    "sd_mod",
)


class Board:
    """The board guest; a context manager.

    Args:
        share: a directory that guest and outer machine see at the same path, both writing.
        forward: TCP ports of the guest and the port on 127.0.0.1 that leads to each.
        udc_count: how many USB device controllers (`dummy_udc.N`) it has; 0 is a board without.
        memory_mb: its memory in MiB.
        say: told what happens, in short sentences.
    """

    def __init__(
        self,
        *,
        share: Path,
        forward: Mapping[int, int] | None = None,
        udc_count: int = 1,
        memory_mb: int = 1024,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.share = share.resolve()
        self.checkout = GUEST_DIR.parent.parent
        self._forward = dict(forward or {})
        self._udc_count = udc_count
        self._memory_mb = memory_mb
        self._say = say
        self._machine: Machine | None = None
        self._agent: Agent | None = None

    def __enter__(self) -> "Board":
        """Boot the board and wait until it is usable.

        Raises:
            LabError: from `lab.kernel.fetch`; `lab.guest.died` or `lab.guest.late`, with logs.
        """
        found = kernel.fetch(self._say)
        acceleration = accel.arguments(found)
        self._say("Starting the board")
        started = time.monotonic()
        self._machine = Machine("board")
        try:
            initrd = self._machine.run_dir / "initramfs"
            initrd.write_bytes(board_initramfs(found, self._settings(found)))
            self._machine.start([*acceleration, *self._arguments(found, initrd)])
            self._agent = Agent(self._machine.connect("agent"), self._machine.check_alive)
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        self._say(f"The board is up after {time.monotonic() - started:.0f} s")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the guest; nothing of it remains."""
        self._stop()

    @property
    def machine(self) -> Machine:
        """The QEMU process: its run directory, logs and QMP."""
        if self._machine is None:
            raise LabError("lab.guest.stopped", "The board guest is not running.")
        return self._machine

    def start(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | Path = "/",
    ) -> GuestProcess:
        """Start a process as root in the board.

        Args:
            argv: program and arguments; `sys.executable` works in there too.
            env: added to the board's environment.
            cwd: a directory in the board.
        """
        if self._agent is None:
            raise LabError("lab.guest.stopped", "The board guest is not running.")
        return self._agent.start([str(word) for word in argv], env or {}, str(cwd))

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        stdin: str | bytes = b"",
        timeout_s: float = RUN_LIMIT_S,
        check: bool = True,
        env: Mapping[str, str] | None = None,
        cwd: str | Path = "/",
    ) -> Completed:
        """Run a process in the board to its end.

        Raises:
            LabError: `lab.process.failed`, it ended with another status than 0 and `check` is
                set; `lab.process.late`, it did not end within `timeout_s` (and was killed).
        """
        process = self.start(argv, env=env, cwd=cwd)
        if stdin:
            process.write(stdin)
        process.close_stdin()
        try:
            done = process.wait(timeout_s)
        except LabError as error:
            if error.code == "lab.process.late":
                process.signal(9)
            raise
        if check and done.returncode != 0:
            raise LabError(
                "lab.process.failed",
                f"In the board, `{' '.join(process.argv)}` ended with {done.returncode}.",
                log=(done.stdout + done.stderr)[-2000:],
            )
        return done

    def shell(self, script: str, *, timeout_s: float = RUN_LIMIT_S, check: bool = True) -> str:
        """Run `script` with `sh -e` in the board and return its standard output."""
        return self.run(["sh", "-ec", script], timeout_s=timeout_s, check=check).stdout

    def start_python(self, script: str, *arguments: str) -> GuestProcess:
        """Start one of the lab's own scripts in `lab/guest` with the caller's Python."""
        return self.start([sys.executable, "-I", GUEST_DIR / script, *arguments])

    def _wait_until_ready(self) -> None:
        assert self._machine is not None
        assert self._agent is not None
        if not self._agent.wait_for_hello(BOOT_LIMIT_S):
            raise self._machine.failure(
                "lab.guest.late", f"The board did not come up within {BOOT_LIMIT_S} s."
            )
        # The script goes on while the agent already listens.
        ready = "until [ -e /run/lab-ready ]; do sleep 0.1; done"
        self.run(["/bin/busybox", "sh", "-c", ready], timeout_s=BOOT_LIMIT_S)

    def _settings(self, found: kernel.Kernel) -> dict[str, str]:
        return {
            "LAB_KERNEL": found.version,
            "LAB_MODULES": str(found.modules),
            "LAB_INIT": str(GUEST_DIR / "init.sh"),
            "LAB_CHECKOUT": str(self.checkout),
            "LAB_PYTHON": sys.executable,
            "LAB_SHARE": str(self.share),
            "LAB_UDCS": str(self._udc_count),
            "LAB_MODULES_LATE": " ".join(LATE_MODULES),
            "LAB_ROOT_CACHE": "loose",
        }

    def _arguments(self, found: kernel.Kernel, initrd: Path) -> list[str]:
        run_dir = initrd.parent
        forwards = "".join(
            f",hostfwd=tcp:127.0.0.1:{outer}-:{inner}" for inner, outer in self._forward.items()
        )
        ports = []
        for name in PORTS:
            ports += [
                *unix_chardev(name, run_dir / name),
                "-device",
                f"virtserialport,chardev={name},name=kaputtkvm.{name}",
            ]
        return [
            "-M",
            "q35",
            "-m",
            str(self._memory_mb),
            "-no-reboot",
            "-kernel",
            str(found.image),
            "-initrd",
            str(initrd),
            "-append",
            "console=ttyS0 quiet panic=-1 mitigations=off nokaslr audit=0",
            *_directory("root", Path("/"), ",readonly=on"),
            *_directory("share", self.share, ""),
            "-device",
            "virtio-serial-pci",
            *ports,
            "-netdev",
            f"user,id=net{forwards}",
            "-device",
            "virtio-net-pci,netdev=net,romfile=",
        ]

    def _stop(self) -> None:
        if self._agent is not None:
            self._agent.close()
            self._agent = None
        if self._machine is not None:
            self._machine.stop()
            self._machine = None


def _directory(tag: str, path: Path, more: str) -> list[str]:
    return [
        "-fsdev",
        f"local,id={tag},path={path},security_model=none,multidevs=remap{more}",
        "-device",
        f"virtio-9p-pci,fsdev={tag},mount_tag={tag}",
    ]
