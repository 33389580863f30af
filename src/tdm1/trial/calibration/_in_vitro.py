"""The killing constants of a cell, to measured viability of SK-BR-3 cells; other lines are then predicted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from tdm1 import evidence
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.dish import Curve, assay, curves

_UNITS = {"kill_rate": "1/day", "kill_half_concentration": "nM", "kill_hill": "1"}
#: The line whose curves are fitted; one curve a drug.
_LINE = "SK-BR-3"


def _fit(curve: Curve) -> list[Fitted]:
    """Least squares of viability over the largest rate, the half concentration and the steepness (as logarithms)."""
    names = [f"cell.{curve.drug}.{name}" for name in _UNITS]
    start = [evidence.value(name, unit) for name, unit in zip(names, _UNITS.values(), strict=True)]

    def miss(logs: Any) -> Any:
        with evidence.what_if(dict(zip(names, np.exp(logs), strict=True))):
            return assay(curve.drug, curve.conc_ug_per_ml, curve.line)["viability"] - curve.viability

    # A steepness of at least 1: below it the first molecule in a cell would kill the fastest.
    low, high = np.log([0.02, 1e-3, 1.0]), np.log([5.0, 1e5, 8.0])
    first = np.clip(np.log(start), low + 1e-6, high - 1e-6)
    best = np.exp(least_squares(miss, first, bounds=(low, high), xtol=1e-10, ftol=1e-10).x)
    return [
        Fitted(name, unit, old, float(new))
        for name, unit, old, new in zip(names, _UNITS.values(), start, best, strict=True)
    ]


def calibrate_in_vitro(tell: Callable[[float, str], None]) -> Calibration:
    """Largest rate, half concentration and steepness of killing by DM1 and by DXd, to viability of SK-BR-3 cells.

    T-DM1 after Lewis Phillips 2008, T-DXd after Ogitani 2016, as digitised (table `in_vitro`). The floor that both
    curves reach is read as the largest killing of the assay's days.
    """
    started = time.perf_counter()
    fitted: list[Fitted] = []
    where: dict[str, str] = {}
    chosen = [curve for curve in curves() if curve.line == _LINE]
    for place, curve in enumerate(chosen):
        tell(0.1 + 0.8 * place / len(chosen), f"killing by {curve.drug}")
        found = _fit(curve)
        fitted += found
        where |= {
            item.fact: f"tdm1 calibrate in_vitro: {len(curve.viability)} points of {curve.study} on {curve.line}, "
            "least squares of viability" for item in found
        }
    subject = "Killing of HER2 cells, calibrated to viability in the dish"
    text = facts_file("calibrated_cell.yaml", subject, fitted, where)
    return Calibration(fitted, time.perf_counter() - started, text)
