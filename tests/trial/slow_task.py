"""Tasks for the tests of workers: they must be importable where they are done."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def square(number: int) -> int:
    return number * number


def threads(_: int) -> int:
    from tdm1 import engine

    return engine.available_threads()


def fail(number: int) -> int:
    if number == 3:
        raise ValueError("the third is wrong")
    return number


def die_once(number: int, folder: str) -> tuple[int, int]:
    """The square and the process; the first process that gets task 5 kills itself in the middle of it."""
    Path(folder, f"{number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if number == 5 and not Path(folder, "died").exists():
        Path(folder, "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return number * number, os.getpid()


def die_always(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def square_and_process(number: int) -> tuple[int, int]:
    """The square and the process that did it, slowly enough that every worker gets some."""
    time.sleep(0.02)
    return number * number, os.getpid()
