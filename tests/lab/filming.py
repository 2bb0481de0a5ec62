"""The camera alone, in the board, on a leash: orders in on standard input, news out as JSON lines.

Run as `python -m tests.lab.filming DIRECTORY RETRY_S`. News is every change of the camera's
state. Orders: `watch`, `leave`, `snapshot NAME` (writes DIRECTORY/NAME), `open SETTINGS` (opens
the device once with these settings and says how that went), `held` (what this process holds of
video devices).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from api.video.camera import Camera, Patience
from api.video.errors import PictureUnavailableError
from api.video.v4l2 import Capture
from gadgetd.errors import KaputtError
from gadgetd.settings import VideoSettings

SETTINGS = {"device": "driver:vivid", "input": "S-Video", "standard": "NTSC-M"}


def say(**news: object) -> None:
    print(json.dumps(news), flush=True)


async def report_states(camera: Camera) -> None:
    revision, state = 0, None
    while True:
        revision = await camera.next_change(revision)
        if camera.status.state is not state:
            state = camera.status.state
            say(**camera.status.document())


async def snapshot(camera: Camera, path: Path) -> None:
    try:
        frame = await camera.snapshot(timeout_s=30)
    except PictureUnavailableError as error:
        say(**error.document())
    else:
        await asyncio.to_thread(path.write_bytes, frame.jpeg)
        say(snapshot=path.name, width=frame.width, height=frame.height)


def open_once(settings: dict[str, object]) -> None:
    try:
        with Capture(VideoSettings(**(SETTINGS | settings))) as capture:
            frame = capture.next_frame()
            assert frame is not None
            with frame:
                say(format=capture.format.pixel_format, size_bytes=len(frame.data))
    except KaputtError as error:
        say(**error.document())


def held() -> None:
    own = Path("/proc/self")
    names = []
    for link in (own / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the descriptor that lists the directory
            names.append(str(link.readlink()))
    names += (own / "maps").read_text().splitlines()
    say(held=[name for name in names if "/dev/video" in name])


async def obey(camera: Camera, directory: Path) -> None:
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with contextlib.AsyncExitStack() as watching:
        while line := (await orders.readline()).decode().strip():
            order, _, rest = line.partition(" ")
            match order:
                case "watch":
                    await watching.enter_async_context(camera.watch())
                case "leave":
                    await watching.aclose()
                case "snapshot":
                    await snapshot(camera, directory / rest)
                case "open":
                    await asyncio.to_thread(open_once, json.loads(rest))
                case "held":
                    held()


async def main() -> None:
    retry_s = float(sys.argv[2])
    patience = Patience(linger_s=0.1, first_retry_s=retry_s, longest_retry_s=retry_s)
    camera = Camera(VideoSettings(**SETTINGS), patience=patience)
    filming = asyncio.create_task(camera.run())
    reporting = asyncio.create_task(report_states(camera))
    say(ready=True)
    await obey(camera, Path(sys.argv[1]))
    reporting.cancel()
    filming.cancel()
    await asyncio.wait({filming})


if __name__ == "__main__":
    asyncio.run(main())
