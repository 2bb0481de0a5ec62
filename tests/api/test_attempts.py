"""How often a password may be tried."""

from __future__ import annotations

import pytest

from api.auth.attempts import ADDRESSES_REMEMBERED, Attempts, TooManyAttemptsError


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def wait_s(attempts: Attempts, address: str = "192.0.2.1") -> int:
    """How long an attempt would have to wait; 0 if it was let through."""
    try:
        attempts.begin(address)
    except TooManyAttemptsError as error:
        return error.retry_after_s
    return 0


def test_five_are_free_then_the_wait_doubles_up_to_five_minutes() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    assert [wait_s(attempts) for _ in range(5)] == [0] * 5
    waits = []
    for _ in range(11):
        waits.append(wait_s(attempts))
        clock.now_s += waits[-1]
        assert wait_s(attempts) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_insisting_makes_the_wait_no_longer() -> None:
    attempts = Attempts(Clock())
    for _ in range(5):
        wait_s(attempts)
    assert [wait_s(attempts) for _ in range(50)] == [1] * 50


def test_the_right_one_forgives() -> None:
    attempts = Attempts(Clock())
    for _ in range(3):
        assert [wait_s(attempts) for _ in range(4)] == [0] * 4
        attempts.right("192.0.2.1")


def test_one_who_guesses_does_not_hold_up_another_address() -> None:
    attempts = Attempts(Clock())
    for _ in range(9):
        wait_s(attempts, "192.0.2.1")
    assert wait_s(attempts, "192.0.2.2") == 0


def test_guessing_from_many_addresses_slows_all_but_the_known_ones_down() -> None:
    attempts = Attempts(Clock())
    assert wait_s(attempts, "198.51.100.1") == 0
    attempts.right("198.51.100.1")
    let_through = sum(wait_s(attempts, f"192.0.2.{n}") == 0 for n in range(200))
    assert let_through == 20
    assert wait_s(attempts, "203.0.113.1") == 1
    assert wait_s(attempts, "198.51.100.1") == 0


def test_a_network_of_ipv6_counts_as_one() -> None:
    attempts = Attempts(Clock())
    for n in range(5):
        assert wait_s(attempts, f"2001:db8::{n:x}") == 0
    assert wait_s(attempts, "2001:db8::ffff") == 1
    assert wait_s(attempts, "2001:db8:0:1::1") == 0


def test_wrong_ones_are_forgotten_after_an_hour() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(5):
        wait_s(attempts)
    clock.now_s += 3601
    assert [wait_s(attempts) for _ in range(5)] == [0] * 5


def test_it_does_not_remember_without_end() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for n in range(3000):
        clock.now_s += 60
        wait_s(attempts, f"10.0.{n // 256}.{n % 256}")
    assert len(attempts._by_origin) == ADDRESSES_REMEMBERED


@pytest.mark.parametrize("address", ["", "unix", "testclient", "fe80::1%eth0"])
def test_any_address_will_do(address: str) -> None:
    assert wait_s(Attempts(Clock()), address) == 0
