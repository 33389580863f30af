"""Memory for the compiled code: blocks of patients, aligned to the cache line.

A block is LANES patients. In memory a block is rows (states, parameters, …) of LANES numbers, so that a
vector of the same state of several patients lies together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tdm1.engine._vector_code import LANES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_LINE = 64  # bytes


def aligned(numbers: int) -> Floats:
    """An array of doubles, not set, that starts at a cache line."""
    memory = np.empty(numbers + _LINE // 8)
    start = (-(memory.ctypes.data // 8)) % (_LINE // 8)
    return memory[start : start + numbers]


def blocks(count: int) -> int:
    """Blocks that `count` patients need."""
    return -(-count // LANES)


def to_blocks(rows: Floats) -> Floats:
    """Patients' rows (N, K) as blocks (B, K, LANES); lanes past the last patient repeat him."""
    count, columns = rows.shape
    found = aligned(blocks(count) * columns * LANES).reshape(blocks(count), columns, LANES)
    whole = count // LANES
    found[:whole] = rows[: whole * LANES].reshape(whole, LANES, columns).transpose(0, 2, 1)
    if whole < len(found):
        rest = rows[whole * LANES :]
        found[whole] = rest[-1][:, np.newaxis]
        found[whole, :, : len(rest)] = rest.T
    return found


def from_blocks(found: Floats, count: int) -> Floats:
    """The rows (N, K) of the first `count` patients of blocks (B, K, LANES)."""
    return found.transpose(0, 2, 1).reshape(-1, found.shape[1])[:count]


Number = TypeVar("Number", np.float64, np.int64)


def lanes_of(values: NDArray[Number]) -> NDArray[Number]:
    """One number a patient (N,) as (B, LANES), aligned; lanes past the last patient repeat him."""
    count = len(values)
    found: NDArray[Number] = aligned(blocks(count) * LANES).view(values.dtype)
    found[:count] = values
    found[count:] = values[-1]
    return found.reshape(-1, LANES)


def in_turn(arrays: Sequence[Floats]) -> Floats:
    """Arrays of one shape, one after the other in one aligned array."""
    if len(arrays) == 1:
        return arrays[0]
    shape = (len(arrays) * len(arrays[0]), *arrays[0].shape[1:])
    found = aligned(sum(array.size for array in arrays)).reshape(shape)
    np.concatenate(arrays, out=found)
    return found
