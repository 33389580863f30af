"""Many patients over the cores: blocks in ranges, ranges over threads, the same digits for any number of them.

Blocks do not see each other, so results do not depend on how they are divided over threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdm1.engine._workspace import Floats, from_blocks, lanes_of, to_blocks

#: Blocks in one piece of work for a thread: small enough to share evenly, large enough to hide the hand-over.
_RANGE = 16

#: Runs blocks first .. last - 1 of the arrays at the given addresses.
Run = Callable[[tuple[int, ...], int, int], None]


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


def advance_batch(run: Run, patients: Patients, status: NDArray[np.int8], threads: int) -> Results:
    """Advance every patient: a phase with his inputs on, then one without. `run` works on blocks."""
    count = len(patients.states)
    states, parameters = to_blocks(patients.states), to_blocks(patients.parameters)
    codes = lanes_of(status.astype(np.int64))
    steps, rejected = np.zeros((2, count), np.int64)

    def phase(inputs: Floats, days: Floats) -> None:
        spent = [lanes_of(np.zeros(count, np.int64)) for _ in range(2)]
        arrays = (states, parameters, inputs, lanes_of(days), codes, *spent)
        share(run, tuple(array.ctypes.data for array in arrays), len(states), threads)
        for total, one in zip((steps, rejected), spent, strict=True):
            total += one.ravel()[:count]

    after_input = patients.states
    if patients.input_day.any():
        phase(to_blocks(patients.inputs), patients.input_day)
        after_input = from_blocks(states, count).copy()
    rest = patients.days - patients.input_day
    if rest.any():
        phase(to_blocks(np.zeros_like(patients.inputs)), rest)
    after = from_blocks(states, count)
    return Results(after, np.array(after_input), codes.ravel()[:count].astype(np.int8), steps, rejected)


def share(run: Run, addresses: tuple[int, ...], blocks: int, threads: int) -> None:
    """Run all blocks. Each thread takes the next range that is left."""
    left = iter([(first, min(first + _RANGE, blocks)) for first in range(0, blocks, _RANGE)])
    threads = min(threads, -(-blocks // _RANGE))

    def work(_: int) -> None:
        for first, last in left:
            run(addresses, first, last)

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
