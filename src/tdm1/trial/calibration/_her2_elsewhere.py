"""HER2 outside the tumour, from T-DXd: six doses of a conjugate that hardly loses its payload in plasma.

T-DXd binds the same HER2 with the same antibody, so what its low doses say of uptake by HER2 outside the tumour holds
for T-DM1. Capacity and constant are the least squares of the logarithms of the first cycle's means (Doi 2017), with
proteolysis such that the area at the clinical dose stays that of Yin 2021.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from tdm1 import evidence
from tdm1.trial.t_dxd_check import CAPACITY, CONSTANT, log_differences

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Targets:
    """A fit of uptake by HER2 outside the tumour: capacity (mg/day), constant (ug/mL), and how sure it is.

    `log_errors` are standard errors of the logarithms of both and `correlation` theirs; `squares` is the sum of
    squared log differences over `points` means.
    """

    capacity: float
    constant: float
    log_errors: tuple[float, float]
    correlation: float
    squares: float
    points: int


def fit_targets() -> Targets:
    """Capacity and constant of uptake by HER2 outside the tumour, least squares on T-DXd's first cycle."""
    start = np.log([evidence.value(CAPACITY, "mg/day"), evidence.value(CONSTANT, "ug/mL")])

    def miss(logs: Array) -> Array:
        capacity, constant = np.exp(logs)
        return log_differences(float(capacity), float(constant))[0]

    found = cast("Any", least_squares(miss, start, xtol=1e-6, diff_step=1e-3))
    squares, points = float(np.sum(found.fun**2)), len(found.fun)
    covariance = np.linalg.inv(found.jac.T @ found.jac) * squares / (points - 2)
    errors = np.sqrt(np.diag(covariance))
    capacity, constant = np.exp(found.x)
    return Targets(
        float(capacity), float(constant), (float(errors[0]), float(errors[1])),
        float(covariance[0, 1] / errors[0] / errors[1]), squares, points,
    )
