"""`python -m api`: read the settings, serve the page, leave at once when told to.

Everything is put together here, and nowhere else. It runs without gadgetd and without a grabber,
and says so on the page; only what makes serving impossible ends it, with one sentence.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn

from api.app import create_app
from api.auth.sessions import Sessions
from api.auth.sign_in import SignIn
from api.auth.state import load_or_create
from api.bodies import BODY_LARGEST_BYTES
from api.cable import Cable
from api.deps import Services
from api.drive import Drive
from api.images.library import Library
from api.jiggler import Jiggler
from api.keepalive import LOOSE_S, protocol_class
from api.keys.desk import Desk
from api.keys.typist import Typist
from api.listening import listen, url_of
from api.page import BESIDE_US, Page
from api.shortcuts import Shortcuts
from api.status import StatusBoard
from api.target import ResetLine
from api.video.camera import Camera
from gadgetd.client import GadgetClient
from gadgetd.errors import KaputtError
from gadgetd.settings import DEFAULT_PATH, Settings, load

log = logging.getLogger(__name__)

WRONG_USE = 2
# What is being answered may finish; what streams ends by itself when sessions do.
LAST_ANSWERS_S = 1


class Server(uvicorn.Server):
    """uvicorn, except that it ends when `stop` is set, and ends what streams before it waits."""

    def __init__(self, config: uvicorn.Config, sessions: Sessions, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._sessions = sessions
        self._stop = stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone: they are ours from before there is a server, and mean success."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Whether to end."""
        return await super().on_tick(counter) or self._stop.is_set()

    async def shutdown(self, sockets: Any = None) -> None:
        """Stop listening, and end what is open."""
        self._sessions.close()
        await super().shutdown(sockets)


def main() -> int:
    """The process; gives its exit status."""
    parser = argparse.ArgumentParser(prog="api", description=__doc__)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"the settings (default: {DEFAULT_PATH})"
    )
    parser.add_argument(
        "--web", type=Path, metavar="DIRECTORY", default=BESIDE_US, help="the page's files"
    )
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # it tells of every WebSocket
    try:
        asyncio.run(serve(load(arguments.config), Page(arguments.web)))
    except KaputtError as error:
        print(f"api: {error}", file=sys.stderr)
        return WRONG_USE
    return 0


async def serve(settings: Settings, page: Page) -> None:
    """Serve until a signal says to end.

    Raises:
        KaputtError: serving is impossible.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # Before the password, which is shown only once: not to somebody whose port is taken.
    listener = listen(settings.http.host, settings.http.port)
    password_hash, new_password = load_or_create(settings.auth.state)
    if new_password is not None:
        print(f"First login: password {new_password}", flush=True)
    sign_in = SignIn(password_hash)
    gadget = GadgetClient(settings.gadget.socket)
    # A connection of its own: gadgetd answers each in order, and no key shall wait for a disk.
    drive_gadget = GadgetClient(settings.gadget.socket)
    camera = Camera(settings.video)
    target = ResetLine(settings.target.reset_device)
    typist = Typist(gadget, settings.typing)
    desk = Desk(
        gadget,
        is_exclusive=settings.keyboard.exclusive,
        patience_ms=settings.keyboard.patience_ms,
        text_owner=lambda: typist.owner,
        pause_text=typist.give_way,
    )
    jiggler = Jiggler(desk, gadget, settings.mouse.jiggle_s)
    services = Services(
        camera=camera,
        library=Library(settings.images.directory),
        desk=desk,
        drive=Drive(drive_gadget),
        status=StatusBoard(gadget, camera, target, desk, typist),
        target=target,
        cable=Cable(drive_gadget),
        shortcuts=Shortcuts(settings.keyboard.shortcuts),
        typist=typist,
        sign_in=sign_in,
        page=page,
        origins=settings.http.origins,
    )
    server = Server(server_config(services), sign_in.sessions, stop)
    log.info("The page is at %s", url_of(listener))

    async def serve_until_stopped() -> None:
        await server.serve(sockets=[listener])
        await typist.close()

    await alongside(
        serve_until_stopped(),
        gadget.run(),
        drive_gadget.run(),
        camera.run(),
        jiggler.run(),
    )


def server_config(services: Services) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        create_app(services),
        http="h11",
        ws=protocol_class(),
        ws_max_size=BODY_LARGEST_BYTES,
        ws_ping_interval=LOOSE_S[0],
        ws_ping_timeout=LOOSE_S[1],
        ws_per_message_deflate=False,  # a JPEG does not get smaller
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_ANSWERS_S,
    )


async def alongside(
    main_work: Coroutine[Any, Any, None], *others: Coroutine[Any, Any, None]
) -> None:
    """Do `main_work`, with `others` running until it ends. What fails ends all, as itself."""
    works = [asyncio.ensure_future(work) for work in (main_work, *others)]
    try:
        done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        for work in done:
            work.result()
    finally:
        for work in works:
            work.cancel()
        for work in works:
            with suppress(asyncio.CancelledError):
                await work


if __name__ == "__main__":
    sys.exit(main())
