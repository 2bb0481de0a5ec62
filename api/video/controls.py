"""Brightness, contrast and the like, back to where the driver wants them.

A grabber keeps what the last program set, and a picture that is black because somebody once
turned the brightness down looks like a broken cable. Only picture controls are touched: the
standard user controls and the camera class. A driver's private controls stay as they are; what
they do is between it and whoever set them (vivid keeps its loop from output to input there).

Source: Linux media documentation, "User Controls", "ioctls VIDIOC_QUERYCTRL".
"""

from __future__ import annotations

import errno

from linuxpy.video import raw

from api.video.errors import CaptureGoneError
from api.video.ioctl import MOST_ITEMS, Node

# V4L2_CID_BASE and the room before the first driver's private range, which starts 0x1000 on.
USER_CONTROLS = range(0x0098_0900, 0x0098_0A00)
CAMERA_CONTROLS = range(0x009A_0900, 0x009A_0A00)
RESETTABLE_TYPES = {
    raw.CtrlType.INTEGER,
    raw.CtrlType.BOOLEAN,
    raw.CtrlType.MENU,
    raw.CtrlType.INTEGER_MENU,
}
UNTOUCHABLE = (
    raw.ControlFlag.DISABLED
    | raw.ControlFlag.GRABBED
    | raw.ControlFlag.READ_ONLY
    | raw.ControlFlag.INACTIVE
    | raw.ControlFlag.WRITE_ONLY
    | raw.ControlFlag.VOLATILE
)


def is_reset(number: int, kind: int, flags: int) -> bool:
    """Whether this control goes back to its default."""
    return (
        (number in USER_CONTROLS or number in CAMERA_CONTROLS)
        and kind in RESETTABLE_TYPES
        and not flags & UNTOUCHABLE
    )


def reset_controls(node: Node) -> None:
    """Set every picture control to the driver's default, as far as the driver lets us."""
    number = 0
    for _ in range(MOST_ITEMS):
        control = raw.v4l2_queryctrl(id=number | raw.ControlFlag.NEXT_CTRL)
        if not _taken(node, raw.IOC.QUERYCTRL, control):
            return
        number = control.id
        if is_reset(number, control.type, control.flags):
            value = raw.v4l2_control(id=number, value=control.default_value)
            # One control that the driver refuses is no reason to have no picture.
            _taken(node, raw.IOC.S_CTRL, value)


def _taken(node: Node, request: raw.IOC, argument: raw.v4l2_queryctrl | raw.v4l2_control) -> bool:
    try:
        node.call(request, argument)
    except OSError as error:
        if error.errno == errno.ENODEV:
            raise CaptureGoneError(node.path) from error
        return False
    return True
