"""Report descriptors: what each field of a report *is*, and the bytes that tell the host.

A descriptor is a little program for the host's parser, one item after another, where most items
only set a register for later ones. Here every field says all about itself, so that none depends on
what came before it; `decode` keeps the registers and shows that both ways mean the same. What our
own devices say of themselves is in `reports`.

Source: USB HID 1.11 §6.2.2 (items).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, assert_never

from gadgetd.errors import KaputtError
from gadgetd.hid.usages import Page


class Way(IntEnum):
    """Which way a field travels, seen from the host; the value is the main item's tag."""

    INPUT = 0x80
    OUTPUT = 0x90


@dataclass(frozen=True, slots=True)
class Bits:
    """One bit for each usage from `first` to `last`: is it on?"""

    way: Way
    page: Page
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Slots:
    """`slot_count` bytes; each holds one usage from `first` to `last`, in no order."""

    way: Way
    page: Page
    first: int
    last: int
    slot_count: int


@dataclass(frozen=True, slots=True)
class Values:
    """A number from `low` to `high` for each usage, `size_bits` wide, negative ones as two's
    complement.

    Attributes:
        is_relative: the number says by how much something has changed, and not where it is.
        may_be_null: a number outside of the range says nothing at all, and changes nothing.
    """

    way: Way
    page: Page
    usages: tuple[int, ...]
    low: int
    high: int
    size_bits: int
    is_relative: bool = False
    may_be_null: bool = False


@dataclass(frozen=True, slots=True)
class Padding:
    """Bits that carry nothing."""

    way: Way
    size_bits: int


@dataclass(frozen=True, slots=True)
class Application:
    """Fields that together are one device, such as a keyboard."""

    page: Page
    usage: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Physical:
    """Fields that come from one place of a device, such as the part of a mouse that points."""

    page: Page
    usage: int
    fields: tuple[Field, ...]


Field = Bits | Slots | Values | Padding | Application | Physical


class Tag(IntEnum):
    """The items we write, by their first byte without the size bits (§6.2.2.4 to §6.2.2.8)."""

    USAGE_PAGE = 0x04
    USAGE = 0x08
    LOGICAL_MINIMUM = 0x14
    USAGE_MINIMUM = 0x18
    LOGICAL_MAXIMUM = 0x24
    USAGE_MAXIMUM = 0x28
    REPORT_SIZE = 0x74
    INPUT = Way.INPUT
    OUTPUT = Way.OUTPUT
    REPORT_COUNT = 0x94
    COLLECTION = 0xA0
    END_COLLECTION = 0xC0


# The bits of a main item (§6.2.2.5); none of them means absolute data in an array.
_CONSTANT = 0x01
_VARIABLE = 0x02
_RELATIVE = 0x04
_NULL_STATE = 0x40
_COLLECTIONS: dict[int, type[Application] | type[Physical]] = {0x00: Physical, 0x01: Application}
_SIZES = (0, 1, 2, 4)  # bytes of data, by the two low bits of an item's first byte
_SIGNED = (Tag.LOGICAL_MINIMUM, Tag.LOGICAL_MAXIMUM)


class DescriptorError(KaputtError):
    """Bytes that are no report descriptor, or one that says what we have no word for."""

    code = "descriptor_unreadable"


class Item(NamedTuple):
    """One item of a descriptor, with its number."""

    tag: Tag
    value: int


def encode(fields: tuple[Field, ...]) -> bytes:
    """The report descriptor that says `fields`."""
    return b"".join(_item_bytes(*item) for field in fields for item in _items_of(field))


def decode(descriptor: bytes) -> Iterator[Field]:
    """What a report descriptor means, field by field, however it is written.

    Raises:
        DescriptorError: the bytes break off, or say something that `Field` has no word for.
    """
    yield from _fields(items(descriptor), _Registers())


def items(descriptor: bytes) -> Iterator[Item]:
    """The items of a report descriptor, in the order in which they are written."""
    at = 0
    while at < len(descriptor):
        first = descriptor[at]
        size = _SIZES[first & 0b11]
        data = descriptor[at + 1 : at + 1 + size]
        if len(data) < size:
            raise DescriptorError(f"The descriptor ends inside the item at byte {at}.")
        try:
            tag = Tag(first & ~0b11)
        except ValueError:
            raise DescriptorError(f"Item {first:#04x} at byte {at} is not one we know.") from None
        yield Item(tag, int.from_bytes(data, "little", signed=tag in _SIGNED))
        at += 1 + size


def report_size_bits(fields: tuple[Field, ...], way: Way) -> int:
    """How many bits one report of these fields has on its way in or out."""
    return sum(_size_bits(field, way) for field in fields)


def _size_bits(field: Field, way: Way) -> int:
    match field:
        case Application(_, _, fields) | Physical(_, _, fields):
            return report_size_bits(fields, way)
        case Bits(way=its_way, first=first, last=last):
            return last - first + 1 if its_way is way else 0
        case Slots(way=its_way, slot_count=count):
            return 8 * count if its_way is way else 0
        case Values(way=its_way, usages=usages, size_bits=size):
            return size * len(usages) if its_way is way else 0
        case Padding(way=its_way, size_bits=size):
            return size if its_way is way else 0
        case _:
            assert_never(field)


def _items_of(field: Field) -> Iterator[tuple[Tag, int]]:
    match field:
        case Application(page, usage, fields) | Physical(page, usage, fields):
            yield Tag.USAGE_PAGE, page
            yield Tag.USAGE, usage
            yield Tag.COLLECTION, 0x00 if isinstance(field, Physical) else 0x01  # §6.2.2.6
            for inner in fields:
                yield from _items_of(inner)
            yield Tag.END_COLLECTION, 0
        case Bits(way, page, first, last):
            yield from _usage_range(page, first, last)
            yield from _numbers(0, 1, size_bits=1, count=last - first + 1)
            yield Tag(way), _VARIABLE
        case Slots(way, page, first, last, slot_count):
            yield from _usage_range(page, first, last)
            # Slots hold usages themselves, so the numbers are the usages.
            yield from _numbers(first, last, size_bits=8, count=slot_count)
            yield Tag(way), 0
        case Values(way, page, usages, low, high, size_bits, is_relative, may_be_null):
            yield Tag.USAGE_PAGE, page
            for usage in usages:
                yield Tag.USAGE, usage
            yield from _numbers(low, high, size_bits=size_bits, count=len(usages))
            relative = _RELATIVE if is_relative else 0
            yield Tag(way), _VARIABLE | relative | (_NULL_STATE if may_be_null else 0)
        case Padding(way, size_bits):
            yield Tag.REPORT_SIZE, size_bits
            yield Tag.REPORT_COUNT, 1
            yield Tag(way), _CONSTANT
        case _:
            assert_never(field)


def _usage_range(page: Page, first: int, last: int) -> Iterator[tuple[Tag, int]]:
    yield Tag.USAGE_PAGE, page
    yield Tag.USAGE_MINIMUM, first
    yield Tag.USAGE_MAXIMUM, last


def _numbers(low: int, high: int, *, size_bits: int, count: int) -> Iterator[tuple[Tag, int]]:
    yield Tag.LOGICAL_MINIMUM, low
    yield Tag.LOGICAL_MAXIMUM, high
    yield Tag.REPORT_SIZE, size_bits
    yield Tag.REPORT_COUNT, count


def _item_bytes(tag: Tag, value: int) -> bytes:
    if tag is Tag.END_COLLECTION:
        return bytes([tag])  # the only item without data
    # Logical limits are signed, so 255 takes two bytes there: the one byte FF would be -1.
    signed = tag in _SIGNED
    for size_code, size in ((1, 1), (2, 2), (3, 4)):
        try:
            return bytes([tag | size_code]) + value.to_bytes(size, "little", signed=signed)
        except OverflowError:
            continue
    raise DescriptorError(f"{value} does not fit into the item {tag.name}.")


class _Registers:
    """What the items so far have set, for the main item that will use it (§6.2.2.1)."""

    def __init__(self) -> None:
        self._values: dict[Tag, int] = {}
        self.usages: list[int] = []  # of these, several may be said for one field

    def put(self, item: Item) -> None:
        if item.tag is Tag.USAGE:
            self.usages.append(item.value)
        else:
            self._values[item.tag] = item.value

    def get(self, tag: Tag) -> int:
        if tag not in self._values:
            raise DescriptorError(f"A field needs the item {tag.name}, which was not said before.")
        return self._values[tag]

    def usage(self) -> int:
        if not self.usages:
            raise DescriptorError("A collection needs a usage, which was not said before.")
        return self.usages[-1]

    def page(self) -> Page:
        number = self.get(Tag.USAGE_PAGE)
        if number not in set(Page):
            raise DescriptorError(f"Usage page {number:#04x} is not one we know.")
        return Page(number)

    def forget_usages(self) -> None:
        # They last until the next main item (§6.2.2.8).
        self.usages.clear()
        for local in (Tag.USAGE_MINIMUM, Tag.USAGE_MAXIMUM):
            self._values.pop(local, None)


def _fields(stream: Iterator[Item], registers: _Registers) -> Iterator[Field]:
    for item in stream:
        match item.tag:
            case Tag.COLLECTION:
                page, usage = registers.page(), registers.usage()
                registers.forget_usages()
                if item.value not in _COLLECTIONS:
                    raise DescriptorError(
                        f"There is no word for a collection of kind {item.value}."
                    )
                kind = _COLLECTIONS[item.value]
                yield kind(page, usage, tuple(_fields(stream, registers)))
            case Tag.END_COLLECTION:
                return
            case Tag.INPUT | Tag.OUTPUT:
                yield _field(Way(item.tag), item.value, registers)
                registers.forget_usages()
            case _:
                registers.put(item)


def _field(way: Way, flags: int, registers: _Registers) -> Field:
    size_bits, count = registers.get(Tag.REPORT_SIZE), registers.get(Tag.REPORT_COUNT)
    if flags & _CONSTANT:
        return Padding(way, size_bits * count)
    page = registers.page()
    numbers = low, high = registers.get(Tag.LOGICAL_MINIMUM), registers.get(Tag.LOGICAL_MAXIMUM)
    if len(registers.usages) == count and flags & ~(_RELATIVE | _NULL_STATE) == _VARIABLE:
        named = tuple(registers.usages)
        is_relative, may_be_null = bool(flags & _RELATIVE), bool(flags & _NULL_STATE)
        return Values(way, page, named, low, high, size_bits, is_relative, may_be_null)
    usages = first, last = registers.get(Tag.USAGE_MINIMUM), registers.get(Tag.USAGE_MAXIMUM)
    if flags == _VARIABLE and (size_bits, count, numbers) == (1, last - first + 1, (0, 1)):
        return Bits(way, page, first, last)
    if flags == 0 and (size_bits, numbers) == (8, usages):
        return Slots(way, page, first, last, count)
    raise DescriptorError(f"There is no word for a field of {count} times {size_bits} bits.")
