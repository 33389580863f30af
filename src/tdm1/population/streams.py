"""Random numbers that belong to the patient: counter-based streams keyed by seed, purpose and block.

The numbers of patient k are fixed by the seed, the purpose, the attempt and k alone. They do not
depend on how many patients are drawn, in which order, by how many workers, or how many columns the
caller asks for. Philox 4x64 (Salmon et al. 2011) is used as a function of its counter: each column
of each block of 1024 patients is a stream of its own, drawn whole and then sliced.

Only raw 64-bit words are taken from NumPy and turned into numbers here, so that a change of NumPy's
sampling methods cannot change a patient.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri  # pyright: ignore[reportUnknownVariableType]

#: Patients whose numbers are drawn together. Part of the definition of a patient: never change it.
BLOCK = 1024

_SEEDS = 2**64


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


def _column(seed: int, purpose: str, block: int, column: int, attempt: int) -> NDArray[np.float64]:
    # The generator runs through counter word 0; the others name the stream and are never carried into.
    bits = np.random.Philox(counter=[0, attempt, column, block], key=[seed, _purpose_word(purpose)])
    words = bits.random_raw(BLOCK)
    # 53 bits and a half step: strictly between 0 and 1, symmetric about 1/2.
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


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
    seed: int, purpose: str, first: int, count: int, width: int = 1, *, attempt: int = 0
) -> NDArray[np.float64]:
    """Standard normal numbers, shape (count, width): the uniform ones through the normal quantile.

    Arguments and errors as for `uniform`; the same arguments give the normal score of the same
    uniform number.
    """
    scores: NDArray[np.float64] = ndtri(uniform(seed, purpose, first, count, width, attempt=attempt))
    return scores
