"""Takes frames from outside and shows them on vivid's S-Video output.

The driver keeps the newest queued frame on show until another comes, and starts when it has two.
So the first frame is queued twice and every other one once; a third buffer is there to be filled
meanwhile. (write() would be simpler, but vivid refuses it with EINVAL.)

A frame is its length in four bytes, low byte first, then the frame; each is answered with one byte
when the output node has it. If the node goes (somebody pulled vivid out), it is set up and opened
again when it is back.

Sources: Linux drivers/media/test-drivers/vivid/vivid-kthread-out.c (keeps the last buffer queued);
Documentation/userspace-api/media/v4l/mmap.rst.
"""

import ctypes
import fcntl
import mmap
import os
import select
import subprocess
import sys
import time
from pathlib import Path

from linuxpy.video import raw

OUTPUT = Path("/run/lab/vivid-output")
SETUP = Path(__file__).with_name("vivid.sh")
SHOWN = b"."
BUFFER_COUNT = 3
RETRY_INTERVAL_S = 0.5


class Output:
    """The output node, streaming from mapped buffers."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._maps: list[mmap.mmap] = []
        self._free: list[int] = []
        self._is_streaming = False
        try:
            self._map_buffers()
        except OSError:
            self.close()
            raise

    def show(self, frame: bytearray) -> None:
        """Put `frame` on show until the next one."""
        self._queue(frame)
        if not self._is_streaming:
            self._queue(frame)
            kind = ctypes.c_int(raw.BufType.VIDEO_OUTPUT)
            fcntl.ioctl(self._fd, raw.IOC.STREAMON, kind)
            self._is_streaming = True

    def stays_until_input(self, port: int) -> bool:
        """Wait: True when `port` has something to read, False when the node is gone."""
        poll = select.poll()
        poll.register(port, select.POLLIN)
        poll.register(self._fd, select.POLLPRI)  # asking for POLLOUT would always be answered
        return all(fd != self._fd for fd, _ in poll.poll())

    def close(self) -> None:
        """Stop showing. Unmapped first: a map keeps a pulled device's number taken."""
        for mapped in self._maps:
            mapped.close()
        os.close(self._fd)

    def _map_buffers(self) -> None:
        request = raw.v4l2_requestbuffers()
        request.count = BUFFER_COUNT
        request.type = raw.BufType.VIDEO_OUTPUT
        request.memory = raw.Memory.MMAP
        fcntl.ioctl(self._fd, raw.IOC.REQBUFS, request)
        for index in range(request.count):
            buffer = self._buffer(index)
            fcntl.ioctl(self._fd, raw.IOC.QUERYBUF, buffer)
            self._maps.append(mmap.mmap(self._fd, buffer.length, offset=buffer.m.offset))
            self._free.append(index)

    def _queue(self, frame: bytearray) -> None:
        if not self._free:
            buffer = self._buffer(0)
            fcntl.ioctl(self._fd, raw.IOC.DQBUF, buffer)  # waits until one was replaced
            self._free.append(buffer.index)
        index = self._free.pop()
        self._maps[index][: len(frame)] = frame
        buffer = self._buffer(index)
        buffer.bytesused = len(frame)
        buffer.field = raw.Field.INTERLACED
        fcntl.ioctl(self._fd, raw.IOC.QBUF, buffer)

    def _buffer(self, index: int) -> "raw.v4l2_buffer":
        buffer = raw.v4l2_buffer()
        buffer.index = index
        buffer.type = raw.BufType.VIDEO_OUTPUT
        buffer.memory = raw.Memory.MMAP
        return buffer


def main() -> None:
    """Serve the virtio port given as the only argument until it closes."""
    port = os.open(sys.argv[1], os.O_RDWR | os.O_CLOEXEC)
    output: Output | None = None
    frame = _frame(port)
    is_answered = False
    while frame:
        try:
            output = output or Output(OUTPUT.read_text().strip())
            output.show(frame)
        except OSError as error:
            print(f"output: {error}", file=sys.stderr, flush=True)
            if output:
                output.close()
                output = None
            _set_up()
            continue
        if not is_answered:
            os.write(port, SHOWN)
            is_answered = True
        if output.stays_until_input(port):
            frame = _frame(port)
            is_answered = False
        else:  # the same frame again, on the node that comes back
            output.close()
            output = None


def _set_up() -> None:
    """Until both nodes are there and set up: whoever captures too early keeps the format busy."""
    while subprocess.run(["/bin/busybox", "sh", SETUP], check=False).returncode:
        time.sleep(RETRY_INTERVAL_S)


def _frame(port: int) -> bytearray:
    size_bytes = int.from_bytes(_exactly(port, 4), "little")
    return _exactly(port, size_bytes)


def _exactly(port: int, size_bytes: int) -> bytearray:
    data = bytearray(size_bytes)
    room = memoryview(data)
    while room:
        count = os.readv(port, [room])
        if count == 0:
            return bytearray()  # the outer side hung up
        room = room[count:]
    return data


if __name__ == "__main__":
    main()
