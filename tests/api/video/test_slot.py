"""The slot: the newest for everyone, the older for no one."""

import asyncio

import pytest

from api.video.picture import Card, Frame, PictureState
from api.video.slot import FrameSlot

pytestmark = pytest.mark.asyncio


def show(slot: FrameSlot, jpeg: bytes) -> None:
    slot.publish_frame(1, 720, 480, jpeg)


async def test_who_comes_late_gets_the_newest_at_once():
    slot = FrameSlot()
    for jpeg in (b"1", b"2", b"3"):
        show(slot, jpeg)
    item = await slot.next()
    assert item == Frame(3, 1, 720, 480, b"3")


async def test_who_has_seen_the_newest_waits_for_the_next():
    slot = FrameSlot()
    show(slot, b"1")
    waiting = asyncio.create_task(slot.next(1))
    await asyncio.sleep(0)
    assert not waiting.done()
    show(slot, b"2")
    assert (await waiting).sequence == 2


async def test_every_waiting_viewer_gets_the_same_frame():
    slot = FrameSlot()
    waiting = [asyncio.create_task(slot.next()) for _ in range(50)]
    await asyncio.sleep(0)
    show(slot, b"1")
    frames = await asyncio.gather(*waiting)
    assert len({id(frame) for frame in frames}) == 1


async def test_a_slow_viewer_misses_frames_and_never_gets_an_old_one():
    slot = FrameSlot()
    show(slot, b"1")
    seen = await slot.next()
    for jpeg in (b"2", b"3", b"4"):
        show(slot, jpeg)
    assert (await slot.next(seen.sequence)).sequence == 4


async def test_a_card_takes_the_place_of_the_picture():
    slot = FrameSlot()
    show(slot, b"1")
    slot.publish_card(PictureState.NO_SIGNAL, "Nothing comes.", "Switch it on.")
    assert await slot.next(1) == Card(2, PictureState.NO_SIGNAL, "Nothing comes.", "Switch it on.")


async def test_the_same_card_again_is_no_news():
    slot = FrameSlot()
    slot.publish_card(PictureState.STUCK, "It hangs.")
    slot.publish_card(PictureState.STUCK, "It hangs.")
    assert slot.latest.sequence == 1


async def test_sequence_numbers_fit_their_32_bits_and_are_never_nothing_seen():
    slot = FrameSlot()
    slot._sequence = 0xFFFF_FFFF
    show(slot, b"1")
    assert slot.latest.sequence == 1
