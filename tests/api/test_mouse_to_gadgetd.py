"""Mice through a real gadgetd server on a Unix socket, down to the reports a target would read.

The first three bytes of a report are those of HID 1.11 Appendix B.2: buttons, X, Y; then come the
wheel and the horizontal wheel.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gadgetd.devices.socket import listen
from gadgetd.hid.keyboard import Keyboard
from gadgetd.keys import Keys
from gadgetd.mice import Kind, Mice
from gadgetd.server import Server
from gadgetd.status import GadgetStatus, mouse
from gadgetd.verbs import Conversation
from tests.api.doubles import Stage, gadget_status, heard, say, seated, stage
from tests.api.test_keys_to_gadgetd import Target, client

pytestmark = pytest.mark.asyncio

STILL = "00 00 00 00 00"


@asynccontextmanager
async def desk(tmp_path: Path, target: Target) -> AsyncIterator[tuple[Stage, Any]]:
    """The api, and gadgetd with a relative mouse; only the kernel is missing."""
    path = tmp_path / "g.sock"
    keys = Keys(Keyboard(), changed=lambda: server.changed(), lost=lambda: None)
    mice = Mice(
        {Kind.RELATIVE: True}, lambda: server.changed(), lambda: None, lambda: None, patience_s=1.0
    )
    relative = mice.get(Kind.RELATIVE)

    def status() -> GadgetStatus:
        told = mouse(absolute=False, relative=True, held=relative.held, troubles=[relative.trouble])
        return gadget_status(mouse=told)

    nobody: Any = None
    server = Server(
        lambda: Conversation(keys, mice, nobody, nobody, status), lambda _: None, status
    )
    await server.start(listen(path, "no-such-group"))
    relative.plug(target)
    relative.target_configured()
    try:
        async with client(path) as gadget:
            await gadget.next_change(0)
            async with stage(tmp_path, gadget=gadget) as made:
                assert await target.next_report() == STILL
                yield made, relative
    finally:
        await server.stop()
        relative.unplug()


async def test_motion_and_clicks_arrive_as_reports_and_closing_the_socket_lets_go(
    tmp_path: Path,
) -> None:
    target = Target()
    async with desk(tmp_path, target) as (made, _), seated(made) as keys:
        await keys.send('{"mouse": "relative", "dx": 5, "dy": -3, "wheel": 1, "pan": -1}')
        assert await target.next_report() == "00 05 fd 01 ff"
        press = {"mouse": "relative", "dx": -1, "dy": 0, "button": "right", "down": True}
        assert (await say(keys, press))["delivery"] == "delivered"
        assert await target.next_report() == "00 ff 00 00 00"
        assert await target.next_report() == "02 00 00 00 00"
        await keys.close()
        assert await target.next_report() == STILL


async def test_a_mouse_that_the_configuration_leaves_out_is_named(tmp_path: Path) -> None:
    async with desk(tmp_path, Target()) as (made, _):
        answer = await made.http.post("/api/mouse", json={"mouse": "absolute", "x": 1, "y": 1})
        assert (answer.status_code, answer.json()["code"]) == (409, "mouse_missing")


async def test_a_click_by_request_goes_down_and_up(tmp_path: Path) -> None:
    target = Target()
    async with desk(tmp_path, target) as (made, _):
        click = {"mouse": "relative", "button": "left", "down": True}
        assert (await made.http.post("/api/mouse", json=click)).status_code == 200
        assert [await target.next_report() for _ in range(2)] == ["01 00 00 00 00", STILL]


async def test_a_button_that_gadgetd_lets_go_because_the_target_went_is_told(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, Target()) as (made, relative), seated(made) as keys:
        press = {"mouse": "relative", "button": "left", "down": True}
        assert (await say(keys, press))["delivery"] == "delivered"
        # Its status has to have come before it changes again.
        while (await made.http.get("/api/status")).json()["mouse"]["held"] != ["left"]:
            pass
        relative.target_gone()
        error = (await heard(keys))["error"]
        assert error["code"] == "keys_released"
        assert "left mouse button" in error["sentence"]
