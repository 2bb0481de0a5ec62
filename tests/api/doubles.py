"""A gadgetd and a camera that do what the test says, and the real application served around them.

The slot, the status types and everything else of ours are the real ones; so are the sockets.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from api.__main__ import Server, server_config
from api.auth.password import PasswordHash
from api.auth.sign_in import SignIn
from api.cable import Cable
from api.deps import Services
from api.drive import Drive
from api.images.library import Library
from api.keys.desk import Desk
from api.keys.typist import Typist
from api.listening import listen, url_of
from api.page import Page
from api.ports import TextOwner
from api.shortcuts import Shortcuts
from api.status import StatusBoard
from api.target import ResetLine
from api.video.errors import PictureUnavailableError
from api.video.picture import Card, Frame, PictureState, PictureStatus
from api.video.slot import FrameSlot
from gadgetd.errors import KaputtError
from gadgetd.failures import GadgetdUnreachableError
from gadgetd.settings import TypingSettings
from gadgetd.status import GadgetStatus

PASSWORD = "ABCD-EFGH-JKLM-NPQR"
# Hashed once and cheaply: what scrypt costs is shown elsewhere.
CHEAP_HASH = PasswordHash(salt=b"salt", digest=b"", cost_n=2)
CHEAP_HASH = PasswordHash(salt=b"salt", digest=CHEAP_HASH.derive(PASSWORD), cost_n=2)
JPEG = b"\xff\xd8 not for eyes \xff\xd9"


class Change:
    """A revision and those who wait for another one."""

    def __init__(self) -> None:
        self.revision = 0
        self._news = asyncio.Event()

    def happen(self) -> None:
        self.revision += 1
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def next_change(self, seen: int) -> int:
        while self.revision == seen:
            await self._news.wait()
        return self.revision


def gadget_status(**parts: Any) -> GadgetStatus:
    """What gadgetd says when all is well."""
    status: GadgetStatus = {
        "cable": {
            "state": "configured",
            "udc": "dummy_udc.0",
            "speed": "high-speed",
            "sentence": "The target has set up our USB device (high-speed).",
        },
        "keyboard": {
            "held": [],
            "leds": [],
            "collecting": True,
            "typing": False,
            "releases": 0,
            "sentence": "Keys reach the target.",
        },
        "mouse": {
            "absolute": True,
            "relative": True,
            "held": [],
            "sentence": "The mouse reaches the target.",
        },
        "drive": {
            "shown": False,
            "image": None,
            "mode": None,
            "size_bytes": None,
            "sentence": "Nothing is inserted. The target sees no drive.",
        },
        "problems": [],
    }
    status.update(parts)  # type: ignore[typeddict-item]
    return status


class ScriptedGadget(Change):
    """gadgetd as the test tells it: it notes what it is asked, and answers or refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.generation = 1
        self.status: GadgetStatus | None = gadget_status()
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refusal: KaputtError | None = None
        self.delivery = {"delivery": "queued", "sentence": ""}
        self.answering = asyncio.Event()
        self.answering.set()
        self._seats = 0

    @property
    def unreachable(self) -> GadgetdUnreachableError | None:
        if self.status is not None:
            return None
        return GadgetdUnreachableError(Path("/run/gone.sock"), "nobody is there")

    async def call(
        self, verb: str, /, *, within_s: float | None = None, **arguments: Any
    ) -> dict[str, Any]:
        self.asked.append((verb, arguments))
        self.happen()
        await self.answering.wait()
        if self.status is None:
            assert self.unreachable
            raise self.unreachable
        if self.refusal is not None:
            raise self.refusal
        match verb:
            case "seat_open":
                self._seats += 1
                return {"seat": f"s{self._seats}"}
            case "key" | "mouse" | "release":
                return dict(self.delivery)
            case "insert" | "eject":
                return {"drive": self.status["drive"]}
            case "status":
                return {"status": self.status}
        return {}

    def go(self) -> None:
        """The connection breaks."""
        self.status = None
        self.happen()

    def come(self) -> None:
        """There is a new connection."""
        self.generation += 1
        self.status = gadget_status()
        self.happen()

    def let_go_of_keys(self) -> None:
        """The target takes nothing, so all keys are let go."""
        assert self.status is not None
        keyboard: Any = dict(self.status["keyboard"])
        keyboard["releases"] = keyboard.get("releases", 0) + 1
        self.status = gadget_status(keyboard=keyboard)
        self.happen()

    def mouse_holds(self, *buttons: str) -> None:
        """Its status says that these buttons are down."""
        assert self.status is not None
        mouse: Any = {**self.status["mouse"], "held": list(buttons)}
        self.status = gadget_status(keyboard=self.status["keyboard"], mouse=mouse)
        self.happen()

    def strokes(self) -> list[tuple[str, bool]]:
        """The keys it was told of, and whether they went down."""
        return [(told["code"], told["down"]) for verb, told in self.asked if verb == "key"]

    def verbs(self) -> list[str]:
        return [verb for verb, _ in self.asked]

    async def was_asked(self, verb: str) -> dict[str, Any]:
        """Wait until it was asked for this."""
        while True:
            for asked, arguments in self.asked:
                if asked == verb:
                    return arguments
            await self.next_change(self.revision)


class ScriptedCamera(Change):
    """A camera that sees what the test publishes into its slot."""

    def __init__(self) -> None:
        super().__init__()
        self.slot = FrameSlot()
        self.viewer_count = 0
        self.status = PictureStatus(PictureState.IDLE, "Nobody is watching.")

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[FrameSlot]:
        self.viewer_count += 1
        self.happen()
        try:
            yield self.slot
        finally:
            self.viewer_count -= 1
            self.happen()

    async def snapshot(self, timeout_s: float) -> Frame:
        match self.slot.latest:
            case Frame() as frame:
                return frame
            case Card() as card:
                raise PictureUnavailableError(card.sentence, card.remedy)
            case _:
                raise PictureUnavailableError("The grabber gave no picture.")

    def show(self, number: int, jpeg: bytes = JPEG) -> None:
        """A frame that can be told from others by its time of capture."""
        self.slot.publish_frame(number, 720, 480, jpeg)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until viewers are as the test wants them."""
        while not is_so():
            await self.next_change(self.revision)


@dataclass
class Stage:
    """The application being served, and all that stands behind it."""

    url: str
    http: httpx.AsyncClient
    gadget: ScriptedGadget
    camera: ScriptedCamera
    sign_in: SignIn
    services: Services
    images: Path
    stop: asyncio.Event
    serving: asyncio.Task[None]

    async def login(self) -> None:
        answer = await self.http.post("/api/login", json={"password": PASSWORD})
        assert answer.status_code == 204, answer.text

    def socket(self, path: str, **options: Any) -> connect:
        """A WebSocket with the cookie and the origin that our page would have."""
        headers = dict(options.pop("additional_headers", {}))
        if self.http.cookies and "Cookie" not in headers:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.http.cookies.items())
        options.setdefault("origin", self.url)
        address = self.url.replace("http", "ws", 1) + path
        return connect(address, additional_headers=headers, proxy=None, **options)


@asynccontextmanager
async def seated(made: Stage, **options: Any) -> AsyncIterator[ClientConnection]:
    """A socket at the keyboard; which seat it has been given was told already."""
    async with made.socket("/api/keys", **options) as keys:
        await told_seat(keys)
        yield keys


async def told_seat(keys: ClientConnection) -> str:
    """The first thing that a socket at the keyboard is told."""
    seat: dict[str, str] = json.loads(await keys.recv())
    assert list(seat) == ["seat"]
    return seat["seat"]


async def say(keys: ClientConnection, message: Any) -> dict[str, Any]:
    """Send a message and give what comes next."""
    await keys.send(message if isinstance(message, str | bytes) else json.dumps(message))
    return await heard(keys)


async def heard(keys: ClientConnection) -> dict[str, Any]:
    """What the socket is told next."""
    answer: dict[str, Any] = json.loads(await keys.recv())
    return answer


@asynccontextmanager
async def stage(
    tmp_path: Path,
    *,
    reset_device: Path | None = None,
    origins: tuple[str, ...] = (),
    gadget: Any = None,
    is_exclusive: bool = False,
    text_owner: TextOwner | None = None,
    typing: TypingSettings | None = None,
    is_signed_in: bool = True,
) -> AsyncIterator[Stage]:
    """The application on a loopback port, until the block is left."""
    images = tmp_path / "images"
    images.mkdir(exist_ok=True)
    web = tmp_path / "web"
    (web / "lib").mkdir(parents=True, exist_ok=True)
    (web / "index.html").write_text("<!doctype html><title>KaputtKVM</title>")
    (web / "main.js").write_text("import './lib/a.js';")
    (web / "lib" / "a.js").write_text("export {};")
    (web / ".secret").write_text("hidden")
    gadget = gadget or ScriptedGadget()
    camera = ScriptedCamera()
    sign_in = SignIn(CHEAP_HASH)
    target = ResetLine(reset_device)
    typist = Typist(gadget, typing or TypingSettings())
    desk = Desk(
        gadget,
        is_exclusive=is_exclusive,
        text_owner=text_owner or (lambda: typist.owner),
        pause_text=typist.give_way,
    )
    services = Services(
        camera=camera,
        library=Library(images),
        desk=desk,
        drive=Drive(gadget),
        status=StatusBoard(gadget, camera, target, desk, typist),
        target=target,
        cable=Cable(gadget),
        shortcuts=Shortcuts(tmp_path / "shortcuts.json"),
        typist=typist,
        sign_in=sign_in,
        page=Page(web),
        origins=origins,
    )
    stop = asyncio.Event()
    server = Server(server_config(services), sign_in.sessions, stop)
    listener = listen("127.0.0.1", 0)
    url = url_of(listener).rstrip("/")
    # Our own loop takes connections from the first moment on: the socket listens already.
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with httpx.AsyncClient(base_url=url, timeout=10, trust_env=False) as http:
            made = Stage(url, http, gadget, camera, sign_in, services, images, stop, serving)
            if is_signed_in:
                await made.login()
            yield made
    finally:
        stop.set()
        await serving


async def closed_with(socket: ClientConnection) -> int | None:
    """The close code, once the other side has closed. What it still says is not looked at."""
    with suppress(ConnectionClosedError):  # any code but 1000 and 1001
        async for _ in socket:
            pass
    return socket.close_code
