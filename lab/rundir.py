"""Two places on the outer machine, and nothing else is touched: a cache and a run directory.

The cache keeps what is expensive (the kernel) between runs. The run directory is private, holds
sockets and logs of one lab, and goes away with it. A lab that was killed cannot clean up, so the
next one removes what it left: each run directory has a lock that dies with its owner.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "kaputtkvm-lab-"


def cache_dir() -> Path:
    """The cache directory: KAPUTTKVM_CACHE, or `kaputtkvm` in XDG_CACHE_HOME or ~/.cache."""
    chosen = os.environ.get("KAPUTTKVM_CACHE")
    if chosen:
        path = Path(chosen)
    else:
        base = os.environ.get("XDG_CACHE_HOME")
        path = (Path(base) if base else Path.home() / ".cache") / "kaputtkvm"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; waits for whoever holds it. The kernel frees it if we die."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class RunDir:
    """A private directory (0700) in memory if possible, removed on `close`."""

    def __init__(self) -> None:
        base = _base()
        _sweep(base)
        # A socket's path has room for 107 characters, so this must stay short.
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Remove the directory and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _base() -> Path:
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK | os.X_OK):
        return memory
    return Path(tempfile.gettempdir())


def _sweep(base: Path) -> None:
    """Remove our own run directories whose owner is gone."""
    for left in base.glob(PREFIX + "*"):
        try:
            if left.stat().st_uid != os.getuid():
                continue
            lock = os.open(left / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # another lab is just making or removing it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
