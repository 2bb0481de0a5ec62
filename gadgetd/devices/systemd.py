"""Telling systemd how far we are, where it wants to know.

Source: sd_notify(3), which describes the protocol for those who do not link to libsystemd.
"""

from __future__ import annotations

import os
import socket


def notify(message: str) -> None:
    """Send a message such as "READY=1" to the service manager, if there is one that listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # A leading @ stands for the zero byte of an abstract address.
    path = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
        try:
            telling.connect(path)
            telling.send(message.encode())
        except OSError:
            return  # a manager that has gone does not keep us from working
