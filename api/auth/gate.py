"""The gate: nobody passes who has not signed in, except to the doors named here.

It stands before the routes and knows none of them, so a route that is added later, or a path that
does not exist, is closed without anybody having to remember it. It also asks where a request comes
from, before it asks who sends it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth.attempts import TooManyAttemptsError
from api.auth.origin import check_origin
from api.auth.sessions import Session
from api.auth.sign_in import LoginRequiredError, PasswordWrongError, SignIn
from api.problems import problem_response
from gadgetd.errors import KaputtError

COOKIE = "kaputtkvm_session"
OPEN_DOORS = frozenset({("POST", "/api/login"), ("GET", "/api/health")})
SAFE_METHODS = frozenset({"GET", "HEAD"})
# Players ask for the password only when they are told to. Elsewhere a browser would open a window
# of its own over our page, so there nobody is told.
ASKS_FOR_PASSWORD = frozenset({"/video.mjpg", "/snapshot.jpg"})
CHALLENGE = 'Basic realm="KaputtKVM", charset="UTF-8"'

NOT_SIGNED_IN_CLOSE = 4401
ORIGIN_CLOSE = 4403


class Gate:
    """ASGI middleware. Behind it, `request.state.session` is the `Session` of whoever asks."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sign_in: SignIn,
        origins: Collection[str],
        is_page: Callable[[str], bool],
    ) -> None:
        self._app = app
        self._sign_in = sign_in
        self._origins = origins
        self._is_page = is_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or refuse."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case "lifespan":
                await self._app(scope, receive, send)
            case other:
                raise NotImplementedError(f"no gate for {other!r}")

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        try:
            if method not in SAFE_METHODS:
                self._check_origin(scope)
            if not self._is_open(method, path):
                scope.setdefault("state", {})["session"] = await self._session(scope)
        except KaputtError as error:
            response = problem_response(error, path)
            if response.status_code == 401 and path in ASKS_FOR_PASSWORD:
                response.headers["WWW-Authenticate"] = CHALLENGE
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check_origin(scope)
        except KaputtError:
            # Before it is accepted; the other side sees HTTP 403.
            await receive()
            await send({"type": "websocket.close", "code": ORIGIN_CLOSE})
            return
        try:
            scope.setdefault("state", {})["session"] = await self._session(scope)
        except (LoginRequiredError, PasswordWrongError, TooManyAttemptsError) as error:
            # Accepted only to be closed: a browser tells its page the code of a close, and nothing
            # at all about a refused handshake, so the page could not ask for the password.
            await receive()
            await send({"type": "websocket.accept"})
            await send(
                {
                    "type": "websocket.close",
                    "code": NOT_SIGNED_IN_CLOSE,
                    "reason": error.sentence,
                }
            )
            return
        await self._app(scope, receive, send)

    def _is_open(self, method: str, path: str) -> bool:
        return (method, path) in OPEN_DOORS or (method in SAFE_METHODS and self._is_page(path))

    def _check_origin(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        check_origin(
            headers.get("origin"),
            headers.get("sec-fetch-site"),
            headers.get("host", ""),
            self._origins,
        )

    async def _session(self, scope: Scope) -> Session:
        connection = HTTPConnection(scope)
        session = self._sign_in.sessions.find(connection.cookies.get(COOKIE, ""))
        if session is not None:
            return session
        authorization = connection.headers.get("authorization")
        if authorization is None:
            raise LoginRequiredError
        return await self._sign_in.with_basic(authorization, address_of(connection))


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from, as far as we can tell."""
    return connection.client.host if connection.client else "unix"
