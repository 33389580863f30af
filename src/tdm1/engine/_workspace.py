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
    `lanes` three scratch rows, `live` which lanes take part.
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
    tolerance: Floats


class Code(NamedTuple):
    """Addresses of a model's compiled functions."""

    prepare: int
    rhs: int
    step: int


def aligned(rows: int) -> Floats:
    """Zeros, shape (rows, LANES), starting at a multiple of 64 bytes."""
    raw = np.zeros(rows * LANES + 8)
    start = (-(raw.ctypes.data // 8)) % 8
    return raw[start : start + rows * LANES].reshape(rows, LANES)


def workspace(
    states: int, parameters: int, inputs: int, derived: int, work: int, tolerance: Floats
) -> Workspace:
    """Fresh arrays for a model of this size; `tolerance` is relative, then absolute by state."""
    return Workspace(
        state=aligned(states),
        new_state=aligned(states),
        kept=aligned(states),
        slopes=aligned(states),
        new_slopes=aligned(states),
        parameters=aligned(max(parameters, 1)),
        inputs=aligned(max(inputs, 1)),
        derived=aligned(max(derived, 1)),
        work=aligned(work),
        days=aligned(1),
        h=aligned(1),
        error=aligned(1),
        lanes=aligned(3),
        live=np.zeros(LANES, np.bool_),
        tolerance=tolerance,
    )
