"""A host that stops asking: a USB cable of which the interrupt half can be stopped and let go on.

The gadget sits on the controller usbip-vudc, the host is vhci_hcd of the same kernel, and this
stands between them and passes their messages on. Told to `hold`, it takes the host's requests for
interrupt reports back from the gadget's controller and keeps them and all later ones to itself:
from then on nobody polls, while the device stays configured and its other endpoints work. Told to
`go on`, it hands them over again. The host has noticed nothing.

Whenever a gadget is bound to the controller it is plugged in: `plugged`, and `unplugged` when it
goes. Orders come as lines on standard input and are answered `held` and `going`. `hold 2.5` goes on
by itself after so many seconds.

A stopped cable as such would not do: the request that the gadget's controller has already would
take one more report along, which then counts as collected.

Source: Linux Documentation/usb/usbip_protocol.rst; drivers/usb/usbip (vudc_sysfs.c, vhci_sysfs.c).
"""

import os
import select
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

MODULES = ("usbip-vudc", "vhci-hcd")
UDC = "usbip-vudc.0"
FUNCTION = Path("/sys/class/udc") / UDC / "function"
GADGET_END = Path("/sys/devices/platform") / UDC
HOST_END = Path("/sys/devices/platform/vhci_hcd.0")
PORT, DEVICE_ID, HIGH_SPEED = 0, 1 << 16 | 2, 3
AVAILABLE = "1"
# Neither a gadget that is bound nor a controller that is free again is announced.
LOOK_INTERVAL_S = 0.05

HEADER = struct.Struct(">IIIII28s")
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
IN = 1
TAKEN_BACK = -104  # -ECONNRESET; 0 means that it was too late, and the answer is on its way
OUR_NUMBERS = 0x7F00_0000  # for requests of our own; the host counts from 1


class Wire:
    """One end, in whole messages."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def fileno(self) -> int:
        """To wait on."""
        return self._end.fileno()

    def take(self, size_bytes: int) -> bytes:
        """So many bytes.

        Raises:
            EOFError: the kernel has hung up.
        """
        data = b""
        while len(data) < size_bytes:
            try:
                more = self._end.recv(size_bytes - len(data))
            except OSError as error:
                raise EOFError from error
            if not more:
                raise EOFError
            data += more
        return data

    def give(self, data: bytes) -> None:
        """Send it all."""
        try:
            self._end.sendall(data)
        except OSError as error:
            raise EOFError from error

    def close(self) -> None:
        """Hang up."""
        self._end.close()


class Relay:
    """The messages between host and gadget, from one plugging in to the unplugging."""

    def __init__(self, host: Wire, gadget: Wire) -> None:
        self.host = host
        self.gadget = gadget
        self.is_holding = False
        self._inward: dict[int, bool] = {}  # by number: does the answer carry data
        self._polls: dict[int, bytes] = {}  # requests for interrupt reports the gadget has
        self._kept: dict[int, bytes] = {}  # those it has not
        self._asked_back: dict[int, int] = {}  # our number: the request's

    @property
    def is_still(self) -> bool:
        """Whether the gadget has no request for an interrupt report left."""
        return self.is_holding and not self._polls and not self._asked_back

    def hold(self) -> None:
        """Take back what is asked for; it has worked once `is_still`."""
        self.is_holding = True
        for number in self._polls:
            if number not in self._asked_back.values():
                ours = OUR_NUMBERS + number
                self._asked_back[ours] = number
                unlink = struct.pack(">I24x", number)
                self.gadget.give(HEADER.pack(CMD_UNLINK, ours, DEVICE_ID, 0, 0, unlink))

    def go_on(self) -> None:
        """Ask for it again."""
        self.is_holding = False
        for number, message in self._kept.items():
            self._polls[number] = message
            self.gadget.give(message)
        self._kept.clear()

    def from_host(self) -> None:
        """Pass one message on to the gadget."""
        header = self.host.take(HEADER.size)
        command, number, _, direction, endpoint, rest = HEADER.unpack(header)
        if command == CMD_UNLINK:
            (victim,) = struct.unpack_from(">I", rest)
            if self._kept.pop(victim, None) is not None:
                answer = struct.pack(">i24x", TAKEN_BACK)
                self.host.give(HEADER.pack(RET_UNLINK, number, 0, 0, 0, answer))
                return
            self._polls.pop(victim, None)
        else:
            _, size_bytes, _, _, interval_frames = struct.unpack_from(">Iiiii", rest)
            self._inward[number] = direction == IN
            if direction != IN and size_bytes > 0:
                header += self.host.take(size_bytes)
            if direction == IN and endpoint and interval_frames:
                if self.is_holding:
                    self._kept[number] = header
                    return
                self._polls[number] = header
        self.gadget.give(header)

    def from_gadget(self) -> None:
        """Pass one message on to the host, unless it answers us."""
        header = self.gadget.take(HEADER.size)
        command, number, _, _, _, rest = HEADER.unpack(header)
        status, size_bytes = struct.unpack_from(">ii", rest)
        if command == RET_UNLINK and number in self._asked_back:
            victim = self._asked_back.pop(number)
            message = self._polls.pop(victim, None)
            if status == TAKEN_BACK and message is not None:
                self._kept[victim] = message
                if not self.is_holding:
                    self.go_on()
            return
        if command == RET_SUBMIT:
            self._polls.pop(number, None)
            if self._inward.pop(number, False) and size_bytes > 0:
                header += self.gadget.take(size_bytes)
        self.host.give(header)


def can_plug() -> bool:
    """Whether a gadget is bound and both ends are free."""
    return bool(FUNCTION.read_text().strip()) and (
        (GADGET_END / "usbip_status").read_text().strip() == AVAILABLE
    )


def plug() -> Relay | None:
    """Give each end its socket; None when one will not have it yet."""
    ends: list[socket.socket] = []
    for place, words in (
        (GADGET_END / "usbip_sockfd", "{}"),
        (HOST_END / "attach", f"{PORT} {{}} {DEVICE_ID} {HIGH_SPEED}"),
    ):
        ours, kernels = socket.socketpair()
        with kernels:  # it has its own hold on it from here on
            try:
                place.write_text(words.format(kernels.fileno()))
            except OSError as error:
                print(f"{place}: {error.strerror}", file=sys.stderr, flush=True)
                ours.close()
                for end in ends:
                    end.close()
                return None
        ends.append(ours)
    gadget, host = map(Wire, ends)
    return Relay(host, gadget)


class Cable:
    """The cable, plugged in or not, and what has been ordered of it."""

    def __init__(self) -> None:
        self._relay: Relay | None = None
        self._orders = bytearray()
        self._asked = False  # to hold, and not answered yet
        self._hold_s: float | None = None
        self._go_on_at_s: float | None = None

    def work(self) -> bool:
        """Do the next thing; False when there will be no more orders."""
        if self._relay is None and can_plug():
            self._relay = plug()
            if self._relay is not None:
                print("plugged", flush=True)
        ends: list[Wire | int] = [0]
        if self._relay is not None:
            ends += [self._relay.host, self._relay.gadget]
        readable, _, _ = select.select(ends, [], [], self._limit_s())
        if 0 in readable and not self._obey():
            return False
        if self._relay is not None:
            try:
                self._pass_on(self._relay, readable)
            except EOFError:
                self._relay.host.close()
                self._relay.gadget.close()
                self._relay = None
                print("unplugged", flush=True)
        return True

    def _limit_s(self) -> float | None:
        if self._relay is None:
            return LOOK_INTERVAL_S
        if self._go_on_at_s is None:
            return None
        return max(0.0, self._go_on_at_s - time.monotonic())

    def _pass_on(self, relay: Relay, readable: list[Wire | int]) -> None:
        if relay.host in readable:
            relay.from_host()
        if relay.gadget in readable:
            relay.from_gadget()
        if self._asked and not relay.is_holding:
            relay.hold()
        if self._asked and relay.is_still:
            self._asked = False
            if self._hold_s is not None:
                self._go_on_at_s = time.monotonic() + self._hold_s
            print("held", flush=True)
        if self._go_on_at_s is not None and time.monotonic() >= self._go_on_at_s:
            self._go_on(relay)

    def _go_on(self, relay: Relay) -> None:
        self._go_on_at_s = None
        relay.go_on()
        print("going", flush=True)

    def _obey(self) -> bool:
        data = os.read(0, 4096)
        self._orders += data
        *lines, rest = bytes(self._orders).split(b"\n")
        self._orders[:] = rest
        for line in lines:
            word, *values = line.decode().split()
            if word == "hold":
                self._asked = True
                self._hold_s = float(values[0]) if values else None
            elif self._relay is not None:
                self._go_on(self._relay)
        return bool(data)


def main() -> None:
    """Until standard input ends."""
    subprocess.run(["/sbin/modprobe", "-a", *MODULES], check=True)
    print("ready", flush=True)
    cable = Cable()
    while cable.work():
        pass


if __name__ == "__main__":
    main()
