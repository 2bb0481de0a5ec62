"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth.gate import COOKIE
from api.deps import Address, Door, SignedIn
from api.schemas import Health, Login, SessionState

router = APIRouter(prefix="/api", tags=["session"])


@router.post("/login", status_code=204)
async def login(order: Login, request: Request, door: Door, address: Address) -> Response:
    """Sign in with the password; the answer's cookie is the session."""
    token, _ = await door.with_password(order.password, address)
    response = Response(status_code=204)
    response.set_cookie(
        COOKIE,
        token,
        httponly=True,
        samesite="strict",
        secure=request.scope["scheme"] == "https",
        path="/",
    )
    return response


@router.post("/logout", status_code=204)
async def logout(session: SignedIn, door: Door) -> Response:
    """Sign out: the session's sockets close, and its keys are let go."""
    door.sessions.end(session)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/")
    return response


@router.get("/session")
async def session(_: SignedIn) -> SessionState:
    """Whether one is signed in; who is not gets the problem `login_required`."""
    return SessionState()


@router.get("/health")
async def health() -> Health:
    """That the api answers. Needs no login, and tells nothing else."""
    return Health()
