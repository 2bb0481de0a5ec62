"""The wire: whatever comes in, and however it is cut, it is a message or an error in words."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gadgetd.usb.medium import ImageTooSmallError, MediumMode
from gadgetd.wire import (
    LINE_LIMIT_BYTES,
    Lines,
    WireError,
    WireMalformedError,
    WireTooLongError,
    encode,
    event_status,
    failure,
    reply,
    request,
)

texts = st.text(st.characters(codec=None), max_size=20)  # half surrogate pairs too
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
messages = st.dictionaries(texts, values, max_size=4)


def chopped(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def fed(pieces: list[bytes]) -> tuple[list[dict[str, Any]], WireError | None]:
    """All messages and the error at which the conversation ended, if it did."""
    lines, understood = Lines(), []
    for piece in pieces:
        try:
            understood += lines.feed(piece)
        except WireError as error:
            return understood + error.before, error
    return understood, None


@given(st.lists(messages, max_size=6), st.lists(st.integers(0), max_size=12))
def test_messages_arrive_as_they_were_sent_wherever_the_stream_is_cut(
    sent: list[dict[str, Any]], cuts: list[int]
) -> None:
    stream = b"".join(map(encode, sent))
    assert fed(chopped(stream, cuts)) == (sent, None)
    assert fed([bytes([byte]) for byte in stream]) == (sent, None)


@given(messages)
def test_a_message_is_one_line_of_what_any_json_reader_understands(message: dict[str, Any]) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == message


@given(st.binary(max_size=200), st.lists(st.integers(0), max_size=6))
def test_any_bytes_are_messages_or_a_wire_error_and_the_same_in_any_pieces(
    garbage: bytes, cuts: list[int]
) -> None:
    whole, whole_error = fed([garbage])
    pieces, pieces_error = fed(chopped(garbage, cuts))
    assert repr(pieces) == repr(whole)
    assert str(pieces_error) == str(whole_error)


@given(
    st.lists(messages, max_size=3),
    st.text('{}[]",:0123456789eE+-.nulltruefasNaInity \\u', max_size=30).map(str.encode),
)
def test_messages_before_a_bad_line_are_not_lost(
    good: list[dict[str, Any]], suspicious: bytes
) -> None:
    understood, error = fed([b"".join(map(encode, good)) + suspicious + b"\n"])
    assert understood[: len(good)] == good
    assert len(understood) == len(good) + (error is None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "character 0"),
        (b"hello", "character 0"),
        (b"[1]", "something else"),
        (b"7", "something else"),
        (b"null", "something else"),
        (b'{"id": 1} {"id": 2}', "character 10"),
        (b'{"id": 1,}', "character"),
        (b'{"id": NaN}', "NaN is not a number"),
        (b'{"id": -Infinity}', "-Infinity is not a number"),
        (b'{"id": 1e999}', "beyond all bounds"),
        (b'{"id": ' + b"9" * 5000 + b"}", "beyond all bounds"),
        (b'{"id": "\xff"}', "byte 8 is not UTF-8"),
        (b'{"id": "\xed\xa0\x80"}', "not UTF-8"),
        (b'\xef\xbb\xbf{"id": 1}', "character 0"),
        (b'{"id": ' + b"[" * 60_000, "nested too deeply"),
        (b'{"id":' * 10_000, "nested too deeply"),
    ],
)
def test_a_line_that_is_not_one_json_object_is_malformed_with_the_reason(
    line: bytes, reason: str
) -> None:
    with pytest.raises(WireMalformedError, match=reason) as caught:
        Lines().feed(line + b"\n")
    assert caught.value.code == "wire_malformed"
    assert len(str(caught.value)) < 200


def object_of(size_bytes: int) -> bytes:
    """A good line of exactly this size, with its newline."""
    return b'{"a":"' + b"x" * (size_bytes - 9) + b'"}\n'


def test_the_longest_line_allowed_is_understood_and_one_byte_more_is_not() -> None:
    longest = object_of(LINE_LIMIT_BYTES)
    assert len(longest) == LINE_LIMIT_BYTES
    assert len(Lines().feed(longest)) == 1
    assert len(fed([longest[:-1], longest[-1:]])[0]) == 1
    with pytest.raises(WireTooLongError) as caught:
        Lines().feed(object_of(LINE_LIMIT_BYTES + 1))
    assert caught.value.code == "wire_too_long"


def test_an_endless_line_is_refused_without_waiting_for_its_end() -> None:
    lines = Lines()
    assert lines.feed(b"x" * (LINE_LIMIT_BYTES - 1)) == []
    with pytest.raises(WireTooLongError):
        lines.feed(b"x")


def test_many_lines_may_come_at_once_though_together_they_are_longer_than_one_may_be() -> None:
    assert len(Lines().feed(object_of(40_000) * 5)) == 5


def test_after_an_error_nothing_is_understood_any_more() -> None:
    lines = Lines()
    with pytest.raises(WireMalformedError) as first:
        lines.feed(b'{"id":1}\nbad\n{"id":2}\n')
    assert first.value.before == [{"id": 1}]
    with pytest.raises(WireMalformedError) as second:
        lines.feed(b'{"id":3}\n')
    assert second.value.before == []


def test_nothing_is_sent_that_the_other_end_would_refuse() -> None:
    with pytest.raises(WireTooLongError):
        encode({"text": "x" * LINE_LIMIT_BYTES})


def test_requests_answers_and_events_look_as_the_contract_says() -> None:
    too_small = ImageTooSmallError("x.iso", 1024, MediumMode.CDROM)
    assert request(1, "key", seat="s1", code="KeyA", down=True) == {
        "id": 1,
        "do": "key",
        "seat": "s1",
        "code": "KeyA",
        "down": True,
    }
    assert reply(1, {"seat": "s1"}) == {"id": 1, "ok": {"seat": "s1"}}
    assert failure(1, too_small) == {
        "id": 1,
        "error": {
            "code": "image_too_small",
            "sentence": "x.iso has 1,024 bytes; a CD-ROM needs at least 614,400.",
            "remedy": "Insert it as a disk: most Linux images start from a disk too.",
        },
    }
    assert failure(None, WireTooLongError())["id"] is None
    assert event_status({"keyboard": {}}) == {"event": "status", "status": {"keyboard": {}}}
