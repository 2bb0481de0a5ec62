"""The Debian packages a lab needs, and where their tools lie.

The launcher installs them by name; the lab itself only looks, and says which package is missing.
The kernel is not among them: `lab.kernel` unpacks it into the cache, because installing it would
touch /boot.
"""

import shutil
from pathlib import Path

from lab.errors import LabError

DEBIAN_PACKAGES: tuple[str, ...] = (
    "qemu-system-x86",  # both guests
    "ovmf",  # the target's UEFI firmware
    "seabios",  # the target's BIOS
    "busybox-static",  # the first minute of the board
    "kmod",  # modprobe in the board, depmod outside
    "udev",  # the board's udevd: links, permissions, the `udev` monitor
    "usbredirect",  # the USB cable
    "v4l-utils",  # sets vivid up
    "xz-utils",  # the kernel image is an xz stream; Debian 13's modules too
    "util-linux",  # setpriv: no guest outlives us
    "grub-common",  # grub-mkrescue, with the five below
    "grub-efi-amd64-bin",
    "grub-pc-bin",
    "xorriso",
    "mtools",
)

# An ordinary user's PATH on Debian leaves the administrator's directories out.
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def tool(name: str, package: str) -> Path:
    """Where the program `name` lies.

    Raises:
        LabError: `lab.tool.missing`; names the Debian `package` that has it.
    """
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise LabError(
            "lab.tool.missing", f"{name} is not installed.", f"Install the package {package}."
        )
    return Path(found)


def firmware(name: str, package: str) -> Path:
    """Where the firmware image `name` lies. Raises as `tool` does."""
    for directory in ("/usr/share/OVMF", "/usr/share/seabios", "/usr/share/qemu"):
        path = Path(directory) / name
        if path.is_file():
            return path
    raise LabError(
        "lab.tool.missing", f"{name} is not installed.", f"Install the package {package}."
    )
