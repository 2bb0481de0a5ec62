"""How late a message is, by two clocks that share no zero. All times are typed out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.keys.lateness import Lateness

PAGE_ZERO_S = 5_000_000.0  # the page's clock reads so much more than ours


def ages(*messages: tuple[float, float], zero_s: float = PAGE_ZERO_S) -> list[float]:
    """How old each message is; a message is when it was sent and when it came, by our clock."""
    lateness = Lateness()
    return [lateness.age_s(sent_s + zero_s, came_s) for sent_s, came_s in messages]


@pytest.mark.parametrize("zero_s", [0.0, -900.0, PAGE_ZERO_S])
def test_the_fastest_message_is_the_measure_wherever_a_clock_starts(zero_s: float) -> None:
    assert ages((1.0, 1.02), (2.0, 2.12), (3.0, 6.02), zero_s=zero_s) == [
        pytest.approx(0, abs=0.01),
        pytest.approx(0.1, abs=0.01),
        pytest.approx(3.0, abs=0.01),
    ]


def test_a_faster_message_than_before_is_the_measure_from_then_on() -> None:
    assert ages((1.0, 1.5), (2.0, 2.1), (3.0, 3.5)) == [
        pytest.approx(0),
        pytest.approx(0),
        pytest.approx(0.4, abs=0.01),
    ]


def test_messages_that_a_stalled_network_held_back_are_each_less_late_than_the_one_before() -> None:
    # The network stands still from 2 s to 7 s; then everything comes at once.
    sent_s = [0.0, 0.5, 1.0, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]
    messages = [(at, at + 0.02 if at < 2 or at > 7 else 7.02) for at in sent_s]
    told = ages(*messages)
    assert told[4:9] == [pytest.approx(age, abs=0.02) for age in (4.5, 3.5, 2.5, 1.5, 0.5)]
    assert told[9] == pytest.approx(0, abs=0.02)


def test_a_heap_from_a_stalled_network_does_not_become_the_measure() -> None:
    told = ages((0, 0.02), (1, 9.02), (2, 9.03), (9.5, 9.52), (11, 11.02), (12, 15.02))
    assert told[-1] == pytest.approx(3, abs=0.05)


def test_a_page_whose_clock_stood_still_while_it_slept_is_late_for_a_second_only() -> None:
    # An hour of sleep after 10 s; its clock counts none of it. It pings every 0.5 s.
    before = [(i / 2, i / 2 + 0.02) for i in range(20)]
    after = [(10 + i / 2, 3610 + i / 2 + 0.02) for i in range(6)]
    told = ages(*before, *after)[len(before) :]
    assert told[0] > 3000
    assert told[3:] == [pytest.approx(0, abs=0.05)] * 3


def test_a_page_that_was_frozen_while_its_clock_went_on_is_not_late() -> None:
    told = ages((0, 0.02), (0.5, 0.52), (3600, 3600.02))
    assert told[-1] == pytest.approx(0, abs=0.02)


def test_a_clock_that_was_set_back_is_a_new_clock() -> None:
    told = ages((1000, 1000.02), (5, 1001.02), (6, 1002.02), (7, 1006.02))
    assert told[1:3] == [0, pytest.approx(0, abs=0.02)]
    assert told[3] == pytest.approx(3, abs=0.05)


def test_a_queue_that_grows_little_by_little_is_late_and_stays_late() -> None:
    # Each message is 0.2 s later than the one before, up to 4 s, and then all are 4 s late.
    delays_s = [min(i * 0.2, 4.0) for i in range(60)]
    told = ages(*((i / 2, i / 2 + delay_s) for i, delay_s in enumerate(delays_s)))
    assert told[-1] == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize("rate", [1.0003, 0.9997])
def test_clocks_that_drift_apart_for_a_day_make_nothing_late(rate: float) -> None:
    lateness = Lateness()
    worst_s = max(lateness.age_s(at * rate, at + 0.02) for at in range(86_400))
    assert worst_s < 0.1


@given(
    st.lists(
        st.tuples(st.floats(0, 5, allow_nan=False), st.floats(0, 10, allow_nan=False)), max_size=30
    )
)
def test_no_message_is_older_than_the_way_it_came_or_younger_than_new(
    steps: list[tuple[float, float]],
) -> None:
    """What was sent in order and came in order, each with some delay."""
    lateness, sent_s, came_s = Lateness(), 0.0, 0.0
    for pause_s, delay_s in steps:
        sent_s += pause_s
        came_s = max(came_s, sent_s + delay_s)
        assert 0 <= lateness.age_s(sent_s + PAGE_ZERO_S, came_s) <= came_s - sent_s + 0.001
