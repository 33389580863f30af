"""Chances that a measured grade is reported as an event, from measured worst grades and published shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]
#: Weight of the middle chance's pull towards the geometric mean of its neighbours; too weak to move a share.
_PULL = 0.02


def _chances(free: Array, highest: float | None) -> Array:
    """Chances of grade 1, 2, and 3 or more, never falling with the grade, from numbers without bounds."""
    parts = 1.0 / (1.0 + np.exp(-free))
    top = parts[2] if highest is None else highest
    return np.array([top * parts[1] * parts[0], top * parts[1], top])


def chances_for(
    measured: Sequence[Array], any_grade: Sequence[float], severe: Sequence[float | None], patients: Sequence[int],
    severe_chance: float | None,
) -> Array:
    """Chances of grade 1, 2, and 3 or more at which the published shares are met best.

    measured    for each arm the shares of patients with a worst measured grade of 1, 2, 3 or more
    any_grade, severe, patients   published shares and size of each arm
    severe_chance   chance of grade 3 or more where no arm has its severe share printed
    Misses count in standard errors of the published share.
    """
    known = any(value is not None for value in severe)

    def miss(free: Array) -> float:
        chance = _chances(free, None if known else severe_chance)
        total = _PULL * float(free[0] - free[1]) ** 2 + 1e-4 * float(free @ free)
        for shares, every, high, n in zip(measured, any_grade, severe, patients, strict=True):
            told = shares * chance
            total += n * (told.sum() - every) ** 2 / max(every * (1.0 - every), 1.0 / n)
            if high is not None:
                total += n * (told[2] - high) ** 2 / max(high * (1.0 - high), 1.0 / n)
        return total

    best = minimize(miss, np.array([0.0, 0.0, 1.0]), method="Nelder-Mead",
                    options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 4000})
    return _chances(best.x, None if known else severe_chance)
