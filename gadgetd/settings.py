"""Settings: the one configuration file of both processes, read into frozen models.

A misspelt setting would otherwise be one that silently does not apply. So an unknown key is an
error that names the nearest known one, a wrong value is an error that says what was expected, and
all that is wrong is told at once.

Sources: config/kaputtkvm.yaml (every setting with its default, and in one line what it is for);
drivers/usb/gadget/configfs.c (limits of attributes); unix(7) (length of a socket's path).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from reprlib import Repr
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from gadgetd.errors import KaputtError
from gadgetd.hid.keycodes import CODES
from gadgetd.strictyaml import parse

DEFAULT_PATH = Path("/etc/kaputtkvm/kaputtkvm.yaml")


class SettingsError(KaputtError):
    """The configuration file cannot be used.

    Attributes:
        problems: one sentence, without its full stop, for each thing that is wrong.
    """

    code = "settings_invalid"

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        super().__init__(f"{path}: {'; '.join(problems)}.")
        self.problems = problems


def _one_line(text: str) -> str:
    text.encode()  # half a surrogate pair is no text; its error is a ValueError too
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError
    return text


def _usb_text(text: str) -> str:
    if len(text.encode()) > 126:
        raise ValueError
    return text


def _absolute(path: Path) -> Path:
    if not path.is_absolute() or not _one_line(str(path)):
        raise ValueError
    return path


def _socket_path(path: Path) -> Path:
    if len(bytes(path)) > 107:  # sun_path, less the zero at its end
        raise ValueError
    return path


def _key_name(code: str) -> str:
    if code not in CODES:
        raise ValueError
    return code


def expected(what: str) -> FieldInfo:
    """How a setting is described where its value is wrong."""
    described: FieldInfo = Field(description=what)
    return described


Text = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Origin = Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+$")]
UsbText = Annotated[
    Text, AfterValidator(_usb_text), expected("a text of 1 to 126 bytes on one line")
]
UsbNumber = Annotated[int, Field(ge=1, le=0xFFFF), expected("a number from 0x0001 to 0xffff")]
PixelCount = Annotated[
    int, Field(ge=16, le=8192, multiple_of=2), expected("an even number from 16 to 8192")
]
LayoutName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$"), expected("an XKB layout, such as us or de")
]
VariantName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,60}$"), expected("an XKB variant, such as intl, or ''")
]
KeyName = Annotated[str, AfterValidator(_key_name)]
AbsolutePath = Annotated[
    Path,
    Field(strict=False),
    AfterValidator(_absolute),
    expected("an absolute path, such as /var/lib/kaputtkvm"),
]


class _Section(BaseModel):
    """Values are taken as they are written: "8000" in quotes is a text and not a port."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class GadgetSettings(_Section):
    """The USB device that the target sees, and the daemon that makes it."""

    udc: Annotated[Text | None, expected("the name or pattern of a UDC, or null")] = None
    name: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}$"),
        expected("1 to 40 letters, digits, dots, dashes and underscores"),
    ] = "kaputtkvm"
    vendor_id: UsbNumber = 0x1D6B
    product_id: UsbNumber = 0x0104
    manufacturer: UsbText = "KaputtKVM"
    product: UsbText = "KaputtKVM"
    serial: Annotated[UsbText | None, expected("a text of 1 to 126 bytes, in quotes, or null")] = (
        None
    )
    max_power_ma: Annotated[
        int, Field(ge=2, le=500), expected("a whole number of milliamperes from 2 to 500")
    ] = 250
    storage: Annotated[
        Literal["with_medium", "always", "never"], expected("with_medium, always or never")
    ] = "with_medium"
    socket: Annotated[
        AbsolutePath,
        AfterValidator(_socket_path),
        expected("an absolute path of at most 107 bytes"),
    ] = Path("/run/kaputtkvm/gadgetd.sock")
    socket_group: Annotated[Text, expected("the name of a group")] = "kaputtkvm"
    configfs: AbsolutePath = Path("/sys/kernel/config")
    modprobe: Annotated[bool, expected("true or false")] = True


class KeyboardSettings(_Section):
    """Live keys, and who may press them."""

    patience_ms: Annotated[
        int, Field(ge=100, le=10_000), expected("a whole number of milliseconds from 100 to 10000")
    ] = 1000
    exclusive: Annotated[bool, expected("true or false")] = False
    shortcuts: AbsolutePath = Path("/var/lib/kaputtkvm/shortcuts.json")


class MouseSettings(_Section):
    """The mice that the target sees."""

    absolute: Annotated[bool, expected("true or false")] = True
    relative: Annotated[bool, expected("true or false")] = True
    jiggle_s: Annotated[
        Annotated[int, Field(ge=1, le=86_400)] | None,
        expected("a whole number of seconds from 1 to 86400, or null"),
    ] = None


class TypingSettings(_Section):
    """How text is typed, where nobody says otherwise."""

    layout: LayoutName = "us"
    variant: VariantName = ""
    system: Annotated[Literal["linux", "windows"], expected("linux or windows")] = "linux"
    delay_ms: Annotated[
        int, Field(ge=0, le=1000), expected("a whole number of milliseconds from 0 to 1000")
    ] = 0
    second_layout: Annotated[LayoutName | None, expected("an XKB layout, or null")] = None
    second_variant: VariantName = ""
    switch: Annotated[
        tuple[KeyName, ...],
        Field(strict=False, max_length=4),
        expected("a list of at most 4 key names, such as [AltLeft, ShiftLeft]"),
    ] = ()

    @model_validator(mode="after")
    def _both_or_neither(self) -> TypingSettings:
        if (self.second_layout is None) != (not self.switch):
            raise ValueError("second_layout and switch need each other; set both or neither")
        return self


class ImagesSettings(_Section):
    """The library of images."""

    directory: AbsolutePath = Path("/var/lib/kaputtkvm/images")


class VideoSettings(_Section):
    """The grabber and the picture."""

    device: Annotated[Text | None, expected("a device's path, driver:NAME, or null")] = None
    input: Annotated[
        Annotated[int, Field(ge=0)] | Text | None,
        expected("the number or the name of an input, or null"),
    ] = None
    standard: Annotated[Text | None, expected('a TV standard such as "NTSC-M", or null')] = None
    width: PixelCount = 720
    height: PixelCount = 480
    pixel_format: Annotated[Literal["YUYV", "UYVY"] | None, expected("YUYV, UYVY or null")] = None
    field: Annotated[Literal["interlaced", "none", "any"], expected("interlaced, none or any")] = (
        "interlaced"
    )
    quality: Annotated[int, Field(ge=1, le=100), expected("a whole number from 1 to 100")] = 80
    pixel_aspect: Annotated[
        Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}:[1-9][0-9]{0,4}$")] | None,
        expected('the shape of the whole picture, such as "4:3", or null'),
    ] = None


class HttpSettings(_Section):
    """Where the page is."""

    host: Annotated[Text, expected("an address or a host name")] = "127.0.0.1"
    port: Annotated[
        int,
        Field(ge=0, le=65535),
        expected("a port from 1 to 65535, or 0 for any free one"),
    ] = 8000
    origins: Annotated[
        tuple[Origin, ...],
        Field(strict=False),
        expected("a list of origins such as https://kvm.example.org, without a path"),
    ] = ()


class AuthSettings(_Section):
    """The login."""

    state: AbsolutePath = Path("/var/lib/kaputtkvm/auth.json")


class TargetSettings(_Section):
    """What else is connected to the target."""

    reset_device: Annotated[AbsolutePath | None, expected("an absolute path, or null")] = None


class Settings(_Section):
    """All settings; each section has all its defaults."""

    gadget: GadgetSettings = GadgetSettings()
    keyboard: KeyboardSettings = KeyboardSettings()
    mouse: MouseSettings = MouseSettings()
    typing: TypingSettings = TypingSettings()
    images: ImagesSettings = ImagesSettings()
    video: VideoSettings = VideoSettings()
    http: HttpSettings = HttpSettings()
    auth: AuthSettings = AuthSettings()
    target: TargetSettings = TargetSettings()

    @model_validator(mode="before")
    @classmethod
    def _empty_sections_are_defaults(cls, data: Any) -> Any:
        # The file as it is shipped is sections with nothing but comments in them.
        if not isinstance(data, dict):
            return data
        return {
            key: value for key, value in data.items() if value is not None or key not in SECTIONS
        }


SECTIONS: dict[str, type[BaseModel]] = {
    name: type(field.default) for name, field in Settings.model_fields.items()
}


def load(path: Path | None = None) -> Settings:
    """Read the settings; None means `DEFAULT_PATH`, which need not exist.

    Raises:
        SettingsError: the file cannot be read, is not YAML, or says something that is not right.
    """
    place = path or DEFAULT_PATH
    try:
        text = place.read_bytes()
    except FileNotFoundError as error:
        if place == DEFAULT_PATH:
            return Settings()
        raise SettingsError(place, ("there is no such file",)) from error
    except OSError as error:
        raise SettingsError(place, (f"it cannot be read: {error.strerror}",)) from error
    try:
        data = parse(text)
        return Settings() if data is None else Settings.model_validate(data)
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsError(place, (_yaml_problem(error),)) from error
    except ValidationError as error:
        raise SettingsError(place, tuple(_problems(error))) from error


def _yaml_problem(error: yaml.YAMLError | RecursionError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        what = ", ".join(filter(None, (error.context, error.problem)))
        return f"line {mark.line + 1}, column {mark.column + 1}: {what}"
    if isinstance(error, yaml.reader.ReaderError):
        return f"character {error.position} is not allowed in YAML: {error.reason}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _problems(error: ValidationError) -> Iterator[str]:
    told = set()
    for details in error.errors():
        key = ".".join(map(str, details["loc"][:2]))  # deeper is only which kind was tried
        if key not in told:
            told.add(key)
            yield _problem(key, details)


def _problem(key: str, details: ErrorDetails) -> str:
    section, _, name = key.partition(".")
    if section not in SECTIONS:
        if not key:
            return f"expected sections ({', '.join(SECTIONS)}), not {_shown(details['input'])}"
        nearest = get_close_matches(section, SECTIONS, n=1)
        return f"{section} is not a section{_did_you_mean(nearest)}"
    if not name and details["type"] == "value_error":  # of several settings taken together
        return f"{section}: {details['ctx']['error']}"
    fields = SECTIONS[section].model_fields
    if name and name not in fields:
        return f"{key} is not a setting{_did_you_mean(_nearest_setting(section, name))}"
    wanted = fields[name].description if name else f"settings such as {next(iter(fields))}"
    return f"{key} is {_shown(details['input'])}; expected {wanted}"


def _nearest_setting(section: str, name: str) -> list[str]:
    known = [f"{each}.{field}" for each, model in SECTIONS.items() for field in model.model_fields]
    elsewhere = [key for key in known if key.endswith(f".{name}")]
    return elsewhere or get_close_matches(f"{section}.{name}", known, n=1)


def _did_you_mean(nearest: list[str]) -> str:
    return f"; did you mean {nearest[0]}?" if nearest else ""


def _shown(value: Any) -> str:
    """A value as it stands in the file, more or less, and never more than a line of it."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    short = Repr()
    short.maxstring = short.maxother = 60
    return short.repr(value)
