"""A message that is sent while its queue is swept is in the queue afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("interleave.py")


def messages_left(kind: str) -> str:
    return subprocess.run(
        [sys.executable, SCRIPT, kind], check=True, capture_output=True, text=True
    ).stdout


def test_no_message_vanishes_between_two_threads() -> None:
    assert messages_left("fixed") == "2"


def test_stock_emulator_loses_one() -> None:
    assert messages_left("stock") == "1"
