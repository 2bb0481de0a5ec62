"""The board's kernel: Debian's own package, unpacked into the cache and not installed.

apt knows which package `linux-image-amd64` stands for today and fetches it with its signature
checked; dpkg-deb unpacks it; depmod writes the tables modprobe needs. The unpacked kernel is moved
into place when it is complete, so a half-made one is never seen.

The image is xz-compressed, which costs seconds under software emulation. So the payload is taken
out once, here, and QEMU enters the plain ELF file through its PVH note.

Sources: apt-get(8), dpkg-deb(1); Linux Documentation/arch/x86/boot.rst (`payload_offset`);
Xen docs/misc/pvh.pandoc.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError
from lab.packages import tool
from lab.rundir import cache_dir, locked

META_PACKAGE = "linux-image-amd64"
FETCH_LIMIT_S = 900.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Kernel:
    """An unpacked kernel: its `uname -r`, the file to boot, its `/lib/modules/VERSION`."""

    version: str
    image: Path
    modules: Path


def fetch(say: Say = lambda _: None) -> Kernel:
    """The kernel Debian's `linux-image-amd64` stands for; from the cache, or unpacked into it.

    Safe when two processes do it at once. Without apt, the newest kernel in the cache serves.

    Raises:
        LabError: `lab.kernel.package`, apt knows no such package; `lab.kernel.download`, no
            network or no such file on the mirror; `lab.kernel.unpack`, the package is damaged or
            the disk full.
    """
    store = cache_dir() / "kernels"
    store.mkdir(parents=True, exist_ok=True)
    with locked(store / "lock"):
        if store not in _fetched:  # asking apt takes most of a second
            _fetched[store] = _fetch(store, say)
        return _fetched[store]


_fetched: dict[Path, Kernel] = {}


def _fetch(store: Path, say: Say) -> Kernel:
    try:
        package = _package(say)
    except LabError:
        cached = sorted(store.glob("linux-image-*"), key=lambda path: path.stat().st_mtime)
        if not cached:
            raise
        return _kernel(cached[-1])
    home = store / package
    if not home.is_dir():
        _unpack(package, home, say)
    return _kernel(home)


def _kernel(home: Path) -> Kernel:
    (modules,) = (home / "lib" / "modules").iterdir()
    return Kernel(modules.name, home / "vmlinux", modules)


def _package(say: Say) -> str:
    name = _dependency()
    if name is None:
        say("Reading Debian's package lists")
        _run(["apt-get", "update"], "lab.kernel.package", "Debian's package lists did not arrive.")
        name = _dependency()
    if name is None:
        raise LabError(
            "lab.kernel.package",
            f"apt knows no package {META_PACKAGE}.",
            "The lab needs Debian 12 or 13 on amd64, with its package lists.",
        )
    return name


def _dependency() -> str | None:
    shown = subprocess.run(
        [tool("apt-cache", "apt"), "show", "--no-all-versions", META_PACKAGE],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    found = re.search(r"^Depends:.*?(linux-image-[0-9][^ ,]*)", shown, re.MULTILINE)
    return found[1] if found else None


def _unpack(package: str, home: Path, say: Say) -> None:
    with tempfile.TemporaryDirectory(prefix="new-", dir=home.parent) as directory:
        work = Path(directory)
        say(f"Fetching {package} from Debian")
        # Root's apt would hand the download to the user _apt, who may not write here.
        _run(
            ["apt-get", "-o", "APT::Sandbox::User=root", "download", package],
            "lab.kernel.download",
            f"{package} did not arrive.",
            "Check the network, and try `apt-get update`.",
            cwd=work,
        )
        (deb,) = work.glob("*.deb")
        say(f"Unpacking {package}")
        tree = work / "tree"
        damaged = f"{package} did not unpack."
        _run(["dpkg-deb", "-x", str(deb), str(tree)], "lab.kernel.unpack", damaged)
        lib = tree / "lib" / "modules"
        if not lib.is_dir():  # packages that already know of the merged /usr
            lib = tree / "usr" / "lib" / "modules"
        ready = work / "ready"
        (ready / "lib").mkdir(parents=True)
        lib.rename(ready / "lib" / "modules")
        # depmod looks below lib or usr/lib, as its distribution configured it.
        (ready / "usr").mkdir()
        (ready / "usr" / "lib").symlink_to("../lib")
        (modules,) = (ready / "lib" / "modules").iterdir()
        for dangling in ("build", "source"):
            (modules / dangling).unlink(missing_ok=True)
        say(f"Reading the modules of {modules.name}")
        _run(["depmod", "-b", str(ready), modules.name], "lab.kernel.unpack", damaged)
        compressed = (tree / "boot" / f"vmlinuz-{modules.name}").read_bytes()
        (ready / "vmlinux").write_bytes(plain_image(compressed))
        shutil.rmtree(home, ignore_errors=True)
        ready.rename(home)


def plain_image(compressed: bytes) -> bytes:
    """The ELF image inside a bzImage; what is not xz inside is returned as it came.

    Source: Linux Documentation/arch/x86/boot.rst, offsets 0x1f1, 0x248 and 0x24c.
    """
    setup_sectors = compressed[0x1F1] or 4
    offset = int.from_bytes(compressed[0x248:0x24C], "little") + (setup_sectors + 1) * 512
    size_bytes = int.from_bytes(compressed[0x24C:0x250], "little")
    payload = compressed[offset : offset + size_bytes]
    if not payload.startswith(b"\xfd7zXZ\0"):
        return compressed
    # The last four bytes of the payload are its unpacked size, not part of the xz stream.
    unpacked = subprocess.run(
        [tool("xz", "xz-utils"), "-dc", "--single-stream"],
        input=payload,
        capture_output=True,
        check=False,
    ).stdout
    return unpacked if unpacked.startswith(b"\x7fELF") else compressed


def _run(
    argv: list[str], code: str, sentence: str, todo: str = "", cwd: Path | None = None
) -> None:
    program = tool(argv[0], "kmod" if argv[0] == "depmod" else "apt")
    try:
        done = subprocess.run(
            [program, *argv[1:]],
            capture_output=True,
            text=True,
            cwd=cwd,
            check=False,
            timeout=FETCH_LIMIT_S,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(code, sentence, todo, f"{argv[0]} took over {FETCH_LIMIT_S} s") from error
    if done.returncode != 0:
        raise LabError(code, sentence, todo, done.stderr.strip()[-2000:])
