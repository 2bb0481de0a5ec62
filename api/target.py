"""The target's reset button: a device that takes one word.

Opened for each press, because the device may come and go, and never blocking: nobody may be
listening at its other end.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from gadgetd.errors import KaputtError

PRESS = b"reset\n"


class ResetUnavailableError(KaputtError):
    """There is no reset button here."""

    code = "reset_unavailable"

    def __init__(self, device: Path | None) -> None:
        super().__init__(
            f"The reset device {device} is not there."
            if device
            else "This KaputtKVM has no way to reset the target.",
            "Connect it." if device else "Where there is one, set target.reset_device.",
        )


class ResetFailedError(KaputtError):
    """The reset button did not take the press."""

    code = "reset_failed"

    def __init__(self, device: Path, reason: str) -> None:
        super().__init__(f"The target could not be reset through {device}: {reason}.")


class ResetLine:
    """The button, if there is one."""

    def __init__(self, device: Path | None) -> None:
        self._device = device

    @property
    def is_there(self) -> bool:
        """Whether one is configured."""
        return self._device is not None

    async def press(self) -> None:
        """Reset the target.

        Raises:
            ResetUnavailableError: none is configured, or the device is not there.
            ResetFailedError: the device does not take it.
        """
        if self._device is None:
            raise ResetUnavailableError(None)
        await asyncio.to_thread(press, self._device)


def press(device: Path) -> None:
    """Write the word into the device."""
    try:
        descriptor = os.open(device, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            written = os.write(descriptor, PRESS)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise ResetUnavailableError(device) from error
    except BlockingIOError as error:
        raise ResetFailedError(device, "nobody takes what is written to it") from error
    except OSError as error:
        raise ResetFailedError(device, error.strerror or str(error)) from error
    if written != len(PRESS):
        raise ResetFailedError(device, f"it took {written} of {len(PRESS)} bytes")
