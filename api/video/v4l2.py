"""A capture device that streams: set up once, then one frame after the other, uncopied.

The order is the kernel's: input, standard, format, controls, buffers, stream; a standard or a
format is refused while buffers exist. The node is polled only while it streams, because polling
it earlier starts the kernel's emulation of read() and every later attempt to stream is refused.
Taken down in the order that frees the node's number: stream off, mappings away, buffers away,
descriptor closed.

Sources: Linux media documentation, "Streaming I/O (Memory Mapping)", "Data Format Negotiation",
"V4L2 field order"; drivers/media/common/videobuf2/videobuf2-core.c (vb2_core_poll).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import select
import time
from types import TracebackType
from typing import Self

from linuxpy.video import raw

from api.video import inputs
from api.video.controls import reset_controls
from api.video.errors import CaptureError, CaptureFormatRefusedError, CaptureStuckError
from api.video.ioctl import Node
from api.video.nodes import choose
from api.video.order import VideoOrder
from api.video.pixels import PixelFormat, RawFormat

BUFFER_COUNT = 4
STUCK_AFTER_S = 2.0
CAPTURE = raw.BufType.VIDEO_CAPTURE
FIELDS = {
    "any": raw.Field.ANY,
    "none": raw.Field.NONE,
    "interlaced": raw.Field.INTERLACED,
}
# Fields that come one at a time, or one below the other, would have to be woven by us.
WHOLE_FRAMES = {
    raw.Field.NONE,
    raw.Field.TOP,
    raw.Field.BOTTOM,
    raw.Field.INTERLACED,
    raw.Field.INTERLACED_TB,
    raw.Field.INTERLACED_BT,
}


class RawFrame:
    """A frame still in the driver's memory; leaving the `with` block gives the buffer back.

    Attributes:
        data: the bytes used, readable until the buffer goes back.
        captured_us: CLOCK_MONOTONIC of the board.
        sequence: the driver's count; a gap means frames that were lost or passed over.
    """

    def __init__(self, capture: Capture, buffer: raw.v4l2_buffer, view: memoryview) -> None:
        self.data = view
        self.captured_us = _captured_us(buffer)
        self.sequence: int = buffer.sequence
        self._index: int = buffer.index
        self._capture = capture

    def __enter__(self) -> Self:
        """Use the frame's bytes in place."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the buffer back; `data` cannot be read any more."""
        self.data.release()
        self._capture.take_back(self._index)


class Capture:
    """An open, streaming capture device; use it as a context manager, from one thread.

    Args:
        order: which device, and what picture.

    Raises (on entering):
        CaptureError: one of its kinds; says what is there where a choice was wrong.
    """

    def __init__(self, order: VideoOrder, stuck_after_s: float = STUCK_AFTER_S) -> None:
        self._order = order
        self._stuck_after_s = stuck_after_s
        self._buffers: list[mmap.mmap] = []
        self._views: dict[int, memoryview] = {}
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Open, set up and start to stream."""
        with self._undo as undo:  # a failure half-way takes down what is already up
            self.device = choose(self._order.device).path
            self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            undo.callback(os.close, self._wake)
            self._node = Node(self.device)
            undo.callback(self._node.close)
            self._input = inputs.select_input(self._node, self._order.input)
            if self._order.standard is not None:
                inputs.select_standard(self._node, self._input, self._order.standard)
            self.format = self._set_format()
            reset_controls(self._node)
            self._start(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, unmap, close; works after an unplug too."""
        self._undo.close()

    def interrupt(self) -> None:
        """Make `next_frame` return None, now and from now on. From any thread, while open."""
        os.eventfd_write(self._wake, 1)

    def next_frame(self) -> RawFrame | None:
        """Wait for a frame and take the newest there is; None after `interrupt`.

        Older frames that piled up meanwhile go back unseen: who watches wants now, not then.

        Raises:
            CaptureStuckError: no usable frame for two seconds, or the stream broke off.
            CaptureGoneError: unplugged.
        """
        deadline = time.monotonic() + self._stuck_after_s
        while (left_s := deadline - time.monotonic()) > 0:
            happened = dict(self._poll.poll(left_s * 1000))
            if self._wake in happened:
                return None
            if self._node.fd in happened:
                newest = self._newest()
                if newest is not None:
                    return newest
                if happened[self._node.fd] & select.POLLERR:
                    raise CaptureStuckError(self.device, "the stream broke off")
        raise CaptureStuckError(self.device, f"no frame came for {self._stuck_after_s:g} s")

    def has_signal(self) -> bool | None:
        """Whether a signal arrives; None where the device cannot tell. May cost milliseconds."""
        return inputs.has_signal(self._node, self._input)

    def take_back(self, index: int) -> None:
        """Give buffer `index` to the driver to be filled again."""
        if self._views.pop(index, None) is not None:
            self._queue(index)

    def _set_format(self) -> RawFormat:
        offered = [
            ctypes.c_uint32(item.pixelformat).value
            for item in self._node.listed(raw.IOC.ENUM_FMT, raw.v4l2_fmtdesc, type=CAPTURE)
        ]
        readable = {_fourcc(each): each for each in PixelFormat}
        pixel_format = next((readable[code] for code in offered if code in readable), None)
        if self._order.pixel_format is not None:
            pixel_format = PixelFormat(self._order.pixel_format)
        order = self._order
        asked = f"{order.width}x{order.height} {pixel_format or 'YUYV or UYVY'} {order.field}"
        if pixel_format is None or _fourcc(pixel_format) not in offered:
            names = ", ".join(map(_name, offered)) or "nothing"
            raise CaptureFormatRefusedError(self.device, asked, f"offers only {names}")

        form = raw.v4l2_format(type=CAPTURE)
        form.fmt.pix.width, form.fmt.pix.height = order.width, order.height
        form.fmt.pix.pixelformat = _fourcc(pixel_format)
        form.fmt.pix.field = FIELDS[order.field]
        try:
            self._node.call(raw.IOC.S_FMT, form)
        except OSError as error:
            if error.errno == errno.EINVAL:
                raise CaptureFormatRefusedError(self.device, asked, "refused") from error
            raise self._node.error("did not set the picture's format", error) from error
        # The driver answers with the nearest it can do. Another size is still a picture; other
        # bytes or lone fields are not one that we can read.
        pix = form.fmt.pix
        if pix.pixelformat != _fourcc(pixel_format) or pix.field not in WHOLE_FRAMES:
            answer = f"gives {pix.width}x{pix.height} {_name(pix.pixelformat)}, field {pix.field}"
            raise CaptureFormatRefusedError(self.device, asked, answer)
        return RawFormat(
            pix.width,
            pix.height,
            pixel_format,
            stride_bytes=pix.bytesperline or pix.width * 2,
            is_full_range=pix.quantization == raw.Quantization.FULL_RANGE,
        )

    def _start(self, undo: contextlib.ExitStack) -> None:
        wanted = raw.v4l2_requestbuffers(count=BUFFER_COUNT, type=CAPTURE, memory=raw.Memory.MMAP)
        self._node.must(raw.IOC.REQBUFS, wanted, "gave no buffers")
        undo.callback(self._forget_buffers)
        if wanted.count < 2:
            raise CaptureError(f"{self.device} gave {wanted.count} buffers; a stream needs two.")
        undo.callback(self._unmap)
        for index in range(wanted.count):
            buffer = self._buffer(index)
            self._node.must(raw.IOC.QUERYBUF, buffer, "did not describe its buffers")
            self._buffers.append(self._mapped(buffer))
            self._queue(index)
        self._poll = select.poll()
        undo.callback(self._stream_off)
        self._node.must(raw.IOC.STREAMON, ctypes.c_int(CAPTURE), "did not start to stream")
        self._poll.register(self._wake, select.POLLIN)
        self._poll.register(self._node.fd, select.POLLIN)

    def _newest(self) -> RawFrame | None:
        newest: raw.v4l2_buffer | None = None
        for _ in self._buffers:  # at most once round, or a fast driver would hold us here
            buffer = self._buffer()
            try:
                self._node.call(raw.IOC.DQBUF, buffer)
            except BlockingIOError:
                break
            except OSError as error:
                raise self._broken_off("gave no frame", error) from error
            if buffer.flags & raw.BufferFlag.ERROR or buffer.bytesused == 0:
                self._queue(buffer.index)
                continue
            if newest is not None:
                self._queue(newest.index)
            newest = buffer
        if newest is None:
            return None
        view = memoryview(self._buffers[newest.index])[: newest.bytesused]
        self._views[newest.index] = view
        return RawFrame(self, newest, view)

    def _buffer(self, index: int = 0) -> raw.v4l2_buffer:
        return raw.v4l2_buffer(index=index, type=CAPTURE, memory=raw.Memory.MMAP)

    def _queue(self, index: int) -> None:
        # A fresh structure each time: the driver overwrites the one it is given.
        try:
            self._node.call(raw.IOC.QBUF, self._buffer(index))
        except OSError as error:
            raise self._broken_off("did not take a buffer back", error) from error

    def _broken_off(self, doing: str, error: OSError) -> CaptureError:
        # EIO from either end of the queue: the driver gave the stream up; only a new one helps.
        if error.errno in (errno.EIO, errno.EINVAL):
            return CaptureStuckError(self.device, "the stream broke off")
        return self._node.error(doing, error)

    def _mapped(self, buffer: raw.v4l2_buffer) -> mmap.mmap:
        try:
            return mmap.mmap(
                self._node.fd,
                buffer.length,
                flags=mmap.MAP_SHARED,
                prot=mmap.PROT_READ,
                offset=buffer.m.offset,
            )
        except OSError as error:
            raise self._node.error("did not map its buffers", error) from error

    # Taking down goes on whatever the driver answers: after an unplug every ioctl is refused,
    # and a mapping left behind would keep the node's number from being freed.
    def _stream_off(self) -> None:
        with contextlib.suppress(OSError):
            self._node.call(raw.IOC.STREAMOFF, ctypes.c_int(CAPTURE))

    def _unmap(self) -> None:
        for view in self._views.values():
            view.release()
        self._views.clear()
        for mapping in self._buffers:
            mapping.close()
        self._buffers.clear()

    def _forget_buffers(self) -> None:
        none = raw.v4l2_requestbuffers(count=0, type=CAPTURE, memory=raw.Memory.MMAP)
        with contextlib.suppress(OSError):
            self._node.call(raw.IOC.REQBUFS, none)


def _fourcc(pixel_format: PixelFormat) -> int:
    return int.from_bytes(pixel_format.value.encode("ascii"), "little")


def _name(fourcc: int) -> str:
    return fourcc.to_bytes(4, "little").decode("ascii", "replace")


def _captured_us(buffer: raw.v4l2_buffer) -> int:
    if buffer.flags & raw.BufferFlag.TIMESTAMP_MASK == raw.BufferFlag.TIMESTAMP_MONOTONIC:
        return int(buffer.timestamp.secs) * 1_000_000 + int(buffer.timestamp.usecs)
    return time.monotonic_ns() // 1000
