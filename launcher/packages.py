"""Which Debian packages each verb needs, by name, with the reason beside it.

Nothing here is imported from outside the standard library: the list is read before there is a
virtual environment.
"""

PYTHON = (
    "python3-venv",  # the virtual environment itself
)

GADGET = (
    "kmod",  # loads libcomposite and unloads it again
    "udev",  # names grabbers by their port, and says when hardware comes and goes
)

LAB = (
    "qemu-system-x86",  # both guests
    "ovmf",  # the target's UEFI firmware
    "usbredirect",  # the USB cable between the guests
    "udev",  # runs inside the board guest
    "kmod",  # depmod for the unpacked kernel; modprobe inside the guest
    "busybox-static",  # the board guest's first program
    "v4l-utils",  # sets the virtual grabber up
    "grub-common",  # grub-mkrescue makes the example image
    "grub-efi-amd64-bin",
    "grub-pc-bin",
    "xorriso",
    "mtools",
)

TEST = (
    *LAB,
    "chromium",  # the browser that the page is tested in
    "fonts-dejavu-core",  # so that its screenshots show letters on a bare machine
    "nodejs",  # node --test for web/lib
    "libevdev2",  # names the events that the kernel makes of our reports
)


def needed_for(verb: str, *, has_controller: bool) -> tuple[str, ...]:
    """The Debian packages that `verb` needs on this machine."""
    if verb == "test":
        return (*PYTHON, *TEST)
    if verb == "run":
        return (*PYTHON, *(GADGET if has_controller else LAB))
    return PYTHON
