"""Layouts: what the target's keyboard may be set to, by name, and what each can write.

The names are those of xkeyboard-config's registry, evdev.xml, read here with the standard library:
libxkbregistry would read the same file, for one package and an XML library more. Layouts that
the registry calls exotic have a file of their own, evdev.extras.xml, and are left out, as the
settings of desktops leave them out.

A layout's name becomes part of a file's path inside libxkbcommon, so only names in the registry
get that far.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from threading import Lock
from xml.etree import ElementTree

from api.keys.labels import KeyLabels, labels
from api.keys.plan import Keymap
from api.keys.reach import strokes, ways
from api.keys.xkb import CompiledKeymap, ComposeTable, Context, LayoutsUnavailableError
from gadgetd.errors import KaputtError
from gadgetd.hid.usages import Led

REGISTRY = Path("rules/evdev.xml")
NEAREST_SHOWN = 3
LONGEST_SHOWN = 40
KEYMAPS_KEPT = 4
MODIFIERS = {Led.CAPS_LOCK: "Lock", Led.NUM_LOCK: "NumLock"}  # what the lights stand for in XKB
LIGHTS = [frozenset(lit) for count in range(3) for lit in combinations(MODIFIERS, count)]

_one_at_a_time = Lock()  # libxkbcommon's objects share what they count without locking


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout, or one variant of it, as the registry has it.

    Attributes:
        layout: such as "de".
        variant: such as "nodeadkeys"; empty for the layout's own.
        name: for people, such as "German (no dead keys)".
    """

    layout: str
    variant: str
    name: str

    @property
    def title(self) -> str:
        """The layout as XKB users write it: "de" or "de(nodeadkeys)"."""
        return f"{self.layout}({self.variant})" if self.variant else self.layout


class LayoutUnknownError(KaputtError):
    """No layout of that name.

    Attributes:
        nearest: titles of layouts that exist.
    """

    code = "layout_unknown"

    def __init__(self, asked: str, nearest: tuple[str, ...]) -> None:
        shown = asked if len(asked) <= LONGEST_SHOWN else asked[:LONGEST_SHOWN] + "…"
        super().__init__(
            f"{shown!r} is not a layout of this system.",
            f"Did you mean {' or '.join(nearest)}?"
            if nearest
            else "Layouts are named as in XKB, such as 'us', or 'de' with the variant 'neo'.",
        )
        self.nearest = nearest


class LayoutBrokenError(KaputtError):
    """The system's description of the layout has errors."""

    code = "layout_broken"

    def __init__(self, title: str) -> None:
        super().__init__(
            f"The system's description of the layout {title} has errors.",
            "Choose another one.",
        )


@cache
def layouts() -> tuple[Layout, ...]:
    """Every layout, each followed by its variants, in the registry's order.

    Raises:
        LayoutsUnavailableError: the library or the registry is not installed.
    """
    with _one_at_a_time:
        return _read(_registry(Context().include_paths))


@lru_cache(maxsize=KEYMAPS_KEPT)
def keymap(layout: str, variant: str = "") -> Keymap:
    """What the layout can write. Computes for a while the first time: not for an event loop.

    Raises:
        LayoutUnknownError: the registry has no such layout or variant.
        LayoutBrokenError: it has, but the description cannot be used.
        LayoutsUnavailableError: the library or the registry is not installed.
    """
    known_layout(layout, variant)
    with _one_at_a_time:
        return _keymap(layout, variant, *_compile(layout, variant))


@lru_cache(maxsize=KEYMAPS_KEPT)
def keymap_pair(first: tuple[str, str], second: tuple[str, str]) -> tuple[Keymap, Keymap]:
    """What a target writes that has both layouts, in its first one and in its second.

    A few keys have fewer levels beside another layout than they have alone.

    Args:
        first, second: layout and variant. Computes, and raises, as `keymap` does.
    """
    pair = [known_layout(*first), known_layout(*second)]
    with _one_at_a_time:
        compiled, table = _compile(*(",".join(names) for names in zip(first, second, strict=True)))
        return (
            _keymap(pair[0].layout, pair[0].variant, compiled, table, group=0),
            _keymap(pair[1].layout, pair[1].variant, compiled, table, group=1),
        )


def _keymap(
    layout: str, variant: str, compiled: CompiledKeymap, table: ComposeTable | None, group: int = 0
) -> Keymap:
    known = cache(ways)  # to most layouts Num Lock makes no difference: looked up once
    locked = {lights: [MODIFIERS[light] for light in lights] for lights in LIGHTS}
    return Keymap(
        layout,
        variant,
        ways={
            lights: known(strokes(compiled, *names, group=group), table)
            for lights, names in locked.items()
        },
        composes=table is not None,
    )


@lru_cache(maxsize=KEYMAPS_KEPT)
def key_labels(layout: str, variant: str = "") -> tuple[KeyLabels, ...]:
    """What is printed on the layout's keys. Computes, and raises, as `keymap` does."""
    known_layout(layout, variant)
    with _one_at_a_time:
        return labels(*_compile(layout, variant))


def known_layout(layout: str, variant: str = "") -> Layout:
    """The registry's entry. Raises `LayoutUnknownError`, `LayoutsUnavailableError`."""
    for known in layouts():
        if (known.layout, known.variant) == (layout, variant):
            return known
    title = Layout(layout, variant, "").title
    raise LayoutUnknownError(title, _nearest(title))


def _compile(layout: str, variant: str) -> tuple[CompiledKeymap, ComposeTable | None]:
    context, table = _sources()
    compiled = context.compile(layout, variant)
    if compiled is None:
        raise LayoutBrokenError(Layout(layout, variant, "").title)
    return compiled, table


def _nearest(asked: str) -> tuple[str, ...]:
    """Titles that look like what was asked for, or whose name does ("german")."""
    titles = {known.name.casefold(): known.title for known in layouts()}
    titles |= {known.title: known.title for known in layouts()}
    near = get_close_matches(asked[:LONGEST_SHOWN].casefold(), titles, n=NEAREST_SHOWN)
    return tuple(dict.fromkeys(titles[match] for match in near))


@cache
def _sources() -> tuple[Context, ComposeTable | None]:
    context = Context()
    return context, context.compose_table()


def _registry(directories: tuple[Path, ...]) -> Path:
    """The registry in the first directory that has one: the same order as the library's."""
    for directory in directories:
        if (directory / REGISTRY).is_file():
            return directory / REGISTRY
    raise LayoutsUnavailableError("the list of layouts (evdev.xml)", "xkb-data")


def _read(registry: Path) -> tuple[Layout, ...]:
    found = []
    for element in ElementTree.parse(registry).getroot().iterfind("layoutList/layout"):
        layout = element.findtext("configItem/name", "")
        found.append(Layout(layout, "", element.findtext("configItem/description", layout)))
        for variant in element.iterfind("variantList/variant/configItem"):
            name = variant.findtext("name", "")
            found.append(Layout(layout, name, variant.findtext("description", name)))
    return tuple(found)
