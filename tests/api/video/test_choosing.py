"""Which device, which input, which standard, which controls: choosing by the words people use."""

from __future__ import annotations

import pytest
from linuxpy.video import raw

from api.video.controls import is_reset
from api.video.errors import (
    CaptureError,
    CaptureForbiddenError,
    CaptureInputUnknownError,
    CaptureMissingError,
    CaptureStandardUnknownError,
)
from api.video.inputs import Input, Standard, find_input, find_standard
from api.video.ioctl import Node
from api.video.nodes import CaptureDevice, Inventory, choose, gives_pictures, inventory, preferred

GRABBER = CaptureDevice("/dev/video2", "stk1160", "stk1160", "usb-1", "/dev/v4l/by-path/usb-1")
WEBCAM = CaptureDevice("/dev/video10", "uvcvideo", "Camera", "usb-2")
VIVID = CaptureDevice("/dev/video0", "vivid", "vivid", "platform:vivid-000")
ALL = Inventory(preferred([VIVID, WEBCAM, GRABBER]))

# linux/videodev2.h: capture, output, metadata, m2m and streaming, as numbers on purpose.
CAPTURE, OUTPUT, METADATA, M2M, STREAMING = 0x1, 0x2, 0x0080_0000, 0x8000, 0x0400_0000


@pytest.mark.parametrize(
    ("caps", "is_one"),
    [
        (CAPTURE | STREAMING, True),
        (METADATA | STREAMING, False),  # the second node of every UVC device
        (OUTPUT | STREAMING, False),
        (CAPTURE | M2M | STREAMING, False),
        (CAPTURE, False),
    ],
)
def test_a_capture_device_captures_streams_and_is_no_codec(caps, is_one):
    assert gives_pictures(caps) is is_one


def test_without_a_wish_the_first_real_device_is_taken():
    assert choose(None, ALL) is GRABBER


def test_the_kernels_test_driver_is_taken_where_there_is_nothing_else():
    assert choose(None, Inventory((VIVID,))) is VIVID


def test_devices_are_ordered_by_number_and_not_by_letter():
    assert preferred([WEBCAM, GRABBER]) == (GRABBER, WEBCAM)


def test_a_driver_can_be_asked_for_by_name():
    assert choose("driver:uvcvideo", ALL) is WEBCAM


def test_a_link_names_the_device_it_leads_to(tmp_path):
    link = tmp_path / "grabber"
    link.symlink_to("/dev/video10")
    assert choose(str(link), ALL) is WEBCAM


@pytest.mark.parametrize("wanted", ["/dev/video9", "driver:em28xx"])
def test_a_device_that_is_not_there_is_answered_with_those_that_are(wanted):
    with pytest.raises(CaptureMissingError) as refusal:
        choose(wanted, ALL)
    assert refusal.value.sentence == (
        f"There is no video capture device {wanted}. There is: "
        "/dev/v4l/by-path/usb-1 (stk1160, driver stk1160), "
        "/dev/video10 (Camera, driver uvcvideo), /dev/video0 (vivid, driver vivid)."
    )


def test_no_device_at_all_says_plug_it_in():
    with pytest.raises(CaptureMissingError, match="Plug the grabber in"):
        choose(None, Inventory(()))


@pytest.mark.parametrize("wanted", [None, "/dev/video0"])
def test_a_device_we_may_not_open_is_not_called_missing(wanted):
    with pytest.raises(CaptureForbiddenError, match="group video"):
        choose(wanted, Inventory((), forbidden=("/dev/video0",)))


def test_a_node_that_is_no_video_device_is_passed_over(tmp_path):
    (tmp_path / "video0").symlink_to("/dev/null")
    (tmp_path / "video1").symlink_to("/nowhere")
    assert inventory(tmp_path) == Inventory(())


def test_the_kernels_refusal_comes_with_its_words():
    node = Node("/dev/null")
    with pytest.raises(CaptureError, match=r"/dev/null gave no answer: .+ \(25\)"):
        node.must(raw.IOC.QUERYCAP, raw.v4l2_capability(), "gave no answer")
    node.close()
    node.close()


STK1160 = [Input(n, f"Composite{n}") for n in range(4)] + [Input(4, "S-Video", 0xB000)]
VIVIDS = [Input(0, "TV 000-0"), Input(1, "S-Video 000-0"), Input(2, "S-Video 000-1")]


@pytest.mark.parametrize(
    ("offered", "wanted", "number"),
    [
        (STK1160, 4, 4),
        (STK1160, "4", 4),
        (STK1160, "S-Video", 4),
        (STK1160, "s video", 4),
        (STK1160, "Composite2", 2),
        (VIVIDS, "tv", 0),
        (VIVIDS, "S-Video 000-1", 2),
    ],
)
def test_an_input_is_chosen_by_number_or_by_name(offered, wanted, number):
    assert find_input("/dev/video0", offered, wanted).number == number


@pytest.mark.parametrize(
    ("offered", "wanted"), [(STK1160, 5), (STK1160, "HDMI"), (VIVIDS, "S-Video"), (STK1160, "-")]
)
def test_an_unknown_or_ambiguous_input_is_answered_with_the_list(offered, wanted):
    with pytest.raises(CaptureInputUnknownError) as refusal:
        find_input("/dev/video0", offered, wanted)
    assert all(f"{entry.number} ({entry.name})" in str(refusal.value) for entry in offered)


STANDARDS = [Standard("NTSC", 0xB000), Standard("NTSC-M", 0x1000), Standard("PAL-BG", 0x7)]


@pytest.mark.parametrize(
    ("wanted", "bits"),
    [("NTSC-M", 0x1000), ("ntsc", 0xB000), ("PAL-B/G", 0x7), ("pal_bg", 0x7)],
)
def test_a_standard_is_known_however_it_is_written(wanted, bits):
    assert find_standard("/dev/video0", STANDARDS, wanted).bits == bits


def test_an_unknown_standard_is_answered_with_the_list():
    with pytest.raises(CaptureStandardUnknownError, match="it knows NTSC, NTSC-M, PAL-BG"):
        find_standard("/dev/video0", STANDARDS, "SECAM-L")


def test_an_input_without_standards_says_so():
    with pytest.raises(CaptureStandardUnknownError, match="this input has none"):
        find_standard("/dev/video0", [], "NTSC-M")


# linux/v4l2-controls.h and vivid-ctrls.c, as numbers on purpose.
BRIGHTNESS, HUE, EXPOSURE_AUTO, VIVID_LOOP, VIVID_TEST_INTEGER, JPEG_QUALITY = (
    0x0098_0900,
    0x0098_0903,
    0x009A_0901,
    0x00F0_F029,
    0x0098_F902,
    0x009D_0903,
)
INTEGER, BOOLEAN, MENU, BUTTON, STRING = 1, 2, 3, 4, 7
READ_ONLY, INACTIVE, WRITE_ONLY, VOLATILE = 0x4, 0x10, 0x40, 0x80


@pytest.mark.parametrize(
    ("number", "kind"), [(BRIGHTNESS, INTEGER), (HUE, INTEGER), (EXPOSURE_AUTO, MENU)]
)
def test_picture_controls_go_back_to_their_defaults(number, kind):
    assert is_reset(number, kind, 0)


@pytest.mark.parametrize("number", [VIVID_LOOP, VIVID_TEST_INTEGER, JPEG_QUALITY])
def test_a_drivers_own_controls_are_left_alone(number):
    assert not is_reset(number, BOOLEAN, 0)


@pytest.mark.parametrize("flag", [READ_ONLY, INACTIVE, WRITE_ONLY, VOLATILE])
def test_a_control_that_cannot_be_set_is_not_set(flag):
    assert not is_reset(BRIGHTNESS, INTEGER, flag)


@pytest.mark.parametrize("kind", [BUTTON, STRING])
def test_a_button_is_not_pressed(kind):
    assert not is_reset(BRIGHTNESS, kind, 0)
