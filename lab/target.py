"""The target: a guest with nothing but firmware, a screen and one USB port.

No keyboard, no disk, no network of its own: whatever it boots or reads from a keyboard came
through our cable.
"""

import io
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Literal

from PIL import Image

from lab import accel, kernel
from lab.errors import LabError
from lab.machine import Machine
from lab.packages import firmware as firmware_file

Firmware = Literal["uefi", "seabios"]
SCREEN_PX = (800, 600)


class Target:
    """The target guest; a context manager. It runs from the moment the block is entered.

    Args:
        firmware: `uefi` is OVMF on a q35 machine; `seabios` an old PC's BIOS.
        memory_mb: its memory in MiB.
        say: told what happens, in short sentences.
    """

    def __init__(
        self,
        *,
        firmware: Firmware = "uefi",
        memory_mb: int = 256,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.firmware = firmware
        self._memory_mb = memory_mb
        self._say = say
        self._machine: Machine | None = None
        self._shot = threading.Lock()
        self.usb_port = 0
        """The TCP port on 127.0.0.1 behind which its USB port waits for a cable."""

    def __enter__(self) -> "Target":
        """Switch the target on.

        Raises:
            LabError: `lab.guest.died`, with logs; `lab.tool.missing`, no firmware installed.
        """
        acceleration = accel.arguments(kernel.fetch(self._say))
        self._say("Switching the target on")
        self._machine = Machine("target")
        try:
            self._machine.start([*acceleration, *self._arguments(self._machine.run_dir)])
            self.usb_port = self._listening_port()
        except BaseException:
            self._stop()
            raise
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
            raise LabError("lab.guest.stopped", "The target guest is not running.")
        return self._machine

    def reset(self) -> None:
        """Press the reset button."""
        self.machine.qmp.ask("system_reset")

    def screenshot(self) -> Image.Image:
        """What its screen shows now, in its own resolution."""
        return picture(self.dump())

    def dump(self) -> bytes:
        """What its screen shows now as a PPM file: quick to take and to compare."""
        path = self.machine.run_dir / "screen.ppm"
        with self._shot:
            self.machine.qmp.ask("screendump", filename=str(path))
            return path.read_bytes()

    def usb(self) -> list[str]:
        """What is on its USB port, as QEMU describes it: a line with port and speed, or nothing."""
        # QEMU lists the empty end of a cable too; its object knows whether something is attached.
        qmp = self.machine.qmp
        if not qmp.ask("qom-get", path="/machine/peripheral/port", property="attached"):
            return []
        lines = qmp.monitor("info usb").splitlines()
        return [line.strip() for line in lines if line.strip().startswith("Device")]

    def _arguments(self, run_dir: Path) -> list[str]:
        width, height = SCREEN_PX
        arguments = [
            "-m",
            str(self._memory_mb),
            "-device",
            f"VGA,edid=on,xres={width},yres={height}",
            # Port 0: the kernel picks a free one, so that two labs cannot meet.
            "-chardev",
            "socket,id=usb,host=127.0.0.1,port=0,server=on,wait=off",
            "-device",
            "qemu-xhci",
            "-device",
            "usb-redir,id=port,chardev=usb,bootindex=0",
        ]
        if self.firmware == "seabios":
            return ["-M", "pc", *arguments]
        code = firmware_file("OVMF_CODE_4M.fd", "ovmf")
        variables = run_dir / "vars.fd"
        shutil.copyfile(firmware_file("OVMF_VARS_4M.fd", "ovmf"), variables)
        return [
            "-M",
            "q35",
            *arguments,
            "-drive",
            f"if=pflash,format=raw,unit=0,readonly=on,file={code}",
            "-drive",
            f"if=pflash,format=raw,unit=1,file={variables}",
        ]

    def _listening_port(self) -> int:
        for device in self.machine.qmp.ask("query-chardev"):
            if device["label"] == "usb":
                # "disconnected:tcp:127.0.0.1:40001,server=on"
                address = str(device["filename"]).partition(",")[0]
                return int(address.rpartition(":")[2])
        raise self.machine.failure("lab.guest.died", "The target has no USB port.")

    def _stop(self) -> None:
        if self._machine is not None:
            self._machine.stop()
            self._machine = None


def picture(dump: bytes) -> Image.Image:
    """The picture in a PPM file, as `Target.dump` returns it."""
    with Image.open(io.BytesIO(dump)) as image:
        image.load()
        return image
