"""The password: how it is made, hashed and kept."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from pathlib import Path

import pytest

from api.auth.password import PasswordHash, made_up
from api.auth.state import AuthStateError, load_or_create, store


def test_a_made_up_password_has_four_groups_without_lookalikes() -> None:
    assert all(
        re.fullmatch(r"([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}", made_up()) for _ in range(99)
    )
    assert len({made_up() for _ in range(99)}) == 99


def test_scrypt_is_the_one_of_rfc_7914() -> None:
    # Section 12, third test vector: N = 16384, r = 8, p = 1; its first 32 bytes.
    vector = PasswordHash(salt=b"SodiumChloride", digest=b"")
    assert vector.derive("pleaseletmein").hex() == (
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    )


def test_two_hashes_of_one_password_differ_and_both_match() -> None:
    one, other = PasswordHash.of("secret"), PasswordHash.of("secret")
    assert one.digest != other.digest
    assert one.matches("secret")
    assert other.matches("secret")
    assert not one.matches("Secret")


def test_the_first_start_makes_a_password_and_later_ones_know_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "auth.json"
    first, password = load_or_create(path)
    assert password is not None
    assert first.matches(password)
    again, none = load_or_create(path)
    assert none is None
    assert again.matches(password)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert password not in path.read_text()
    assert [file.name for file in path.parent.iterdir()] == ["auth.json"]


def test_what_is_stored_can_be_checked_with_scrypt_alone(tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    _, password = load_or_create(path)
    assert password is not None
    kept = json.loads(path.read_text())["scrypt"]
    assert (kept["n"], kept["r"], kept["p"]) == (16384, 8, 1)
    digest = hashlib.scrypt(
        password.encode(), salt=bytes.fromhex(kept["salt"]), n=2**14, r=8, p=1, dklen=32
    )
    assert digest.hex() == kept["hash"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"version": 2}', '{"version": 1, "scrypt": {"n": 2}}', "\udcff"]
)
def test_a_file_that_makes_no_sense_is_an_error_and_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "auth.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    before = path.read_bytes()
    with pytest.raises(AuthStateError) as error:
        load_or_create(path)
    assert str(path) in error.value.sentence
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AuthStateError, match="file"):
        store(tmp_path / "file" / "auth.json", PasswordHash(b"", b""))
