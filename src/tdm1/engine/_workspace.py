"""The memory one thread works in: arrays of vectors, aligned to the cache line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdm1.engine._vector_code import LANES

Floats = NDArray[np.float64]


class Workspace(NamedTuple):
    """One block of patients: rows are states (or parameters, ...), columns are lanes.

    `kept` holds the states of lanes that do not take part; `days` the phase's length by lane,
    `lanes` three scratch rows, `live` which lanes take part;
    `status`, `steps` and `rejected` are the results by lane.
    """

    state: Floats
    new_state: Floats
    kept: Floats
    slopes: Floats
    new_slopes: Floats
    parameters: Floats
    inputs: Floats
    derived: Floats
    work: Floats
    days: Floats
    h: Floats
    error: Floats
    lanes: Floats
    live: NDArray[np.bool_]
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    rejected: NDArray[np.int64]
    tolerance: Floats


class Code(NamedTuple):
    """Addresses of a model's compiled functions."""

    prepare: int
    rhs: int
    step: int


def workspace(states: int, parameters: int, inputs: int, derived: int, work: int, tolerance: Floats) -> Workspace:
    """Fresh arrays for a model of this size; `tolerance` is relative, then absolute by state."""
    rows = (*[states] * 5, max(parameters, 1), max(inputs, 1), max(derived, 1), work, 1, 1, 1, 3)
    memory = np.zeros(sum(rows) * LANES + 8)
    start = (-(memory.ctypes.data // memory.itemsize)) % 8  # to the next multiple of 64 bytes
    arrays: list[Floats] = []
    for count in rows:
        arrays.append(memory[start : start + count * LANES].reshape(count, LANES))
        start += count * LANES
    return Workspace(
        *arrays,
        live=np.zeros(LANES, np.bool_),
        status=np.zeros(LANES, np.int8),
        steps=np.zeros(LANES, np.int64),
        rejected=np.zeros(LANES, np.int64),
        tolerance=tolerance,
    )
