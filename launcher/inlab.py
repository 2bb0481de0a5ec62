"""Run in the lab: a virtual board with the gadget, a virtual target with UEFI firmware, our page.

The board guest runs the very verb that a real board runs, `kaputtkvm run --here`; this side only
starts the guests, passes the board's words on and offers what a desk would: a reset button.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gadgetd.errors import KaputtError
from lab import Board, GuestProcess, Lab, LabError, grub_iso
from launcher.here import end_on_signals, refuse_taken_port
from launcher.progress import Progress

GUEST_PORT = 8000
CONFIG_IN_GUEST = "/etc/kaputtkvm/kaputtkvm.yaml"
RESET_LINE = "/dev/virtio-ports/kaputtkvm.reset"
DEMO_IMAGE = "grub-demo.iso"
READY_WITHIN_S = 300.0


class ProductFailedError(KaputtError):
    """KaputtKVM did not come up on the board guest."""

    code = "product_failed"


@dataclass(frozen=True)
class Product:
    """KaputtKVM running on the board guest."""

    process: GuestProcess
    password: str


def run_in_lab(options: argparse.Namespace) -> int:
    """Run until Ctrl-C. Returns the exit status."""
    end_on_signals()
    refuse_taken_port("127.0.0.1", options.port)
    images = (options.images or default_images()).resolve()
    images.mkdir(parents=True, exist_ok=True)
    progress = Progress(3)
    try:
        with ExitStack() as stack:
            with progress.step("An example image"):
                if not (images / DEMO_IMAGE).exists():
                    grub_iso(images / DEMO_IMAGE)
                progress.say(f"ISO images are read from {images}")
            with progress.step("Two virtual machines: the board and the target"):
                lab = stack.enter_context(
                    Lab(share=images, forward={GUEST_PORT: options.port}, say=progress.say)
                )
            with progress.step("KaputtKVM on the board"):
                product = start_product(lab.board, images, progress.detail)
            stack.callback(print, "Ending the guests ...", flush=True)
            print(f"\nThe page:     http://127.0.0.1:{options.port}/")
            print(f"First login:  password {product.password}")
            print("r and Enter resets the target; Ctrl-C ends everything.\n", flush=True)
            attend(lab, product)
    except KeyboardInterrupt:
        print("Everything that was started has ended.", flush=True)
    return 0


def default_images() -> Path:
    """Where images are looked for unless `--images` says otherwise; kept between runs."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "kaputtkvm" / "images"


def lab_settings(images: Path) -> dict[str, Any]:
    """The board guest's configuration. Its own address is reached through QEMU's forwarding."""
    return {
        "images": {"directory": str(images)},
        "video": {
            "device": "driver:vivid",
            "input": 0,
            "standard": "NTSC-M",
            "pixel_format": "YUYV",
            "field": "interlaced",
        },
        "http": {"host": "0.0.0.0", "port": GUEST_PORT},
        "target": {"reset_device": RESET_LINE},
    }


def start_product(
    board: Board,
    images: Path,
    say: Callable[[str], None],
    *,
    place: Path = Path(CONFIG_IN_GUEST),
    **sections: dict[str, Any],
) -> Product:
    """Write the configuration into the board guest, run KaputtKVM there, wait until it answers.

    Args:
        place: of the configuration file in the guest; a second product needs one of its own.
        sections: whole sections of the configuration that differ from `lab_settings`.

    Raises:
        ProductFailedError: it ended, or did not answer in time; with what it said.
    """
    config = yaml.safe_dump({**lab_settings(images), **sections})
    board.shell(f"mkdir -p {place.parent}")
    board.run(["tee", place], stdin=config)
    command = [sys.executable, "-m", "launcher", "run", "--here", "--config", str(place)]
    process = board.start(command, cwd=board.checkout)
    said: list[str] = []
    password = ""
    while True:
        try:
            line = process.next_line(READY_WITHIN_S)
        except LabError as error:
            last = " / ".join(said[-5:]) or "it said nothing"
            raise ProductFailedError(f"KaputtKVM did not come up on the board: {last}.") from error
        said.append(line)
        if line.startswith("First login: password "):
            password = line.rpartition(" ")[2]
        elif line.startswith("The page:"):
            return Product(process, password)
        else:
            say(line)


def attend(lab: Lab, product: Product) -> None:
    """Pass the board's words on and press the reset button when asked, until Ctrl-C."""
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], None)
        if ready:
            command = sys.stdin.readline()
            if not command:  # no terminal: nothing more will be asked
                signal.pause()
            elif command.strip() == "r":
                lab.target.reset()
                print("The target was reset.", flush=True)
