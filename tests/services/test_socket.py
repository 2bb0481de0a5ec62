"""The socket's file: whose it is, who may use it, and who was there before."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from gadgetd import daemon
from gadgetd.devices.socket import Peer, listen, may_control, the_only_one
from gadgetd.failures import AlreadyRunningError, SocketUnusableError
from tests.services.door import Speaker, play, settings


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


def test_of_two_daemons_that_start_in_one_moment_one_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "gadgetd.sock"
    listen(path, "nobody-has-it").close()  # left by one that was killed: both would replace it
    with (
        the_only_one(path),
        pytest.raises(AlreadyRunningError, match="already running"),
        the_only_one(path),
    ):
        pass
    with the_only_one(path):
        pass  # the other one has ended


def test_a_daemon_that_is_just_ending_is_waited_for_by_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        ending, end = asyncio.Event(), asyncio.Event()

        async def take_its_time() -> None:
            ending.set()
            await end.wait()

        first, second = (daemon.Daemon(settings(tmp_path)) for _ in range(2))
        monkeypatch.setattr(first._cable, "stop", take_its_time)
        stop = asyncio.Event()
        stop.set()
        running = asyncio.create_task(first.run(stop))
        await ending.wait()  # it listens no more, and still has the gadget
        with pytest.raises(AlreadyRunningError):
            await second.run(stop)
        end.set()
        await running

    asyncio.run(scene())
