"""How much a request may carry: what JSON needs, and no more.

A body is read here, before any route, and handed on whole. One that is too large is read on for a
while without being kept: an answer that is sent while the other side still writes is lost when the
connection closes under it.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem_response
from gadgetd.errors import KaputtError

BODY_LARGEST_BYTES = 64 * 1024
# A million characters, as JSON may escape them: an emoji as two times six bytes.
TEXT_LARGEST_BYTES = 12_000_000 + BODY_LARGEST_BYTES
TEXT_PATHS = frozenset({"/api/typing", "/api/typing/check"})
DISCARDED_LARGEST_BYTES = 1024 * 1024
# A long text is in memory several times while it is made out, and boards have little.
LONG_AT_ONCE = 2


class BodyTooLargeError(KaputtError):
    """More than any request of ours needs."""

    code = "body_too_large"

    def __init__(self, largest_bytes: int) -> None:
        super().__init__(f"The request carries more than {largest_bytes} bytes.")


class TextsWaitingError(KaputtError):
    """Several long texts are being read already."""

    code = "texts_waiting"
    retry_after_s = 1

    def __init__(self) -> None:
        super().__init__(
            f"{LONG_AT_ONCE} other long texts are being looked at; this one was not read.",
            "Send it again in a second.",
        )


class BodyLimit:
    """ASGI middleware: what is behind it gets small bodies only, and few texts at a time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._long_ones: set[object] = set()  # the requests that carry one

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, and hand it on or refuse it."""
        if scope["type"] != "http" or not has_body(scope):
            await self._app(scope, receive, send)
            return
        asking = object()
        try:
            await self._with_body(asking, scope, receive, send)
        finally:
            self._long_ones.discard(asking)

    async def _with_body(self, asking: object, scope: Scope, receive: Receive, send: Send) -> None:
        largest_bytes = TEXT_LARGEST_BYTES if scope["path"] in TEXT_PATHS else BODY_LARGEST_BYTES
        refusal: KaputtError | None = None
        body, size_bytes = bytearray(), 0
        more = True
        while more and size_bytes <= largest_bytes + DISCARDED_LARGEST_BYTES:
            message = await receive()
            if message["type"] != "http.request":
                return  # the other side has gone
            chunk = message.get("body", b"")
            size_bytes += len(chunk)
            if size_bytes > BODY_LARGEST_BYTES and refusal is None:
                refusal = self._refusal(asking, size_bytes, largest_bytes)
                if refusal is not None:
                    body.clear()
            if refusal is None:
                body += chunk
            more = message.get("more_body", False)
        if refusal is not None:
            response = problem_response(refusal, scope["path"])
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def read() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, read, send)

    def _refusal(self, asking: object, size_bytes: int, largest_bytes: int) -> KaputtError | None:
        """Why no more of a body is kept that is so large by now; None if there is room."""
        if size_bytes > largest_bytes:
            return BodyTooLargeError(largest_bytes)
        if asking not in self._long_ones and len(self._long_ones) >= LONG_AT_ONCE:
            return TextsWaitingError()
        self._long_ones.add(asking)
        return None


def has_body(scope: Scope) -> bool:
    """Whether the request's headers announce a body (RFC 9112 §6)."""
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
