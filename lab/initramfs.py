"""The board's first root: a static busybox, the modules for the second root, one script.

Everything else comes from the outer machine over 9p, so this is small and made anew each time.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path

from lab import cpio
from lab.kernel import Kernel
from lab.modules import content, load_order
from lab.packages import tool

FIRST_MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_net", "virtio_console")
GUEST_DIR = Path(__file__).resolve().parent / "guest"


def board_initramfs(kernel: Kernel, settings: Mapping[str, str]) -> bytes:
    """The archive for `-initrd`; `settings` become shell variables for both init scripts."""
    modules = load_order(kernel.modules, FIRST_MODULES)
    # insmod does not care for the name, and 9p.ko.xz is unpacked here.
    names = [f"{number:02}-{file.name.partition('.')[0]}" for number, file in enumerate(modules)]
    lines = {**settings, "LAB_FIRST_MODULES": " ".join(names)}
    script = "".join(f"{name}={shlex.quote(value)}\n" for name, value in lines.items())
    return cpio.archive(
        [
            *map(cpio.directory, ("bin", "dev", "lower", "modules", "proc", "merged", "upper")),
            # The kernel opens /dev/console for init before init can mount anything.
            cpio.character_device("dev/console", 5, 1),
            cpio.file("bin/busybox", _busybox(), executable=True),
            cpio.file("settings", script.encode()),
            *(
                cpio.file(f"modules/{name}", content(file))
                for name, file in zip(names, modules, strict=True)
            ),
            cpio.file("init", (GUEST_DIR / "initramfs.sh").read_bytes(), executable=True),
        ]
    )


def probe_initramfs(marker: str) -> bytes:
    """The smallest root that proves a kernel runs: says `marker` on the console, powers off."""
    script = f"#!/bin/busybox sh\necho {marker}\n/bin/busybox poweroff -f\n"
    return cpio.archive(
        [
            *map(cpio.directory, ("bin", "dev")),
            cpio.character_device("dev/console", 5, 1),
            cpio.file("bin/busybox", _busybox(), executable=True),
            cpio.file("init", script.encode(), executable=True),
        ]
    )


def _busybox() -> bytes:
    return tool("busybox", "busybox-static").read_bytes()
