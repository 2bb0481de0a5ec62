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
    "seabios",  # the target's BIOS
    "busybox-static",  # the board guest's first program
    "kmod",  # depmod for the unpacked kernel; modprobe inside the guest
    "udev",  # runs inside the board guest
    "usbredirect",  # the USB cable between the guests
    "v4l-utils",  # sets the virtual grabber up
    "xz-utils",  # the kernel's payload
    "util-linux",  # setpriv: no guest outlives the launcher
    "grub-common",  # grub-mkrescue makes the example image, with the four below
    "grub-efi-amd64-bin",
    "grub-pc-bin",
    "xorriso",
    "mtools",
)

TYPING = (
    "libxkbcommon0",  # keyboard layouts, with xkb-data
    "libx11-data",  # which dead keys make which characters
)

TEST = (
    *LAB,
    *TYPING,
    "chromium",  # the browser that the page is tested in
    "fonts-dejavu-core",  # so that its screenshots show letters on a bare machine
    "nodejs",  # node --test for web/lib
    "libatomic1",  # the browser driver's own node
    "procps",  # finds the process that a test kills
    "libevdev2",  # names the events that the kernel makes of our reports
)

BENCH = (*LAB, *TYPING)


def needed_for(verb: str, *, has_controller: bool) -> tuple[str, ...]:
    """The Debian packages that `verb` needs on this machine."""
    if verb == "test":
        return (*PYTHON, *TEST)
    if verb == "bench":
        return (*PYTHON, *BENCH)
    if verb == "run":
        return (*PYTHON, *TYPING, *(GADGET if has_controller else LAB))
    return PYTHON
