"""The socket's file, and who is at the other end of a connection.

A file may be left by a process that was killed: nobody listens there, and it is replaced. If
somebody does listen, that is another gadgetd, and two would fight over one cable. Two that start in
one moment would each see a file that nobody listens at, and one that is just ending listens no more
and still has the gadget: so there is a lock as well, for as long as a gadgetd runs.

Sources: unix(7) (SO_PEERCRED), socket(7) and <asm-generic/socket.h> (SO_PEERGROUPS); flock(2).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import grp
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gadgetd.failures import AlreadyRunningError, SocketUnusableError

SO_PEERGROUPS = 59  # Linux 4.13; the socket module has no name for it
_MOST_GROUPS = 256  # as much as the socket module lets one ask for
_UCRED = struct.Struct("iII")
_GID_BYTES = 4


@dataclass(frozen=True, slots=True)
class Peer:
    """The user of the process at the other end, as the kernel vouches for it."""

    uid: int
    groups: frozenset[int]


@contextlib.contextmanager
def the_only_one(path: Path) -> Iterator[None]:
    """Be the only gadgetd that has this socket, for as long as the block lasts.

    Raises:
        AlreadyRunningError: another one has it.
        SocketUnusableError: there is no place for the lock.
    """
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        # The file stays: if it went, the next one would lock another file than the one after it.
        lock = path.with_name(f"{path.name}.lock")
        fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise SocketUnusableError(path, error.strerror or str(error)) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(fd)
        raise AlreadyRunningError(path) from error
    try:
        yield
    finally:
        os.close(fd)


def listen(path: Path, group: str) -> socket.socket:
    """A listening socket at `path`, for its owner and the group, if the system has that group.

    Raises:
        AlreadyRunningError: somebody listens there.
        SocketUnusableError: it cannot be made there.
    """
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        _replace_stale(path)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        # Closed to everybody from the first moment: permissions set later come too late.
        before = os.umask(0o177)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
        with contextlib.suppress(KeyError):
            os.chown(path, -1, grp.getgrnam(group).gr_gid)
        path.chmod(0o660)
        listening.listen()
    except OSError as error:
        raise SocketUnusableError(path, error.strerror or str(error)) from error
    return listening


def _replace_stale(path: Path) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_socket():
        raise SocketUnusableError(path, "something else is there that is not a socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except TimeoutError:  # its queue is full: it is slow, but it is there
            pass
        raise AlreadyRunningError(path)


def peer_of(connection: socket.socket) -> Peer:
    """Who is at the other end."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    _, uid, gid = _UCRED.unpack(credentials)
    # Not the group database: a service may have been given a group that its user does not have.
    try:
        groups = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, _MOST_GROUPS * _GID_BYTES)
    except OSError as error:
        if error.errno != errno.ERANGE:
            raise
        groups = b""  # a member of more groups than that is known by the main one alone
    return Peer(uid, frozenset({gid, *struct.unpack(f"{len(groups) // _GID_BYTES}I", groups)}))


def may_control(peer: Peer, group: str) -> bool:
    """Whether this peer may talk to us: root, our own user, members of the group."""
    if peer.uid in (0, os.geteuid()):
        return True
    with contextlib.suppress(KeyError):
        return grp.getgrnam(group).gr_gid in peer.groups
    return False
