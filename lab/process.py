"""Processes that cannot outlive us, not even if we are killed.

Linux can send a child a signal when its parent dies, but "parent" means the *thread* that started
it. Labs start guests from short-lived threads, so one thread that lives as long as the process
does all the starting. `setpriv` sets the signal after the fork, which spares us code between fork
and exec in a program with threads.

Source: prctl(2), PR_SET_PDEATHSIG; setpriv(1).
"""

import os
import queue
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from lab.packages import SEARCH_PATH, tool

Order = tuple[list[str], Path, "Future[subprocess.Popen[bytes]]"]

_orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
_lock = threading.Lock()
_nursery: threading.Thread | None = None


def spawn(argv: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start `argv` in its own session, its output in the file `log`; it dies when we do.

    Its own session, so that Ctrl-C in the terminal reaches us alone and we end guests in order.
    """
    global _nursery
    with _lock:
        if _nursery is None:
            _nursery = threading.Thread(target=_start_for_ever, name="lab-nursery", daemon=True)
            _nursery.start()
    started: Future[subprocess.Popen[bytes]] = Future()
    setpriv = tool("setpriv", "util-linux")
    _orders.put(([str(setpriv), "--pdeathsig", "KILL", "--", *argv], log, started))
    return started.result()


def _start_for_ever() -> None:
    while True:
        argv, log, started = _orders.get()
        try:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd="/",
                    start_new_session=True,
                    env={**os.environ, "PATH": SEARCH_PATH},
                )
            started.set_result(process)
        except BaseException as error:
            started.set_exception(error)
