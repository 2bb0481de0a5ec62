"""Which kernel modules to load, and in which order: what depmod found out, read back.

`modules.dep` names for each module file those it needs; `modules.builtin` names what is part of
the kernel image already and must not be looked for.

Source: modules.dep(5); Linux Documentation/kbuild/kbuild.rst (modules.builtin).
"""

from collections.abc import Iterable
from pathlib import Path

from lab.errors import LabError


def load_order(directory: Path, names: Iterable[str]) -> list[Path]:
    """The files to load, dependencies first, each once.

    Args:
        directory: `/lib/modules/VERSION` or a copy of it.
        names: modules by name; `-` and `_` mean the same.

    Raises:
        LabError: `lab.module.missing`, a name is neither a module nor built in.
    """
    needs: dict[str, list[str]] = {}
    file_of: dict[str, str] = {}
    for line in (directory / "modules.dep").read_text().splitlines():
        file, _, dependencies = line.partition(":")
        file_of[module_name(file)] = file
        needs[file] = dependencies.split()
    built_in = {
        module_name(line) for line in (directory / "modules.builtin").read_text().splitlines()
    }
    ordered: dict[str, None] = {}

    def add(file: str) -> None:
        if file not in ordered:
            for dependency in needs[file]:
                add(dependency)
            ordered[file] = None

    for name in map(module_name, names):
        if name in built_in:
            continue
        if name not in file_of:
            raise LabError(
                "lab.module.missing",
                f"The kernel in {directory} has no module {name}.",
                "Remove the lab's cache directory to get the kernel again.",
            )
        add(file_of[name])
    return [directory / file for file in ordered]


def module_name(file: str) -> str:
    """`kernel/fs/9p/9p.ko.xz` is the module `9p`; dashes read as underscores."""
    return Path(file).name.partition(".")[0].replace("-", "_")


def content(file: Path) -> bytes:
    """A module as insmod wants it: Debian 13 compresses them with xz, Debian 12 does not.

    Raises:
        LabError: `lab.module.compression`, another compression.
    """
    data = file.read_bytes()
    if file.suffix == ".ko":
        return data
    if file.suffix == ".xz":
        import lzma  # an optional part of CPython, and not needed on Debian 12

        return lzma.decompress(data)
    raise LabError("lab.module.compression", f"{file} is compressed in a way the lab cannot read.")
