"""Pictures as the grabber would see them: RGB in, interlaced NTSC's 720x480 YUYV out.

Analogue video is limited range (black 16, white 235, colour 16..240) while Pillow converts with
JPEG's full range, so a table per channel squeezes it. Colour is kept for every second pixel only,
averaged, and the planes are woven together by slice assignment: no numpy.

Sources: ITU-R BT.601-7 (matrix, ranges); Linux Documentation/userspace-api/media/v4l/
pixfmt-packed-yuv.rst (YUYV).
"""

import contextlib
import socket
import threading

from PIL import Image

from lab.board import Board
from lab.errors import LabError

WIDTH_PX, HEIGHT_PX = 720, 480
FRAME_SIZE_BYTES = WIDTH_PX * HEIGHT_PX * 2
SHOWN_LIMIT_S = 60.0

_LUMA = [16 + round(value * 219 / 255) for value in range(256)]
_CHROMA = [128 + round((value - 128) * 224 / 256) for value in range(256)]


def yuyv(image: Image.Image) -> bytes:
    """`image` scaled to 720x480 and converted to 691,200 bytes of limited-range YUYV."""
    size = (WIDTH_PX, HEIGHT_PX)
    rgb = image.convert("RGB")
    if rgb.size != size:
        rgb = rgb.resize(size, Image.Resampling.LANCZOS)
    planes = rgb.convert("YCbCr").point(_LUMA + _CHROMA + _CHROMA)
    luma, blue, red = planes.split()
    half = (WIDTH_PX // 2, HEIGHT_PX)
    frame = bytearray(FRAME_SIZE_BYTES)
    frame[0::2] = luma.tobytes()
    frame[1::4] = blue.resize(half, Image.Resampling.BOX).tobytes()
    frame[3::4] = red.resize(half, Image.Resampling.BOX).tobytes()
    return bytes(frame)


class Feed:
    """What is plugged into the board's grabber. One per board; a frame stays until the next.

    Making one starts its other half in the board.
    """

    def __init__(self, board: Board) -> None:
        self._process = board.start_python("picture.py", "/dev/virtio-ports/kaputtkvm.picture")
        self._lock = threading.Lock()
        self._socket = board.machine.connect("picture")
        self._socket.settimeout(SHOWN_LIMIT_S)

    def show(self, image: Image.Image) -> None:
        """Scale, convert and send a picture. Raises as `send` does."""
        self.send(yuyv(image))

    def send(self, frame: bytes) -> None:
        """Send one raw frame and wait until the board's output node has taken it.

        Args:
            frame: 691,200 bytes, 720x480 YUYV.

        Raises:
            ValueError: another size.
            LabError: `lab.picture.stuck`, the board did not take it within a minute.
        """
        if len(frame) != FRAME_SIZE_BYTES:
            raise ValueError(f"a frame has {FRAME_SIZE_BYTES} bytes, not {len(frame)}")
        with self._lock:
            try:
                self._socket.sendall(len(frame).to_bytes(4, "little") + frame)
                answer = self._socket.recv(1)
            except OSError as error:
                raise self._stuck() from error
        if not answer:
            raise self._stuck()

    def close(self) -> None:
        """Pull the plug: the board's grabber shows noise again."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._process.returncode is None:
            try:
                self._process.signal()
                self._process.wait()  # the next feed needs the port it holds
            except LabError:
                pass  # the board went first

    def _stuck(self) -> LabError:
        return LabError(
            "lab.picture.stuck", "The board did not take the picture.", log=self._process.stderr
        )
