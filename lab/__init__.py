"""The lab: KaputtKVM's board and a machine to rescue, as two QEMU guests. See README.md."""

from lab.agent import Completed, GuestProcess
from lab.board import Board
from lab.cable import Cable
from lab.desk import Lab
from lab.errors import LabError
from lab.iso import grub_iso, plain_iso
from lab.packages import DEBIAN_PACKAGES
from lab.picture import Feed, yuyv
from lab.reset import ResetLine
from lab.screen import Screen
from lab.stall import SlowCable
from lab.target import Target

__all__ = [
    "DEBIAN_PACKAGES",
    "Board",
    "Cable",
    "Completed",
    "Feed",
    "GuestProcess",
    "Lab",
    "LabError",
    "ResetLine",
    "Screen",
    "SlowCable",
    "Target",
    "grub_iso",
    "plain_iso",
    "yuyv",
]
