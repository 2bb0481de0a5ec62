"""The screen as one endless answer of JPEG pictures, for everything that is not our page.

A part counts as complete for most readers when the next boundary comes, so it is sent along with
the part and not with the next one. A picture that stays the same is repeated every second: readers
take a silent stream for a dead one. When there is no picture any more the last one is not repeated,
for it would look live; soon the stream ends, and who asks again is told why.

Sources: RFC 2046 §5.1 (multipart). What players need is Content-Type in each part.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from api.auth.sessions import Session, SessionOverError
from api.ports import Camera
from api.video.picture import Frame

BOUNDARY = "kaputtkvm-frame"
MEDIA_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
REPEAT_AFTER_S = 1.0
ENDS_AFTER_S = 10.0  # without a picture


async def parts(camera: Camera, session: Session, first: Frame) -> AsyncIterator[bytes]:
    """`first` and what comes after it, until the session ends."""
    with session.held():
        async with camera.watch() as slot:
            yield f"--{BOUNDARY}\r\n".encode()
            shown: Frame | None = first
            seen = first.sequence
            yield part(first)
            while True:
                patience_s = ENDS_AFTER_S if shown is None else REPEAT_AFTER_S
                try:
                    item = await session.wait_for(slot.next(seen), patience_s)
                except TimeoutError:
                    if shown is None:
                        return
                    yield part(shown)
                    continue
                except SessionOverError:
                    return
                seen = item.sequence
                shown = item if isinstance(item, Frame) else None
                if shown is not None:
                    yield part(shown)


def part(frame: Frame) -> bytes:
    """One part, and the boundary after it."""
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(frame.jpeg)}\r\n\r\n"
    return b"".join((head.encode(), frame.jpeg, f"\r\n--{BOUNDARY}\r\n".encode()))
