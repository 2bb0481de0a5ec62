"""Endpoints: how many our functions need, and how many a controller has.

A controller has so many endpoints in silicon, and no file says how many. The kernel finds out when
the gadget is bound, and then says no more than "busy". Where the number is known, the sum is done
here beforehand and told in words; where it is not, the kernel decides.

IN is towards the host. Endpoint 0, which every device has, counts for nothing.

Sources: drivers/usb/musb/sunxi.c (5 endpoints each way, in the H3 and its relatives 4) and the
device trees of the Allwinner boards (compatible); drivers/usb/gadget/function/f_hid.c and
f_mass_storage.c.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gadgetd.errors import KaputtError
from gadgetd.usb.gadget import Function, HidFunction, MassStorageFunction


@dataclass(frozen=True, slots=True)
class Endpoints:
    """So many in each direction."""

    inward: int  # to the host
    outward: int

    def __add__(self, other: Endpoints) -> Endpoints:
        return Endpoints(self.inward + other.inward, self.outward + other.outward)

    def fit(self, there: Endpoints) -> bool:
        """Whether a controller with those has room for these."""
        return self.inward <= there.inward and self.outward <= there.outward

    def __str__(self) -> str:
        return f"{self.inward} IN and {self.outward} OUT" if self.outward else f"{self.inward} IN"


@dataclass(frozen=True, slots=True)
class Silicon:
    """A kind of controller: what people call it, and what it has."""

    name: str
    there: Endpoints


class EndpointsShortError(KaputtError):
    """The functions need more endpoints than the controller has."""

    code = "endpoints_short"

    def __init__(self, functions: Iterable[Function], silicon: Silicon) -> None:
        shown = tuple(functions)
        parts = ", ".join(f"{_NAMES[each.instance]} {needed([each])}" for each in shown)
        super().__init__(
            f"The USB device controller ({silicon.name}) has {silicon.there} endpoints, and "
            f"{needed(shown)} are needed: {parts}.",
            "Set mouse.absolute or mouse.relative to false, or gadget.storage to never.",
        )


_NAMES = {
    "keyboard": "keyboard",
    "drive": "drive",
    "absolute": "absolute mouse",
    "relative": "relative mouse",
}

_FIVE, _FOUR = Endpoints(5, 5), Endpoints(4, 4)
# By the first name in the device tree's `compatible` that is known; names go from the special to
# the general. That of the F1C100s is left out: what its manual says of its endpoints is not what
# the kernel believes.
_SILICON = {
    "allwinner,sun4i-a10-musb": Silicon("musb of the A10, A13 and A20", _FIVE),
    "allwinner,sun6i-a31-musb": Silicon("musb of the A31", _FIVE),
    "allwinner,sun8i-a33-musb": Silicon("musb of the A33, A64 and A83T", _FIVE),
    "allwinner,sun8i-h3-musb": Silicon("musb of the H3, H5, H616 and V3s", _FOUR),
}


def silicon_of(compatible: Iterable[str]) -> Silicon | None:
    """The controller that a device tree names so; None if its endpoints are not known."""
    return next((_SILICON[name] for name in compatible if name in _SILICON), None)


def needed(functions: Iterable[Function]) -> Endpoints:
    """How many endpoints these functions take together."""
    return sum(map(_needed_by, functions), Endpoints(0, 0))


def _needed_by(function: Function) -> Endpoints:
    match function:
        case HidFunction(no_out_endpoint=no_out_endpoint):
            return Endpoints(1, 0 if no_out_endpoint else 1)
        case MassStorageFunction():
            return Endpoints(1, 1)


def check(functions: Iterable[Function], silicon: Silicon) -> None:
    """Make sure that a controller has room for these functions.

    Raises:
        EndpointsShortError: it has not.
    """
    shown = tuple(functions)
    if not needed(shown).fit(silicon.there):
        raise EndpointsShortError(shown, silicon)
