"""The listening socket: made here, so that what its connections inherit is ours to choose.

A viewer on a thin link must not see old frames, and frames grow old in the kernel's send buffer.
Little unsent data there (16 KiB) is what keeps the picture fresh; a bounded buffer keeps what is on
its way bounded as well. A peer that takes nothing for half a minute is gone.

Sources: tcp(7) (TCP_NOTSENT_LOWAT, TCP_USER_TIMEOUT), socket(7) (SO_SNDBUF; the kernel doubles it).
"""

from __future__ import annotations

import errno
import socket

from gadgetd.errors import KaputtError

UNSENT_LARGEST_BYTES = 16 * 1024
SEND_BUFFER_BYTES = 128 * 1024
PEER_SILENT_LONGEST_MS = 30_000
WAITING_CONNECTIONS = 128


class PortTakenError(KaputtError):
    """Another program listens there."""

    code = "port_taken"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is taken by another program; set http.port.",
            f"ss -ltnp 'sport = :{port}' names the program.",
        )


class ListenError(KaputtError):
    """The address cannot be listened on."""

    code = "listen_failed"

    def __init__(self, host: str, port: int, reason: str, remedy: str) -> None:
        super().__init__(f"Cannot listen on port {port} of {host}: {reason}.", remedy)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: a name or an address; :: means every address of both kinds.
        port: 0 takes any free one.

    Raises:
        PortTakenError: another program listens there.
        ListenError: the address is not one of this machine's, or may not be used.
    """
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except socket.gaierror as error:
        raise ListenError(host, port, error.strerror or str(error), "Correct http.host.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        # Connections of an earlier run may linger; they are no reason not to start.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_LARGEST_BYTES)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PEER_SILENT_LONGEST_MS)
        if family == socket.AF_INET6 and host == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(WAITING_CONNECTIONS)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(host, port) from error
        reason = error.strerror or str(error)
        remedy = "Correct http.host."
        if error.errno == errno.EACCES:
            remedy = "Ports below 1024 are root's; set http.port to another one."
        raise ListenError(host, port, reason, remedy) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Where the page is."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
