"""Can this machine run guests on its processor? Found out by running one.

/dev/kvm may exist and still not work: inside another virtual machine it can open, accept a guest
and never run it. So a kernel with a tiny root is booted, and what it prints decides. The answer is
kept in the cache until the outer machine boots again.
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from lab.initramfs import probe_initramfs
from lab.kernel import Kernel
from lab.packages import tool
from lab.process import spawn
from lab.rundir import cache_dir, locked

MARKER = "kaputtkvm-runs"
FIRST_WORD_LIMIT_S = 3.0  # a kernel that runs prints within a tenth of that
BOOT_LIMIT_S = 10.0

KVM = ("-accel", "kvm", "-cpu", "host")
# `max` without what costs an emulated guest time: five-level page tables.
EMULATED = ("-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max,la57=off")


def arguments(kernel: Kernel) -> tuple[str, ...]:
    """QEMU's arguments for the fastest way to run guests that works here."""
    return KVM if has_kvm(kernel) else EMULATED


def has_kvm(kernel: Kernel) -> bool:
    """Whether a guest boots under KVM on this machine, today."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    path = cache_dir() / "kvm.json"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    question = f"{boot} {kernel.version}"
    with locked(cache_dir() / "kvm.lock"):
        try:
            known = json.loads(path.read_text())
        except (OSError, ValueError):
            known = {}
        if question not in known:
            known = {question: _boots(kernel)}
            path.write_text(json.dumps(known))
        return bool(known[question])


def _boots(kernel: Kernel) -> bool:
    with tempfile.TemporaryDirectory(prefix="kaputtkvm-probe-") as directory:
        initramfs = Path(directory) / "initramfs"
        initramfs.write_bytes(probe_initramfs(MARKER))
        console = Path(directory) / "console"
        console.touch()
        process = spawn(
            [
                str(tool("qemu-system-x86_64", "qemu-system-x86")),
                *KVM,
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-m",
                "512",
                "-no-reboot",
                "-chardev",
                f"file,id=console,path={console}",
                "-serial",
                "chardev:console",
                "-kernel",
                str(kernel.image),
                "-initrd",
                str(initramfs),
                "-append",
                "console=ttyS0 earlyprintk=serial panic=-1",
            ],
            Path(directory) / "qemu",
        )
        try:
            return _says_marker(process, console)
        finally:
            process.kill()
            process.wait()


def _says_marker(process: subprocess.Popen[bytes], console: Path) -> bool:
    started = time.monotonic()
    while True:
        text = console.read_bytes()
        if MARKER.encode() in text:
            return True
        ended = process.poll() is not None
        age_s = time.monotonic() - started
        if ended or age_s > BOOT_LIMIT_S or (not text and age_s > FIRST_WORD_LIMIT_S):
            return False
        time.sleep(0.05)
