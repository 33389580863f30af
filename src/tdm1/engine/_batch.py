"""Many patients over the cores: blocks in ranges, ranges over threads, the same digits for any number of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
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
    """Advance every block. Each thread has a workspace of its own and takes the next range that is left."""
    blocks = -(-patients.states.shape[0] // LANES)
    left = iter([(first, min(first + _RANGE, blocks)) for first in range(0, blocks, _RANGE)])
    threads = min(threads, -(-blocks // _RANGE))

    def work(_: int) -> None:
        own = new_workspace()
        for first, last in left:
            advance_blocks(code, own, patients, results, first, last, most_steps)

    if threads == 1:
        work(0)
        return
    for _ in _pool(threads).map(work, range(threads)):
        pass


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Kept between calls: a trial makes thousands of them."""
    return ThreadPoolExecutor(threads, thread_name_prefix="tdm1-engine")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
