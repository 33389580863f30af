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

from tdm1.engine._vector_code import LANES
from tdm1.engine._workspace import Floats, aligned, from_blocks, in_turn, lanes_of, to_blocks

#: Blocks in one piece of work for a thread: small enough to share evenly, large enough to hide the hand-over.
_RANGE = 16
#: Phases of blocks for which another thread pays.
_LEAST = 8

#: Runs blocks first .. last - 1 of so many in the arrays at the given addresses.
Run = Callable[[tuple[int, ...], int, int, int], None]


class Phase(NamedTuple):
    """Inputs (N, U), constant for `days` (N,)."""

    inputs: Floats
    days: Floats


class Ends(NamedTuple):
    """What comes of it, a row a patient: states at the end of each phase (phases, N, S), and how it went (N,)."""

    states: Floats
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    rejected: NDArray[np.int64]


#: Environment variable with the most threads that the engine may use in a process.
THREADS = "TDM1_THREADS"


def available_threads() -> int:
    """Cores this process may use; no more than $TDM1_THREADS where that is a whole number above 0."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    most = os.environ.get(THREADS, "")
    return min(cores, int(most)) if most.isdigit() and int(most) > 0 else cores


def run_phases(
    run: Run,
    states: Floats,
    parameters: Floats,
    phases: list[Phase],
    status: NDArray[np.int8],
    threads: int,
    together: int = 1,
) -> Ends:
    """Take every patient through all phases. A patient who has a `status` is left alone. There must be a patient.

    Who fails is done again from the start in a block of his own copies, and what comes of that counts: so nobody fails
    because of the steps that seven others needed. So many rows in turn stay `together` in this (a divisor of LANES
    and of the number of rows): if one fails all are done again, and again share their steps.
    """
    found = _run_blocks(run, states, parameters, phases, status, threads)
    again = ((found.status != 0) & (status == 0)).reshape(-1, together).any(axis=1)
    if not again.any():
        return found
    failed = np.flatnonzero(np.repeat(again, together))
    rows = np.repeat(failed.reshape(-1, together), LANES // together, axis=0).ravel()
    own = [Phase(phase.inputs[rows], phase.days[rows]) for phase in phases]
    alone = _run_blocks(run, states[rows], parameters[rows], own, status[rows], threads)
    first = (np.arange(len(failed) // together)[:, np.newaxis] * LANES + np.arange(together)).ravel()
    found.states[:, failed] = alone.states[:, first]
    found.status[failed] = alone.status[first]
    found.steps[failed] += alone.steps[first]
    found.rejected[failed] += alone.rejected[first]
    return found


def _run_blocks(
    run: Run, states: Floats, parameters: Floats, phases: list[Phase], status: NDArray[np.int8], threads: int
) -> Ends:
    count, columns = states.shape
    current, blocked = to_blocks(states), to_blocks(parameters)
    number = len(current)
    inputs = in_turn([to_blocks(phase.inputs) for phase in phases])
    days = in_turn([lanes_of(phase.days) for phase in phases])
    codes, steps, rejected = (lanes_of(one) for one in (status.astype(np.int64), *np.zeros((2, count), np.int64)))
    kept = aligned(len(phases) * number * columns * LANES).reshape(len(phases) * number, columns, LANES)
    arrays = (current, blocked, inputs, days, codes, steps, rejected, kept)
    share(run, tuple(array.ctypes.data for array in arrays), number, threads, least=-(-_LEAST // len(phases)))
    ends = from_blocks(kept, len(kept) * LANES).reshape(len(phases), number * LANES, columns)[:, :count]
    return Ends(ends, codes.astype(np.int8).ravel()[:count], steps.ravel()[:count], rejected.ravel()[:count])


def share(run: Run, addresses: tuple[int, ...], blocks: int, threads: int, least: int = _RANGE) -> None:
    """Run all blocks. Each thread takes the next range that is left, of `least` blocks or more."""
    size = min(_RANGE, max(least, -(-blocks // threads)))
    left = iter([(first, min(first + size, blocks)) for first in range(0, blocks, size)])
    threads = min(threads, -(-blocks // size))

    def work() -> None:
        for first, last in left:
            run(addresses, first, last, blocks)

    # This thread works too: one less has to be woken.
    helpers = [_pool(threads - 1).submit(work) for _ in range(threads - 1)]
    work()
    for helper in helpers:
        helper.result()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Kept between calls: a trial makes thousands of them."""
    return ThreadPoolExecutor(threads, thread_name_prefix="tdm1-engine")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
