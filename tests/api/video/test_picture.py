"""The shape a picture is shown in."""

import pytest

from api.video.picture import PictureState, PictureStatus, display_aspect


@pytest.mark.parametrize(
    ("size", "aspect"),
    [
        ((720, 480), (4, 3)),
        ((720, 576), (4, 3)),
        ((704, 576), (4, 3)),
        ((720, 240), (4, 3)),  # one field alone
        ((640, 480), (4, 3)),
        ((1920, 1080), (16, 9)),
        ((1280, 1024), (5, 4)),
    ],
)
def test_television_sizes_are_shown_four_by_three_and_others_as_they_are(size, aspect):
    assert display_aspect(*size) == aspect


def test_a_configured_aspect_wins():
    assert display_aspect(720, 576, "16:9") == (16, 9)


def test_the_status_document_is_made_of_what_json_has():
    status = PictureStatus(PictureState.LIVE, "It lives.", 720, 480, (4, 3), "/dev/video0", 30)
    assert status.document() == {
        "state": "live",
        "sentence": "It lives.",
        "width": 720,
        "height": 480,
        "aspect": [4, 3],
        "device": "/dev/video0",
        "frames_per_second": 30,
    }
