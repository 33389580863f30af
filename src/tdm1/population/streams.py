"""Random numbers that belong to the patient: counter-based streams keyed by seed, purpose and block.

The numbers of patient k are fixed by the seed, the purpose, the attempt and k alone. They do not
depend on how many patients are drawn, in which order, by how many workers, or how many columns the
caller asks for. Philox 4x64 (Salmon et al. 2011) is used as a function of its counter: each column
of each block of 1024 patients is a stream of its own, drawn whole and then sliced.

Only raw 64-bit words are taken from NumPy and turned into numbers here, so that a change of NumPy's
sampling methods cannot change a patient.
"""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri  # pyright: ignore[reportUnknownVariableType]

#: Patients whose numbers are drawn together. Part of the definition of a patient: never change it.
BLOCK = 1024

_SEEDS = 2**64
#: Columns that are remembered, 8 kB each: what belongs to a cycle is asked for again while late patients come to it.
_KEPT = 256


@cache
def _purpose_word(purpose: str) -> int:
    if not purpose:
        raise ValueError("a random stream needs a purpose: give a short text that says what the numbers are for")
    # Python's own hash differs from process to process.
    return int.from_bytes(blake2b(purpose.encode("utf-8"), digest_size=8).digest(), "little")


def _check(seed: int, first: int, count: int, width: int, attempt: int) -> None:
    if isinstance(seed, bool) or not 0 <= seed < _SEEDS:
        raise ValueError(f"seed {seed!r} is not a whole number from 0 to 2**64 - 1")
    for name, number in (("first", first), ("count", count), ("width", width), ("attempt", attempt)):
        if number < 0:
            raise ValueError(f"{name} is {number}; it must be 0 or more")


class _Generator(threading.local):
    """One generator a thread, set to each stream in turn: making a new one takes longer than drawing from it."""

    def __init__(self) -> None:
        self._bits: Any = np.random.Philox(0)  # Any: NumPy's type of its state is private
        self._fresh: dict[str, Any] = dict(self._bits.state)

    def words(self, counter: tuple[int, ...], key: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The first BLOCK words of the stream with this counter and key."""
        stream = {"counter": np.array(counter, np.uint64), "key": key}
        self._bits.state = {**self._fresh, "state": stream}
        return self._bits.random_raw(BLOCK)


_generator = _Generator()


@lru_cache(maxsize=_KEPT)
def _key(seed: int, purpose: str) -> NDArray[np.uint64]:
    # As Philox itself reads two whole numbers: that belongs to the definition of a patient.
    state: dict[str, Any] = dict(np.random.Philox(key=[seed, _purpose_word(purpose)]).state)
    return state["state"]["key"]


@lru_cache(maxsize=_KEPT)
def _column(seed: int, purpose: str, block: int, column: int, attempt: int) -> NDArray[np.float64]:
    # The generator runs through counter word 0; the others name the stream and are never carried into.
    words = _generator.words((0, attempt, column, block), _key(seed, purpose))
    words >>= np.uint64(11)
    # 53 bits and a half step: strictly between 0 and 1, symmetric about 1/2.
    numbers = words.astype(np.float64)
    numbers += 0.5
    numbers *= 2.0**-53
    numbers.flags.writeable = False
    return numbers


def uniform(
    seed: int, purpose: str, first: int, count: int, width: int = 1, *, attempt: int = 0
) -> NDArray[np.float64]:
    """Uniform numbers in the open interval (0, 1) for patients `first` to `first + count - 1`.

    `purpose` names the stream; streams of different purposes are independent. `attempt` numbers
    repeated draws for the same patient and purpose. Returns an array of shape (count, width); the
    number of a patient in column j is the same whatever the width.
    Raises ValueError for a negative argument, a seed out of range or an empty purpose.
    """
    _check(seed, first, count, width, attempt)
    numbers = np.empty((count, width), dtype=np.float64)
    done = 0
    while done < count:
        block, offset = divmod(first + done, BLOCK)
        take = min(BLOCK - offset, count - done)
        for column in range(width):
            numbers[done : done + take, column] = _column(seed, purpose, block, column, attempt)[offset : offset + take]
        done += take
    return numbers


def normal(
    seed: int, purpose: str, first: int, count: int, width: int = 1, *, attempt: int = 0,
    rows: NDArray[np.int_] | None = None,
) -> NDArray[np.float64]:
    """Standard normal numbers, shape (count, width): the uniform ones through the normal quantile.

    Arguments and errors as for `uniform`; the same arguments give the normal score of the same
    uniform number. With `rows` only those rows of the result, in that order.
    """
    numbers = uniform(seed, purpose, first, count, width, attempt=attempt)
    scores: NDArray[np.float64] = ndtri(numbers if rows is None else numbers[rows])
    return scores
