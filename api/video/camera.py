"""The camera: one grabber, any number of viewers, and always a reason when there is no picture.

The device is open while somebody watches, and a little longer, because a page that is reloaded
comes back at once. Every frame is encoded once. When the device fails, viewers get a card with
the reason, and the camera tries again by itself: when udev announces a video node, and now and
then in any case. The event loop never waits for the device or for the encoder.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from api.video.arrivals import on_arrival
from api.video.encode import Encoder, PillowEncoder
from api.video.errors import CaptureError, PictureUnavailableError
from api.video.order import VideoOrder
from api.video.picture import Frame, PictureState, PictureStatus, display_aspect
from api.video.slot import FrameSlot
from api.video.take import Grabber, News, NoSignal, Picture, Rate, Take

log = logging.getLogger(__name__)

IDLE = PictureStatus(PictureState.IDLE, "Nobody is watching; the grabber is closed.")
STARTING = PictureStatus(PictureState.STARTING, "The grabber is being opened.")
# While the grabber is opened again after a failure, the card keeps telling why.
FAILURES = {
    PictureState.NO_SIGNAL,
    PictureState.NO_DEVICE,
    PictureState.STUCK,
    PictureState.FAILED,
}


@dataclass(frozen=True)
class Patience:
    """How long the camera waits, in seconds.

    Attributes:
        linger_s: how long the device stays open after the last viewer left.
        first_retry_s: after a failure; doubles with each further one.
        longest_retry_s: where doubling ends.
    """

    linger_s: float = 5.0
    first_retry_s: float = 0.5
    longest_retry_s: float = 5.0


def open_capture(order: VideoOrder) -> AbstractContextManager[Grabber]:
    """Open the real device. The V4L2 code is loaded here, so that starting up need not wait."""
    from api.video.v4l2 import Capture

    return Capture(order)


class Camera:
    """Films while somebody watches. Everything but the filming happens on one event loop.

    Args:
        order: the `video` settings.
        open_grabber: opens the device; called in the camera's own thread.
        encoder: None makes a `PillowEncoder` of the ordered quality.
        arrivals: calls its argument on the event loop when video nodes change.
    """

    def __init__(
        self,
        order: VideoOrder,
        *,
        open_grabber: Callable[[VideoOrder], AbstractContextManager[Grabber]] = open_capture,
        encoder: Encoder | None = None,
        arrivals: Callable[[Callable[[], None]], AbstractContextManager[None]] = on_arrival,
        patience: Patience | None = None,
    ) -> None:
        self._order = order
        self._open_grabber = partial(open_grabber, order)
        self._encoder = encoder or PillowEncoder(order.quality)
        self._arrivals = arrivals
        self._patience = patience or Patience()
        self._slot = FrameSlot()
        self._status = IDLE
        self._revision = 0
        self._changed = asyncio.Event()
        self._viewer_count = 0
        self._watched = asyncio.Event()
        self._unwatched = asyncio.Event()
        self._unwatched.set()
        self._arrived = asyncio.Event()

    @property
    def status(self) -> PictureStatus:
        """What there is to see, or why there is nothing."""
        return self._status

    @property
    def revision(self) -> int:
        """Grows with every change of `status`."""
        return self._revision

    async def next_change(self, seen: int) -> int:
        """Wait until `revision` is not `seen`, and return it."""
        while self._revision == seen:
            await self._changed.wait()
        return self._revision

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[FrameSlot]:
        """Be a viewer inside the block: the device is opened, and the slot fills."""
        self._viewer_count += 1
        self._unwatched.clear()
        self._watched.set()
        if self._status.state is PictureState.IDLE:
            self._show_card(STARTING)  # and no picture from the last time somebody watched
        try:
            yield self._slot
        finally:
            self._viewer_count -= 1
            if self._viewer_count == 0:
                self._watched.clear()
                self._unwatched.set()

    async def snapshot(self, timeout_s: float = 3.0) -> Frame:
        """The current picture, opening the device for it if need be.

        Raises:
            PictureUnavailableError: with the card's sentence; or nothing came in `timeout_s`.
        """
        seen = 0
        try:
            async with asyncio.timeout(timeout_s), self.watch() as slot:
                while True:
                    item = await slot.next(seen)
                    if isinstance(item, Frame):
                        return item
                    if item.state in FAILURES:
                        raise PictureUnavailableError(item.sentence, item.remedy)
                    seen = item.sequence
        except TimeoutError as error:
            raise PictureUnavailableError(
                f"The grabber gave no picture within {timeout_s:g} s.", "Try again in a moment."
            ) from error

    async def run(self) -> None:
        """Film whenever somebody watches, until cancelled; then close the device."""
        with (
            ThreadPoolExecutor(1, thread_name_prefix="camera") as thread,
            self._arrivals(self._arrived.set),
        ):
            while True:
                await self._watched.wait()
                await self._film_while_watched(thread)
                self._show_closed()

    async def _film_while_watched(self, thread: ThreadPoolExecutor) -> None:
        retry_s = self._patience.first_retry_s
        while True:
            self._arrived.clear()
            try:
                await self._one_take(thread)
                return
            except CaptureError as error:
                if self._status.state is PictureState.LIVE:
                    retry_s = self._patience.first_retry_s
                self._show_failure(error)
            if not await self._worth_another(retry_s):
                return
            retry_s = min(retry_s * 2, self._patience.longest_retry_s)

    async def _one_take(self, thread: ThreadPoolExecutor) -> None:
        """Film until nobody has watched for a while; raises what made the take end earlier."""
        loop = asyncio.get_running_loop()

        def tell(news: News) -> None:
            loop.call_soon_threadsafe(self._hear, news)

        take = Take(self._open_grabber, self._encoder, tell)
        filming = loop.run_in_executor(thread, take.film)
        deserted = asyncio.create_task(self._deserted())
        try:
            await asyncio.wait({filming, deserted}, return_when=asyncio.FIRST_COMPLETED)
            if deserted.done():
                self._show_closed()  # who comes while the device closes gets no old picture
        finally:
            deserted.cancel()
            take.stop()
            # The thread closes the device; the next take, or the end, comes after that. Not
            # `await filming`: its error would take the place of our own cancellation.
            await asyncio.wait({filming})
            error = filming.exception()
        if error is not None:
            raise error

    async def _deserted(self) -> None:
        while True:
            await self._unwatched.wait()
            try:
                await asyncio.wait_for(self._watched.wait(), self._patience.linger_s)
            except TimeoutError:
                return

    async def _worth_another(self, retry_s: float) -> bool:
        """Wait until it makes sense to open the device again; False when nobody watches."""
        waits = {
            asyncio.create_task(self._arrived.wait()): True,
            asyncio.create_task(self._unwatched.wait()): False,
        }
        try:
            done, _ = await asyncio.wait(
                waits, timeout=retry_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
        return all(waits[wait] for wait in done)

    def _hear(self, news: News) -> None:
        match news:
            case Picture(device, form, captured_us, jpeg):
                self._slot.publish_frame(captured_us, form.width, form.height, jpeg)
                self._set_status(
                    PictureStatus(
                        PictureState.LIVE,
                        f"The picture of {device} is live.",
                        form.width,
                        form.height,
                        display_aspect(form.width, form.height, self._order.pixel_aspect),
                        device,
                        self._status.frames_per_second,
                    )
                )
            case NoSignal(device):
                self._show_card(
                    PictureStatus(
                        PictureState.NO_SIGNAL, f"{device} receives no signal.", device=device
                    ),
                    "Switch the target on and check its video cable; "
                    "if another input is meant, set video.input.",
                )
            case Rate(frames_per_second):
                self._hear_rate(frames_per_second)

    def _hear_rate(self, frames_per_second: int) -> None:
        # 29.97 a second counts as 29, 30 or 31: no reason to tell everybody every second.
        known = self._status.frames_per_second
        if self._status.state is PictureState.LIVE and (
            known == 0 or abs(frames_per_second - known) > 1
        ):
            self._set_status(replace(self._status, frames_per_second=frames_per_second))

    def _show_failure(self, error: CaptureError) -> None:
        status = PictureStatus(error.state, error.sentence)
        if status != self._status:  # said once, however often it is tried in vain
            log.warning("no picture: %s", error)
        self._show_card(status, error.remedy)

    def _show_closed(self) -> None:
        # Somebody may have come meanwhile.
        self._show_card(STARTING if self._viewer_count else IDLE)

    def _show_card(self, status: PictureStatus, remedy: str = "") -> None:
        self._slot.publish_card(status.state, status.sentence, remedy)
        self._set_status(status)

    def _set_status(self, status: PictureStatus) -> None:
        if status == self._status:
            return
        self._status = status
        self._revision += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
