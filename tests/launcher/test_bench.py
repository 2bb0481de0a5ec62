"""What the benches make of their samples: percentiles, ratios, losses, tables. Never a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.keys.plan import Stroke
from bench import keys, paste
from bench.board import Machine, document
from bench.guest import us
from bench.guest.paste import of_the_text
from bench.guest.tracing import parsed
from bench.guest.wire import BenchError
from bench.spread import Spread, percentile
from bench.table import save, table
from gadgetd.hid.usages import Key
from launcher.__main__ import main, parser
from launcher.bootstrap import VERBS, pins
from launcher.packages import needed_for
from tests.api.xkb_host import EVENT_CODES, Desktop

# As the board's kernel (Debian's 6.1.192) prints it: the keyboard's requests, one of the control
# endpoint, one of a smaller report, and what it is that completes.
TRACE = """\
# tracer: nop
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
 gadgetd-161   [000] d..1.    80.000125: usb_ep_queue: ep1in-bulk: req 00000000c1f30a5d length 0/8 \
sgs 0/0 stream 0 zsI status -115 --> 0
 gadgetd-161   [000] d..1.    80.000301: usb_gadget_giveback_request: ep1in-bulk: req \
00000000c1f30a5d length 8/8 sgs 0/0 stream 0 zsI status 0 --> 0
 swapper-0     [000] d..1.    80.100000: usb_ep_queue: ep0: req 0000000000000001 length 0/8 \
sgs 0/0 stream 0 zsI status -115 --> 0
 gadgetd-161   [000] d..1.    80.200000: usb_ep_queue: ep2in: req 0000000000000002 length 0/5 \
sgs 0/0 stream 0 zsI status -115 --> 0
 python3-9     [000] d..1.   123.456789: usb_ep_queue: ep1in-bulk: req 00000000c1f30a5d length 8/8 \
sgs 0/0 stream 0 zsI status 0 --> 0
"""


def test_a_percentile_is_a_sample_that_so_many_do_not_exceed() -> None:
    # The nearest-rank table for five values, as textbooks print it.
    values = [50, 15, 35, 20, 40]
    assert [percentile(values, percent) for percent in (5, 30, 40, 50, 100)] == [15, 20, 20, 35, 50]


@given(st.lists(st.floats(0, 1e9), min_size=1), st.integers(1, 100))
def test_a_percentile_keeps_its_promise(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_there_is_no_percentile_of_nothing(values: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, percent)


def test_of_a_hundred_samples_the_p99_is_the_second_worst() -> None:
    assert Spread.of(range(1, 101)) == Spread(p50=50, p99=99)


def test_a_table_aligns_its_columns() -> None:
    assert table(("way", "us"), [("the page", "7"), ("bare", "1234")]) == (
        "way         us\nthe page     7\nbare      1234"
    )


def test_a_table_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="argument"):
        table(("way", "us"), [("bare",)])


def test_the_trace_gives_the_seconds_of_the_keyboards_reports_alone() -> None:
    assert list(parsed(TRACE)) == [80.000125, 123.456789]


def test_keys_are_told_with_the_ratio_to_the_bare_program() -> None:
    found = keys.rows({"page": [(600.0, 900.0), (800.0, 1200.0)], "bare": [(200.0, 300.0)]})
    assert keys.ratios(found) == {"endpoint_ratio": 3.0, "evdev_ratio": 3.0}
    assert keys.shown(found).splitlines() == [
        "us, from               events  endpoint p50  p99  evdev p50   p99",
        "the page's key socket       2           600  800        900  1200",
        "a bare socket program       1           200  200        300   300",
        "ratio                                   3.0             3.0",
    ]


NOTHING, A, B = (bytes((0, 0, key, 0, 0, 0, 0, 0)) for key in (0, 4, 5))


def test_the_bare_loop_gets_the_reports_of_the_text_alone() -> None:
    got = [NOTHING, A, NOTHING, A, A, NOTHING, B, NOTHING, NOTHING]  # one of them said twice
    assert of_the_text(got, 3) == ([A, NOTHING, A, NOTHING, B, NOTHING], 1)


@pytest.mark.parametrize("got", [[], [NOTHING], [A, NOTHING, B], [A, B, NOTHING, A]])
def test_reports_that_are_not_the_text_are_not_measured(got: list[bytes]) -> None:
    with pytest.raises(BenchError, match="not two for each character"):
        of_the_text(got, 2)


def rounds(*rates: float) -> list[dict[str, float]]:
    return [{"rate": rate, "start_ms": 40.0, "end_ms": 8.0} for rate in rates]


def test_the_wire_ratio_is_the_median_of_neighbouring_rounds() -> None:
    # A machine that is slow for one round slows the bare loop beside it as well.
    measured = {"page": rounds(450.0, 45.0, 480.0), "bare": rounds(500.0, 50.0, 500.0)}
    assert paste.wire_ratio(measured) == pytest.approx(0.9)
    assert [row.characters_per_s for row in paste.rows(measured)] == [450.0, 500.0]


def test_pasting_is_told_with_what_every_stall_cost() -> None:
    measured = {"page": rounds(450.0), "bare": rounds(500.0)}
    losses = {0.25: paste.Damage(0, 0), 5.0: paste.Damage(12, 1)}
    assert paste.shown(paste.rows(measured), 0.9, losses).splitlines() == [
        "typed by          rounds  characters/s  start ms  end ms",
        "POST /api/typing       1           450        40       8",
        "a bare loop            1           500        40       8",
        "ratio                             0.90",
        "",
        "host stalled for  lost  added",
        "0.25 s               0      0",
        "5 s                 12      1",
    ]


@pytest.mark.parametrize(
    ("arrived", "lost", "added"),
    [
        ("the quick brown fox", 0, 0),
        ("the quik brown fox", 1, 0),
        ("the quick browwn fox", 0, 1),
        ("he quick brown foxx", 1, 1),
        ("the quick red fox", 4, 2),  # the r of brown is that of red
        ("", 19, 0),
    ],
)
def test_lost_characters_are_counted_and_not_what_they_shift(
    arrived: str, lost: int, added: int
) -> None:
    assert paste.damage("the quick brown fox", arrived) == paste.Damage(lost, added)


@given(st.text("ab\n", max_size=30), st.data())
def test_taking_characters_out_loses_as_many(text: str, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    arrived = "".join(sign for sign, is_kept in zip(text, kept, strict=True) if is_kept)
    assert paste.damage(text, arrived) == paste.Damage(len(text) - len(arrived), 0)


def test_the_text_is_as_long_as_asked_and_a_us_keyboard_can_write_it() -> None:
    text = paste.text_of(paste.CHARACTERS)
    assert len(text) == paste.CHARACTERS
    assert set(text) <= {*us.PLAIN.values(), *us.SHIFTED.values()}
    assert set("aX09 \t\n/|~$\"'") <= set(text)  # with Shift and without, what is not printed too


@pytest.mark.parametrize(("held", "signs"), [((), us.PLAIN), ((Key.LEFT_SHIFT,), us.SHIFTED)])
def test_the_judge_reads_the_us_keyboard_as_libxkbcommon_does(
    held: tuple[Key, ...], signs: dict[int, str]
) -> None:
    keyboard = Desktop().keyboard("us")
    keys_of = {code: key for key, code in EVENT_CODES.items() if key is not Key.NON_US_HASH}
    written = {code: keyboard.type([Stroke(held, keys_of[code])]) for code in signs}
    keyboard.close()
    # Return and Shift+Tab are no characters of their own to a toolkit.
    assert {code: sign for code, sign in written.items() if code not in (15, 28)} == {
        code: sign for code, sign in signs.items() if code not in (15, 28)
    }


def test_the_judge_minds_shift_and_marks_what_it_does_not_know() -> None:
    assert us.written([(42, True), (35, True), (35, False), (42, False), (23, True)]) == "Hi"
    assert us.written([(59, True)]) == "\N{REPLACEMENT CHARACTER}"


def test_the_figures_come_with_the_machine(tmp_path: Path) -> None:
    found = document("paste", Machine("6.1.0-56-amd64", 1, True), {"wire_ratio": 0.97})
    save(tmp_path / "figures.json", found)
    assert json.loads((tmp_path / "figures.json").read_text()) == {
        "bench": "paste",
        "machine": {"kernel": "6.1.0-56-amd64", "cpus": 1, "emulated": True},
        "wire_ratio": 0.97,
    }


@pytest.mark.parametrize("bench", ["keys", "paste", "encode"])
def test_every_bench_has_a_name_and_takes_a_file(bench: str) -> None:
    options = parser().parse_args(["bench", bench, "--json", "figures.json"])
    assert (options.verb, options.bench, options.json) == ("bench", bench, Path("figures.json"))


def test_a_file_that_could_not_be_written_is_refused_before_measuring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "keys", "--json", str(tmp_path / "nowhere" / "figures.json")]) == 1
    assert f"There is no directory {tmp_path / 'nowhere'}" in capsys.readouterr().err


def test_the_launcher_sets_a_bench_up_as_a_run_in_the_lab_that_types() -> None:
    assert "bench" in VERBS
    assert pins("bench") == pins("run") != pins("test")
    with_hardware = needed_for("bench", has_controller=True)
    assert {"qemu-system-x86", "libxkbcommon0"} < set(with_hardware)
    assert with_hardware == needed_for("bench", has_controller=False)
