"""Settings: every default is written down, and every mistake is told in words."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gadgetd.settings import SECTIONS, Settings, SettingsError, load

SHIPPED = Path(__file__).parents[2] / "config" / "kaputtkvm.yaml"


def loaded(tmp_path: Path, text: str | bytes) -> Settings:
    file = tmp_path / "kaputtkvm.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file)


def problems(tmp_path: Path, text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    assert caught.value.code == "settings_invalid"
    assert str(tmp_path) in caught.value.sentence
    assert str(caught.value).isprintable()
    return caught.value.problems


# --- the file as it is shipped --------------------------------------------------------------------


def uncommented(text: str) -> str:
    return re.sub(r"(?m)^( *)#(?! |$)", r"\1", text)


def test_the_shipped_file_as_it_is_means_all_defaults() -> None:
    assert load(SHIPPED) == Settings()


def test_the_shipped_file_uncommented_says_every_default() -> None:
    # Read by PyYAML itself, so that it means the same to any reader of YAML.
    said = yaml.safe_load(uncommented(SHIPPED.read_text()))
    assert said == Settings().model_dump(mode="json")


def test_the_shipped_file_uncommented_is_accepted(tmp_path: Path) -> None:
    assert loaded(tmp_path, uncommented(SHIPPED.read_text())) == Settings()


def test_each_setting_of_the_shipped_file_has_one_line_of_english_above_it() -> None:
    lines = SHIPPED.read_text().splitlines()
    settings = [number for number, line in enumerate(lines) if re.match(r" +#\w", line)]
    assert len(settings) == sum(len(section.model_fields) for section in SECTIONS.values())
    for number in settings:
        assert re.match(r"  # \S.*\.$", lines[number - 1]), lines[number]
        assert not lines[number - 2].startswith("  # "), lines[number]


# --- what is understood ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "gadget:\nvideo:\nhttp:\n"])
def test_an_empty_file_or_empty_sections_mean_all_defaults(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text) == Settings()


def test_what_is_not_mentioned_keeps_its_default(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "video:\n  standard: PAL-B\n  height: 576\n")
    assert (settings.video.standard, settings.video.height) == ("PAL-B", 576)
    assert (settings.video.width, settings.http) == (720, Settings().http)


def test_usb_numbers_may_be_written_in_hexadecimal(tmp_path: Path) -> None:
    assert loaded(tmp_path, "gadget: {vendor_id: 0xFFFF}").gadget.vendor_id == 65535


def test_a_video_input_is_a_number_or_a_name(tmp_path: Path) -> None:
    assert loaded(tmp_path, "video: {input: 4}").video.input == 4
    assert loaded(tmp_path, "video: {input: S-Video}").video.input == "S-Video"


def test_four_to_three_is_a_shape_and_not_a_time_of_day(tmp_path: Path) -> None:
    # YAML 1.1 would read 243.
    assert loaded(tmp_path, "video: {pixel_aspect: 4:3}").video.pixel_aspect == "4:3"


def test_port_zero_asks_for_any_free_port(tmp_path: Path) -> None:
    assert loaded(tmp_path, "http: {port: 0}").http.port == 0


def test_other_sites_are_given_as_origins(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "http: {origins: ['https://kvm.example.org', 'http://[::1]:81']}")
    assert settings.http.origins == ("https://kvm.example.org", "http://[::1]:81")


def test_settings_cannot_be_changed_once_they_are_read() -> None:
    with pytest.raises(ValidationError):
        Settings().http.port = 1


# --- what is told ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "video: {standart: PAL}",
            "video.standart is not a setting; did you mean video.standard?",
        ),
        ("gadget: {port: 80}", "gadget.port is not a setting; did you mean http.port?"),
        ("vidoe: {}", "vidoe is not a section; did you mean video?"),
        ("something: 1", "something is not a section"),
        ("1: 2", "1 is not a section"),
        ("video: {quality: 101}", "video.quality is 101; expected a whole number from 1 to 100"),
        ("video: {quality: '80'}", "video.quality is '80'; expected a whole number from 1 to 100"),
        ("video: {quality: 80.5}", "video.quality is 80.5; expected a whole number from 1 to 100"),
        ("video: {quality: true}", "video.quality is true; expected a whole number from 1 to 100"),
        ("video: {quality:}", "video.quality is null; expected a whole number from 1 to 100"),
        ("video: {width: 721}", "video.width is 721; expected an even number from 16 to 8192"),
        ("video: {field: any or so}", "expected interlaced, none or any"),
        ("video: {pixel_format: MJPG}", "expected YUYV, UYVY or null"),
        ("video: {pixel_aspect: wide}", "expected the shape of the whole picture"),
        ("video: {input: -1}", "expected the number or the name of an input, or null"),
        ("gadget: {vendor_id: 0}", "gadget.vendor_id is 0; expected a number from 0x0001"),
        ("gadget: {product_id: 0x10000}", "expected a number from 0x0001 to 0xffff"),
        ("gadget: {serial: 4711}", "expected a text of 1 to 126 bytes, in quotes, or null"),
        ("gadget: {manufacturer: ''}", "expected a text of 1 to 126 bytes"),
        ("gadget: {product: " + "ü" * 64 + "}", "expected a text of 1 to 126 bytes"),
        ('gadget: {product: "a\\nb"}', "expected a text of 1 to 126 bytes on one line"),
        ("gadget: {name: ../etc}", "expected 1 to 40 letters, digits"),
        ("gadget: {modprobe: no}", "gadget.modprobe is 'no'; expected true or false"),
        ("gadget: {storage: sometimes}", "expected with_medium, always or never"),
        ("gadget: {max_power_ma: 501}", "from 2 to 500"),
        ("gadget: {socket: run/x.sock}", "expected an absolute path of at most 107 bytes"),
        ("gadget: {socket: /" + "x" * 107 + "}", "expected an absolute path of at most 107"),
        ("images: {directory: isos}", "expected an absolute path"),
        ('target: {reset_device: "/dev/\\0"}', "expected an absolute path, or null"),
        ("http: {port: 65536}", "http.port is 65536; expected a port from 1 to 65535"),
        ("http: {origins: [https://a.example/path]}", "expected a list of origins"),
        ("http: {origins: https://a.example}", "expected a list of origins"),
        ("http: [1]", "http is [1]; expected settings such as host"),
        ("- 1", "expected sections (gadget, keyboard, mouse, typing,"),
    ],
)
def test_a_mistake_is_told_with_its_place_its_value_and_what_was_expected(
    tmp_path: Path, text: str, problem: str
) -> None:
    [told] = problems(tmp_path, text)
    assert problem in told


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, "video: {width: 1, hight: 2}\nhttp: {port: -1}\n")
    assert [problem.split()[0] for problem in told] == ["video.width", "video.hight", "http.port"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("http:\n  port: 1\n  host: x\n  port: 2\n", "line 4, column 3: 'port' is here for"),
        ("video: {}\nhttp: {}\nvideo: {}\n", "line 3, column 1: 'video' is here for the second"),
        ("http:\n  port: [1\n", "line 3, column 1"),
        ("http:\n\tport: 1\n", "line 2, column 1"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1"),
        ("http: *nothing\n", "line 1, column 7"),
        ("[" * 5000, "nested too deeply"),
        (b"\xff\xfe\x00", "not allowed in YAML"),
        ("http: {host: a\x00b}", "not allowed in YAML"),
        ("http: {port: " + "9" * 5000 + "}", "cannot be read"),
        ("http: !!int x", "cannot be read"),
        ("http: !!python/object/apply:os.getpid []", "line 1, column 7"),
    ],
)
def test_what_is_not_yaml_is_told_with_line_and_column(
    tmp_path: Path, text: str | bytes, problem: str
) -> None:
    [told] = problems(tmp_path, text)
    assert problem in told


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.yaml: there is no such file\."):
        load(tmp_path / "missing.yaml")


def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="it cannot be read: Is a directory"):
        load(tmp_path)


def test_without_a_file_named_or_installed_the_defaults_apply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gadgetd.settings.DEFAULT_PATH", tmp_path / "none.yaml")
    assert load(None) == Settings()
    assert load(tmp_path / "none.yaml") == Settings()


names = st.sampled_from(["gadget", "video", "http", "port", "quality", "name", "origins", "x"])
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | names
anything = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | plain, inner, max_size=4),
    max_leaves=10,
)


@given(anything)
def test_any_yaml_gives_settings_or_a_settings_error(
    tmp_path_factory: pytest.TempPathFactory, data: object
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8", errors="surrogatepass")
    with suppress(SettingsError):
        assert isinstance(load(file), Settings)


@given(st.text("{}[]:,-?!&*#|>'\"%@` \n\tab01.~<=", max_size=40))
def test_any_text_gives_settings_or_a_settings_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "text.yaml"
    file.write_text(text)
    with suppress(SettingsError):
        assert isinstance(load(file), Settings)
