"""The camera, with a scripted grabber in place of the device and real threads and loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from api.video.camera import Camera, Patience
from api.video.errors import (
    CaptureBusyError,
    CaptureGoneError,
    CaptureMissingError,
    CaptureStuckError,
    PictureUnavailableError,
)
from api.video.picture import Card, Frame, PictureState
from gadgetd.settings import VideoSettings
from tests.api.video.stage import DEVICE, CountingEncoder, ScriptedGrabber, Shop, grey

pytestmark = pytest.mark.asyncio

MISSING = CaptureMissingError(None, [])
# Long where a test must not depend on it, short where it waits for it.
PATIENT = Patience(linger_s=60, first_retry_s=60, longest_retry_s=60)
HASTY = Patience(linger_s=0.01, first_retry_s=0.01, longest_retry_s=0.01)


class Udev:
    """Announces video nodes when the test says so."""

    def __init__(self) -> None:
        self.announce: Callable[[], None] = lambda: None

    @contextmanager
    def __call__(self, changed: Callable[[], None]) -> Iterator[None]:
        self.announce = changed
        yield


@asynccontextmanager
async def running(
    shop: Shop, patience: Patience = PATIENT, udev: Udev | None = None
) -> AsyncIterator[Camera]:
    camera = Camera(
        VideoSettings(),
        open_grabber=shop,
        encoder=CountingEncoder(),
        arrivals=udev or Udev(),
        patience=patience,
    )
    async with asyncio.timeout(10):
        run = asyncio.create_task(camera.run())
        try:
            yield camera
        finally:
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run


async def until(camera: Camera, state: PictureState) -> None:
    while camera.status.state is not state:
        await camera.next_change(camera.revision)


async def first_frame(camera: Camera, slot, after: int = 0) -> Frame:
    item = await slot.next(after)
    while not isinstance(item, Frame):
        item = await slot.next(item.sequence)
    return item


async def first_card(slot, state: PictureState) -> Card:
    item = await slot.next()
    while not isinstance(item, Card) or item.state is not state:
        item = await slot.next(item.sequence)
    return item


async def test_nobody_watching_means_the_device_stays_closed():
    shop = Shop(ScriptedGrabber())
    async with running(shop) as camera:
        assert camera.status.state is PictureState.IDLE
    assert shop.opened == 0


async def test_the_first_viewer_opens_the_device_and_sees_a_card_meanwhile():
    grabber = ScriptedGrabber()
    async with running(Shop(grabber)) as camera, camera.watch() as slot:
        assert (await slot.next()).state is PictureState.STARTING
        grabber.script.put(grey(20))
        frame = await first_frame(camera, slot)
    assert (frame.width, frame.height, frame.jpeg) == (16, 16, b"jpeg of 20")


async def test_fifty_viewers_share_one_device_and_one_encoding():
    grabber = ScriptedGrabber()
    shop = Shop(grabber)

    async def view(camera: Camera) -> Frame:
        async with camera.watch() as slot:
            return await first_frame(camera, slot)

    async with running(shop) as camera:
        views = [asyncio.create_task(view(camera)) for _ in range(50)]
        grabber.script.put(grey(20))
        frames = await asyncio.gather(*views)
    assert len({id(frame) for frame in frames}) == 1
    assert shop.opened == 1


async def test_the_device_is_opened_outside_the_event_loops_thread():
    shop = Shop(ScriptedGrabber())
    async with running(shop) as camera, camera.watch():
        shop.row[0].script.put(grey(20))
        await until(camera, PictureState.LIVE)
    assert threading.get_ident() not in shop.threads


async def test_some_time_after_the_last_viewer_the_device_is_closed():
    grabber = ScriptedGrabber()
    shop = Shop(grabber)
    async with running(shop, HASTY) as camera:
        async with camera.watch():
            grabber.script.put(grey(20))
            await until(camera, PictureState.LIVE)
        await until(camera, PictureState.IDLE)
        # Said first, done in the filming thread: nobody who comes meanwhile gets an old frame.
        assert await asyncio.to_thread(shop.was_closed.wait, 30)
        assert shop.closed == 1


async def test_a_viewer_who_comes_back_soon_finds_the_device_open():
    grabber = ScriptedGrabber()
    shop = Shop(grabber)
    async with running(shop) as camera:
        async with camera.watch():
            grabber.script.put(grey(20))
            await until(camera, PictureState.LIVE)
        async with camera.watch() as slot:
            grabber.script.put(grey(30))
            assert (await first_frame(camera, slot, after=2)).jpeg == b"jpeg of 30"
    assert (shop.opened, shop.closed) == (1, 1)


async def test_a_viewer_after_a_pause_never_sees_the_old_picture():
    grabber = ScriptedGrabber()
    async with running(Shop(grabber), HASTY) as camera:
        async with camera.watch():
            grabber.script.put(grey(20))
            await until(camera, PictureState.LIVE)
        await until(camera, PictureState.IDLE)
        async with camera.watch() as slot:
            assert isinstance(await slot.next(), Card)


async def test_stopping_closes_the_device():
    shop = Shop(ScriptedGrabber())
    async with running(shop) as camera, camera.watch():
        shop.row[0].script.put(grey(20))
        await until(camera, PictureState.LIVE)
    assert shop.closed == 1


async def test_without_a_device_viewers_get_a_card_that_says_so():
    async with running(Shop(MISSING)) as camera, camera.watch() as slot:
        card = await first_card(slot, PictureState.NO_DEVICE)
    assert card.sentence == "There is no video capture device."
    assert card.remedy == "Plug the grabber in."
    assert camera.status.device is None


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (CaptureGoneError(DEVICE), PictureState.NO_DEVICE),
        (CaptureStuckError(DEVICE, "no frame came for 2 s"), PictureState.STUCK),
        (CaptureBusyError(DEVICE), PictureState.FAILED),
    ],
)
async def test_a_failure_in_mid_picture_becomes_its_card(failure, state):
    grabber = ScriptedGrabber()
    async with running(Shop(grabber, MISSING)) as camera, camera.watch() as slot:
        grabber.script.put(grey(20))
        await until(camera, PictureState.LIVE)
        grabber.script.put(failure)
        card = await first_card(slot, state)
    assert card.document() == {
        "state": state.value,
        "sentence": failure.sentence,
        "remedy": failure.remedy,
    }


async def test_a_device_that_udev_announces_is_opened_at_once():
    udev, grabber = Udev(), ScriptedGrabber()
    async with running(Shop(MISSING, grabber), udev=udev) as camera, camera.watch() as slot:
        await until(camera, PictureState.NO_DEVICE)
        grabber.script.put(grey(20))
        udev.announce()
        assert (await first_frame(camera, slot)).jpeg == b"jpeg of 20"


async def test_a_device_that_nobody_announces_is_found_by_trying():
    grabber = ScriptedGrabber()
    grabber.script.put(grey(20))
    busy = CaptureBusyError(DEVICE)
    async with running(Shop(busy, busy, busy, grabber), HASTY) as camera, camera.watch() as slot:
        assert (await first_frame(camera, slot)).jpeg == b"jpeg of 20"


async def test_trying_again_does_not_flicker_between_two_cards():
    grabber = ScriptedGrabber()
    grabber.script.put(grey(20))
    busy = CaptureBusyError(DEVICE)
    async with running(Shop(busy, busy, busy, grabber), HASTY) as camera, camera.watch() as slot:
        frame = await first_frame(camera, slot)
    assert frame.sequence == 3  # starting, busy, and then the picture


async def test_nobody_watching_means_no_trying():
    shop = Shop(MISSING)
    async with running(shop, HASTY) as camera:
        async with camera.watch() as slot:
            await first_card(slot, PictureState.NO_DEVICE)
        await until(camera, PictureState.IDLE)


async def test_the_loss_of_the_signal_is_a_card_and_the_device_stays_open():
    grabber = ScriptedGrabber()
    grabber.signal = False
    shop = Shop(grabber)
    async with running(shop) as camera, camera.watch() as slot:
        grabber.script.put(grey(20))
        card = await first_card(slot, PictureState.NO_SIGNAL)
        assert card.sentence == f"{DEVICE} receives no signal."
        assert shop.closed == 0


async def test_a_snapshot_needs_no_other_viewer():
    grabber = ScriptedGrabber()
    grabber.script.put(grey(20))
    async with running(Shop(grabber)) as camera:
        assert (await camera.snapshot()).jpeg == b"jpeg of 20"


async def test_a_snapshot_that_cannot_be_made_says_why():
    async with running(Shop(MISSING)) as camera:
        with pytest.raises(PictureUnavailableError) as refusal:
            await camera.snapshot()
    assert refusal.value.document() == {
        "code": "picture_unavailable",
        "sentence": "There is no video capture device.",
        "remedy": "Plug the grabber in.",
    }


async def test_a_snapshot_does_not_wait_for_ever():
    async with running(Shop(ScriptedGrabber())) as camera:
        with pytest.raises(PictureUnavailableError, match=r"no picture within 0\.05 s"):
            await camera.snapshot(timeout_s=0.05)


async def test_the_status_of_a_live_picture_names_device_size_and_shape():
    grabber = ScriptedGrabber()
    async with running(Shop(grabber)) as camera, camera.watch():
        grabber.script.put(grey(20))
        await until(camera, PictureState.LIVE)
        assert camera.status.document() == {
            "state": "live",
            "sentence": f"The picture of {DEVICE} is live.",
            "width": 16,
            "height": 16,
            "aspect": [1, 1],
            "device": DEVICE,
            "frames_per_second": 0,
        }


async def test_a_bug_in_the_camera_ends_it_instead_of_hiding():
    class Broken(ScriptedGrabber):
        def next_frame(self):
            raise ZeroDivisionError

    camera = Camera(VideoSettings(), open_grabber=Shop(Broken()), arrivals=Udev())
    async with asyncio.timeout(10):
        run = asyncio.create_task(camera.run())
        with pytest.raises(ZeroDivisionError):
            async with camera.watch():
                await run


async def test_who_comes_while_the_device_closes_sees_no_picture_from_before():
    grabber, may_close = ScriptedGrabber(), threading.Event()
    closing = asyncio.Event()
    loop = asyncio.get_running_loop()

    @contextmanager
    def slow_to_close(_: object) -> Iterator[ScriptedGrabber]:
        yield grabber
        loop.call_soon_threadsafe(closing.set)
        may_close.wait(10)

    async with running(slow_to_close, HASTY) as camera:
        try:
            async with camera.watch() as slot:
                grabber.script.put(grey(20))
                await first_frame(camera, slot)
            await closing.wait()
            async with camera.watch() as slot:
                assert isinstance(await slot.next(), Card)
        finally:
            may_close.set()
