"""What is in the drive, whether the target sees it, and what costs a re-enumeration."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gadgetd import cable, drive
from gadgetd.devices.image import OpenImage
from gadgetd.errors import KaputtError
from gadgetd.failures import KernelStuckError
from gadgetd.ports import Image
from gadgetd.usb.medium import MediumMode
from tests.services.board import Board

CDROM, DISK = MediumMode.CDROM, MediumMode.DISK


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cable, "UNPLUGGED_S", 0.0)
    monkeypatch.setattr(drive, "LOOK_EVERY_S", 0.01)


def play(root: Path, act: Callable[[Board], Awaitable[None]], storage: str = "with_medium") -> None:
    async def scene() -> None:
        board = Board(root, storage)
        await board.drive.start()
        await act(board)

    asyncio.run(scene())


def code_of(error: pytest.ExceptionInfo[KaputtError]) -> str:
    return error.value.code


def test_with_nothing_inserted_the_target_sees_no_drive(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        assert board.drive.status()["shown"] is False
        assert not board.kernel.has(cable.DRIVE)

    play(tmp_path, act)


def test_the_first_medium_replugs_once_and_swapping_or_ejecting_does_not(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        assert board.kernel.plugged == 2
        await board.drive.insert("second.iso", CDROM)
        await board.drive.eject()
        await board.drive.insert("first.iso", CDROM)
        assert board.kernel.plugged == 2
        assert board.drive.status() == {
            "shown": True,
            "image": "first.iso",
            "mode": "cdrom",
            "size_bytes": 1_048_576,
            "sentence": "first.iso is in the drive, as a CD-ROM.",
        }

    play(tmp_path, act)


def test_an_empty_drive_stays_until_it_is_put_away(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        await board.drive.eject()
        assert board.drive.status()["shown"] is True
        await board.drive.show(False)
        assert board.drive.status()["shown"] is False
        assert not board.kernel.has(cable.DRIVE)

    play(tmp_path, act)


def test_putting_the_drive_away_takes_the_medium_out(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        await board.drive.show(False)
        assert board.drive.status()["image"] is None
        assert board.slot.image() is None

    play(tmp_path, act)


def test_another_kind_of_medium_hides_the_drive_before_it_shows_it_again(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        await board.drive.insert("first.iso", DISK)
        assert board.kernel.plugged == 4
        assert board.slot.mode() is DISK
        assert board.drive.status()["mode"] == "disk"

    play(tmp_path, act)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("absent.iso", "image_not_found"),
        ("tiny.iso", "image_too_small"),
        ("../first.iso", "image_name_invalid"),
    ],
)
def test_a_wrong_image_leaves_the_one_inside_alone(tmp_path: Path, name: str, code: str) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        with pytest.raises(KaputtError) as error:
            await board.drive.insert(name, CDROM)
        assert code_of(error) == code
        assert board.slot.image() == str(tmp_path / "images/first.iso")

    play(tmp_path, act)


@pytest.mark.parametrize("act_on", ["eject", "insert", "show"])
def test_a_medium_that_the_target_has_locked_is_taken_out_by_force_only(
    tmp_path: Path, act_on: str
) -> None:
    async def act(board: Board) -> None:
        acts: dict[str, Callable[[bool], Awaitable[None]]] = {
            "eject": lambda force: board.drive.eject(force),
            "insert": lambda force: board.drive.insert("second.iso", CDROM, force),
            "show": lambda force: board.drive.show(False, force),
        }
        await board.drive.insert("first.iso", CDROM)
        board.slot.is_locked = True
        with pytest.raises(KaputtError) as error:
            await acts[act_on](False)
        assert code_of(error) == "medium_locked"
        assert board.drive.status()["image"] == "first.iso"
        await acts[act_on](True)
        assert board.drive.status()["image"] != "first.iso"

    play(tmp_path, act)


def test_a_medium_that_the_target_ejects_is_noticed_and_said(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        looking = asyncio.create_task(board.drive.run())
        (board.slot._directory / "file").write_text("\n")
        async with asyncio.timeout(5):
            while board.drive.status()["image"] is not None:  # noqa: ASYNC110  # it is polled
                await asyncio.sleep(0.01)
        assert board.drive.status()["sentence"].startswith("The target ejected first.iso.")
        looking.cancel()

    play(tmp_path, act)


def test_a_killed_process_finds_its_medium_again(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        again = Board(tmp_path, kernel=board.kernel)
        await again.drive.start()
        assert again.drive.status() == board.drive.status()
        assert board.kernel.plugged == 2

    play(tmp_path, act)


def left_unlike_what_is_wanted(board: Board) -> Board:
    """The next process on the same board: its gadget has to be built anew."""
    board.kernel.path("idProduct").write_text("0x0105\n")
    return Board(board.root, kernel=board.kernel)


def test_a_gadget_that_has_to_be_built_anew_keeps_its_medium(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", DISK)
        again = left_unlike_what_is_wanted(board)
        await again.drive.start()
        assert again.kernel.built == 2
        told = again.drive.status()
        assert (told["image"], told["mode"], told["shown"]) == ("first.iso", "disk", True)
        assert again.slot.image() == str(tmp_path / "images/first.iso")

    play(tmp_path, act)


@pytest.mark.parametrize("became", ["gone", "moved"])
def test_a_medium_that_is_not_in_the_library_any_more_is_not_put_back(
    tmp_path: Path, became: str
) -> None:
    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        again = left_unlike_what_is_wanted(board)
        if became == "gone":
            (tmp_path / "images/first.iso").unlink()
        else:  # what has its name in the library is another file
            file = board.kernel.path(f"functions/{cable.DRIVE}/lun.0/file")
            file.write_text("/elsewhere/first.iso\n")
        await again.drive.start()
        assert again.drive.status()["image"] is None

    play(tmp_path, act)


def test_always_shows_an_empty_drive_and_never_hides_it(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        assert board.kernel.has(cable.DRIVE)
        with pytest.raises(KaputtError) as error:
            await board.drive.show(False)
        assert code_of(error) == "storage_always"

    play(tmp_path, act, storage="always")


def test_never_refuses_a_medium(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        with pytest.raises(KaputtError) as error:
            await board.drive.insert("first.iso", CDROM)
        assert code_of(error) == "storage_never"

    play(tmp_path, act, storage="never")


def test_without_a_controller_nothing_is_inserted_and_the_reason_is_the_cable(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        board.udcs.present = []
        await board.cable.start(board.cable.shape)
        with pytest.raises(KaputtError) as error:
            await board.drive.insert("first.iso", CDROM)
        assert code_of(error) == "udc_missing"

    play(tmp_path, act)


def test_an_insertion_that_was_given_up_inserts_no_other_file_when_its_turn_comes(
    tmp_path: Path,
) -> None:
    async def act(board: Board) -> None:
        insert, begin = board.slot.insert, threading.Event()

        def late(image: Image) -> None:
            begin.wait()
            insert(image)

        board.slot.insert = late  # type: ignore[method-assign]
        board.worker._patience_s = 0.2
        with pytest.raises(KernelStuckError):
            await board.drive.insert("first.iso", CDROM)
        # What is opened now gets the number of the descriptor that was closed last.
        with (tmp_path / "images/second.iso").open():
            begin.set()
            async with asyncio.timeout(5):
                while board.worker.problem:  # noqa: ASYNC110  # it is polled
                    await asyncio.sleep(0.01)
        assert board.slot.image() == str(tmp_path / "images/first.iso")

    play(tmp_path, act)


def test_looking_at_an_image_is_left_to_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = threading.get_ident()
    threads = set()
    size_bytes = OpenImage.size_bytes

    def measured(image: OpenImage) -> int:
        threads.add(threading.get_ident())
        return size_bytes.__get__(image)  # type: ignore[no-any-return]

    monkeypatch.setattr(OpenImage, "size_bytes", property(measured))

    async def act(board: Board) -> None:
        await board.drive.insert("first.iso", CDROM)
        assert threads
        assert here not in threads  # a stalled library would stop the keyboard

    play(tmp_path, act)


def test_an_image_that_cannot_be_shown_is_said_to_be_inserted_but_not_seen(tmp_path: Path) -> None:
    async def act(board: Board) -> None:
        board.udcs.endpoints = 1
        with pytest.raises(KaputtError) as error:
            await board.drive.insert("first.iso", CDROM)
        assert code_of(error) == "bind_failed"
        await board.drive._look()
        status = board.drive.status()
        assert (status["shown"], status["image"]) == (False, "first.iso")
        assert "does not see the drive" in status["sentence"]

    play(tmp_path, act)


@pytest.mark.parametrize("name", ["x" * 60_000, "a/b" * 20_000], ids=["long", "path"])
def test_no_name_is_too_long_for_the_words_about_it(tmp_path: Path, name: str) -> None:
    async def act(board: Board) -> None:
        freed = threading.Event()
        board.worker._patience_s = 0.05
        asked = asyncio.create_task(board.worker.run("look", freed.wait))
        await asyncio.sleep(0)
        with pytest.raises(KaputtError) as error:
            await board.drive.insert(name, CDROM)
        assert code_of(error) == "image_name_invalid"
        freed.set()
        await asyncio.gather(asked, return_exceptions=True)

    play(tmp_path, act)
