"""Chances that a measured grade is reported as an event, from measured worst grades and published shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

from tdm1 import evidence

Array = NDArray[np.float64]
#: Weight of what is only probable (like steps between grades, the usual severe chance); too weak to move a share.
_PULL = 0.02


def _chances(free: Array) -> Array:
    """Chances of grade 1, 2, and 3 or more, never falling with the grade, from numbers without bounds."""
    first, second, severe = expit(free)
    return np.array([severe * second * first, severe * second, severe])


def chances_for(
    measured: Sequence[Array], any_grade: Sequence[float], severe: Sequence[float | None], patients: Sequence[int],
    severe_chance: float | None,
) -> Array:
    """Chances of grade 1, 2, and 3 or more at which the published shares are met best.

    measured    for each arm the shares of patients with a worst measured grade of 1, 2, 3 or more
    any_grade, severe, patients   published shares and size of each arm
    severe_chance   chance of grade 3 or more that is expected where no arm has its severe share printed
    Misses count in standard errors of the published share.
    """
    printed = any(value is not None for value in severe)
    expected = evidence.value("symptoms.severe_report", "1") if printed or severe_chance is None else severe_chance
    usual = float(logit(np.clip(expected, 0.01, 0.99)))

    def miss(free: Array) -> float:
        chance = _chances(free)
        total = _PULL * (float(free[0] - free[1]) ** 2 + float(free[2] - usual) ** 2)
        for shares, every, high, n in zip(measured, any_grade, severe, patients, strict=True):
            told = shares * chance
            total += n * (told.sum() - every) ** 2 / max(every * (1.0 - every), 1.0 / n)
            if high is not None:
                total += n * (told[2] - high) ** 2 / max(high * (1.0 - high), 1.0 / n)
        return float(total)

    best = minimize(miss, np.array([0.0, 0.0, usual]), method="Nelder-Mead",
                    options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 4000})
    return _chances(np.asarray(best.x))
