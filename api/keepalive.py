"""Keepalive: how soon it is noticed that nobody is at the other end of a WebSocket any more.

A connection whose other end lost its power or its network looks like one where nothing happens, for
a quarter of a minute at least. The server's pings find out; every WebSocket library answers them by
itself, and a frozen one does not. How often is a matter of what is at stake:

- A picture may come over a thin link, where an answer waits behind it. Nothing is at stake.
- A key must not stay down. A ping every 0.75 s that has to be answered within a second finds out
  within 1.75 s. Ping and answer cost 0.2 ms of one core of a PC under load (measured), so a board
  that is ten times slower spends 0.3 % of a core on each such socket.
- A page that sends pings of its own, and so has its keys let go when it is silent, keeps its
  socket over a short gap of the network.

uvicorn knows one pace for all sockets; its protocols read theirs anew for each ping.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, cast

from uvicorn.config import WS_PROTOCOLS, Config
from uvicorn.importer import import_from_string

LOOSE_S = (20.0, 20.0)  # a ping so long after the answer before, and its answer so long after it
CLOSE_S = (0.75, 1.0)

_SET_PACE = "keepalive_pace"


def protocol_class() -> type[asyncio.Protocol]:
    """uvicorn's WebSocket, with a way for a route to say how closely it is to be watched."""
    # The older protocol of this name is deprecated where the newer one exists.
    name = "websockets-sansio" if "websockets-sansio" in WS_PROTOCOLS else "websockets"
    base: Callable[..., Any] = import_from_string(WS_PROTOCOLS[name])

    def protocol(*, config: Config, app_state: dict[str, Any], **rest: Any) -> Any:
        def set_pace(pace_s: tuple[float, float]) -> None:
            made.ping_interval, made.ping_timeout = pace_s

        made = base(config=config, app_state={**app_state, _SET_PACE: set_pace}, **rest)
        return made

    return cast("type[asyncio.Protocol]", protocol)


def watch_closely(scope: MutableMapping[str, Any]) -> None:
    """Notice within two seconds when nobody is there. To be said before the socket is accepted."""
    _pace(scope, CLOSE_S)


def watch_loosely(scope: MutableMapping[str, Any]) -> None:
    """Notice at some time; from the next ping on."""
    _pace(scope, LOOSE_S)


def _pace(scope: MutableMapping[str, Any], pace_s: tuple[float, float]) -> None:
    set_pace = scope.get("state", {}).get(_SET_PACE)
    if set_pace is not None:  # another server has its own ways
        set_pace(pace_s)
