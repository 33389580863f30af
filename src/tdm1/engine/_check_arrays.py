"""Turn what a caller gives into contiguous float64 arrays of the right shape, or say what is wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tdm1.engine._batch import Phase
from tdm1.engine._workspace import Floats


def table(name: str, given: ArrayLike, columns: tuple[str, ...], patients: int | None = None) -> Floats:
    """Shape (patients, len(columns)); raises ValueError that names the array and what its columns should be."""
    array = np.ascontiguousarray(given, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != len(columns):
        raise ValueError(
            f"{name}: expected shape (patients, {len(columns)}), got {array.shape}; columns are {', '.join(columns)}"
        )
    if patients is not None and array.shape[0] != patients:
        raise ValueError(f"{name}: {array.shape[0]} rows for {patients} patients; give one row a patient")
    return array


def days(name: str, given: ArrayLike, patients: int) -> Floats:
    """Shape (patients,), finite and not negative; one number stands for all patients."""
    array = np.asarray(given, dtype=np.float64)
    if array.ndim == 0:
        array = np.full(patients, float(array))
    if array.shape != (patients,):
        raise ValueError(f"{name}: expected one number a patient, shape ({patients},), got {array.shape}")
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= 0.0)))
    if wrong.size:
        raise ValueError(
            f"{name}: patient {wrong[0]} has {array[wrong[0]]}; give a finite number of days, not negative"
        )
    return np.ascontiguousarray(array)


def phases_of(
    inputs: ArrayLike, input_day: ArrayLike, length: ArrayLike, names: tuple[str, ...], patients: int
) -> tuple[Phase | None, Phase | None]:
    """The phase with the inputs on and the phase without; None for one that no patient has.

    Raises ValueError for a wrong shape, a negative or not finite time, or input_day beyond days.
    """
    whole, on = days("days", length, patients), days("input_day", input_day, patients)
    late = np.flatnonzero(on > whole)
    if late.size:
        one = late[0]
        raise ValueError(f"input_day: patient {one} has {on[one]} but only {whole[one]} days; end it sooner")
    given, rest = table("inputs", inputs, names, patients), whole - on
    return (
        Phase(given, on) if on.any() else None,
        Phase(np.zeros_like(given), rest) if rest.any() else None,
    )
