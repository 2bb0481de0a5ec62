"""The socket's file: whose it is, who may use it, and who was there before."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gadgetd.devices.socket import Peer, listen, may_control
from gadgetd.failures import AlreadyRunningError, SocketUnusableError
from tests.services.door import Speaker, play


def test_the_socket_is_for_its_owner_and_group_alone_and_goes_with_the_daemon(
    tmp_path: Path,
) -> None:
    async def act(peer: Speaker) -> None:
        mode = (tmp_path / "gadgetd.sock").stat().st_mode
        assert stat.S_IMODE(mode) == 0o660

    play(tmp_path, act)
    assert not (tmp_path / "gadgetd.sock").exists()


def test_strangers_may_not_control_the_target() -> None:
    stranger = os.geteuid() + 4711
    assert not may_control(Peer(stranger, frozenset({stranger})), "root")
    assert may_control(Peer(stranger, frozenset({0})), "root")  # the group of that name is 0
    assert not may_control(Peer(stranger, frozenset({stranger})), "a-group-nobody-has")
    assert may_control(Peer(os.geteuid(), frozenset()), "a-group-nobody-has")


def test_the_file_of_a_killed_daemon_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "gadgetd.sock"
    listen(path, "nobody-has-it").close()  # the file stays, nobody listens
    assert path.is_socket()
    listen(path, "nobody-has-it").close()


def test_a_living_daemon_is_left_alone(tmp_path: Path) -> None:
    with (
        listen(tmp_path / "gadgetd.sock", "nobody-has-it"),
        pytest.raises(AlreadyRunningError, match="already running"),
    ):
        listen(tmp_path / "gadgetd.sock", "nobody-has-it")


def test_a_file_that_is_no_socket_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "gadgetd.sock"
    path.write_text("precious")
    with pytest.raises(SocketUnusableError):
        listen(path, "nobody-has-it")
    assert path.read_text() == "precious"
