"""Many patients over the cores: blocks in ranges, ranges over threads, the same digits for any number of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdm1.engine._blocks import advance_blocks
from tdm1.engine._vector_code import LANES
from tdm1.engine._workspace import Code, Floats, Workspace

#: Blocks in one piece of work for a thread: small enough to share evenly, large enough to hide the hand-over.
_RANGE = 16


class Patients(NamedTuple):
    """What goes in, one row a patient."""

    states: Floats
    parameters: Floats
    inputs: Floats
    input_day: Floats
    days: Floats


class Results(NamedTuple):
    """What comes out, one row a patient; `status` also goes in: a patient who has one is left alone."""

    states: Floats
    after_input: Floats
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    rejected: NDArray[np.int64]


def available_threads() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def advance_batch(
    code: Code,
    new_workspace: Callable[[], Workspace],
    patients: Patients,
    results: Results,
    threads: int,
    most_steps: int,
) -> None:
    """Advance every block; each range of blocks gets a workspace of its own."""
    blocks = -(-patients.states.shape[0] // LANES)
    ranges = [(first, min(first + _RANGE, blocks)) for first in range(0, blocks, _RANGE)]

    def work(bounds: tuple[int, int]) -> None:
        advance_blocks(code, new_workspace(), patients, results, bounds[0], bounds[1], most_steps)

    if threads == 1 or len(ranges) == 1:
        for bounds in ranges:
            work(bounds)
        return
    with ThreadPoolExecutor(min(threads, len(ranges))) as pool:
        for _ in pool.map(work, ranges):
            pass
