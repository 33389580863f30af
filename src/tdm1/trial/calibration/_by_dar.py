"""Plasma by load in human: release, proteolysis, HER2 outside the tumour, DM1; and T-DXd's proteolysis.

Rates of release are the monkey's (Bender 2014) times one factor. For a capacity of HER2 outside the tumour, the
factor gives the area under the conjugate of Lu 2014's typical patient exactly, and proteolysis is the least squares
of the measured total antibody. The capacity is the least squares of every dose's conjugate, as far as the conjugate
at 3.6 mg/kg stays within its limit; the sum of squares hardly depends on it (`valley`), see docs/drugs.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from tdm1 import evidence
from tdm1.mechanism.models import plasma_of
from tdm1.trial import mechanism_check as check
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.calibration._root import root
from tdm1.trial.mechanism_course import typical_course

Array = NDArray[np.float64]
Tell = Callable[[float, str], None]

_CAPACITY, _PROTEOLYSIS = "by_dar.target_capacity", "by_dar.proteolytic_clearance"
_RATES = {f"drug.t_dm1.release_rate_{n}": f"monkey.release_rate_{n}" for n in (1, 2, 3)}
_DM1 = "drug.t_dm1.payload_clearance"
_T_DXD = "drug.t_dxd.proteolytic_clearance"
#: Fold error of the conjugate at 3.6 mg/kg that the capacity may cost: below the 1.4 that is asked for.
_LIMIT = 1.39
#: Days after which nothing is left of one dose.
_LONG = 120.0


@dataclass(frozen=True, slots=True)
class Valley:
    """One point of the profile over the capacity (mg/day): what goes with it, and how well it fits.

    `squares` is the sum of squared log differences of conjugate (Girish 2012, six doses) and total antibody, over
    `points` means; `fold` the fold error of the conjugate by dose (mg/kg).
    """

    capacity: float
    release_factor: float
    proteolytic_clearance: float
    squares: float
    points: int
    fold: dict[float, float]
    fold_full_dose: float


def _changes(factor: float, proteolysis: float, capacity: float) -> dict[str, float]:
    rates = {name: factor * evidence.value(monkey, "1/day") for name, monkey in _RATES.items()}
    return {**rates, _PROTEOLYSIS: proteolysis, _CAPACITY: capacity}


def _dose() -> float:
    return evidence.value("label.us.dose_full", "mg/kg")


def exposure(drug: str, dose_mg: float) -> float:
    """Area under the conjugate (ug*day/mL) of the typical person after one dose."""
    course = typical_course(plasma_of(drug), dose_mg, np.array([_LONG]), check.first_infusion())
    return float(course["conjugate_auc"][0])


def _factor(proteolysis: float, capacity: float) -> float:
    """Factor on the monkey's rates that gives Lu 2014's area under the conjugate."""
    dose_mg = _dose() * evidence.value("plasma.covariate.weight_reference", "kg")
    wanted = dose_mg / evidence.value("plasma.clearance", "L/day")

    def miss(log_factor: float) -> float:
        with evidence.what_if(_changes(float(np.exp(log_factor)), proteolysis, capacity)):
            return exposure("t_dm1", dose_mg) - wanted

    return float(np.exp(root(miss, np.log(0.01), np.log(50.0), 1e-6)))


def _antibody_miss(proteolysis: float, capacity: float) -> Array:
    times, measured = check.means(check.ANTIBODY, _dose())
    with evidence.what_if(_changes(_factor(proteolysis, capacity), proteolysis, capacity)):
        return np.log(check.human(plasma_of("t_dm1"), _dose(), times)["total_antibody"] / measured)


def valley(capacity: float) -> Valley:
    """The best fit at one capacity (mg/day) of HER2 outside the tumour."""
    best = cast("Any", minimize_scalar(
        lambda proteolysis: float(np.sum(_antibody_miss(float(proteolysis), capacity) ** 2)),
        bounds=(1e-4, 0.4), method="bounded", options={"xatol": 1e-5},
    ))
    proteolysis = float(best.x)
    factor = _factor(proteolysis, capacity)
    squares, points = float(best.fun), len(check.means(check.ANTIBODY, _dose())[0])
    model = plasma_of("t_dm1")
    with evidence.what_if(_changes(factor, proteolysis, capacity)):
        for level in check.doses():
            times, measured = check.means(check.CONJUGATE, level, "Girish")
            squares += float(np.sum(np.log(check.human(model, level, times)["conjugate"] / measured) ** 2))
            points += len(times)
        times, measured = check.means(check.CONJUGATE, _dose())
        full = check.fold(check.human(model, _dose(), times)["conjugate"], measured)
        by_dose = check.conjugate_errors(model)
    return Valley(capacity, factor, proteolysis, squares, points, by_dose, full)


def _capacity() -> Valley:
    """The best capacity among those that keep the conjugate at the full dose within the limit."""
    highest = evidence.value("quartino.target_capacity", "mg/day")
    if valley(highest).fold_full_dose > _LIMIT:
        highest = root(lambda capacity: valley(capacity).fold_full_dose - _LIMIT, 0.0, highest, 1e-2)
    best = cast("Any", minimize_scalar(
        lambda capacity: valley(float(capacity)).squares, bounds=(0.0, highest), method="bounded",
        options={"xatol": 1e-2},
    ))
    return valley(float(best.x))


def _payload_clearance(changes: Mapping[str, float]) -> float:
    """Apparent clearance of DM1 (L/day), least squares of logs on the means above the assay's background."""
    times, measured = check.payload_means()

    def miss(log_clearance: float) -> float:
        with evidence.what_if({**changes, _DM1: float(np.exp(log_clearance))}):
            payload = check.human(plasma_of("t_dm1"), _dose(), times)["payload"] * check.NG_PER_UG
        return float(np.sum(np.log(payload / measured) ** 2))

    best = cast("Any", minimize_scalar(miss, bounds=(np.log(50.0), np.log(2000.0)), method="bounded"))
    return float(np.exp(best.x))


def t_dxd_exposure() -> tuple[float, float]:
    """Yin 2021 at the reference weight of T-DM1: dose (mg) and area under the conjugate (ug*day/mL)."""
    weight = evidence.value("plasma.covariate.weight_reference", "kg")
    ratio = weight / evidence.value("drug.t_dxd.weight_reference", "kg")
    clearance = evidence.value("drug.t_dxd.conjugate_clearance", "L/day")
    clearance *= ratio ** evidence.value("drug.t_dxd.weight_on_clearance", "1")
    dose_mg = evidence.value("drug.t_dxd.dose", "mg/kg") * weight
    return dose_mg, dose_mg / clearance


def t_dxd_central_volume() -> float:
    """Yin 2021's central volume (L) at the reference weight of T-DM1."""
    weight = evidence.value("plasma.covariate.weight_reference", "kg")
    ratio = weight / evidence.value("drug.t_dxd.weight_reference", "kg")
    power = evidence.value("drug.t_dxd.weight_on_central_volume", "1")
    return evidence.value("drug.t_dxd.yin_central_volume", "L") * ratio**power


def t_dxd_loads() -> dict[int, float]:
    """Shares of T-DXd with 6 and with 8 payloads that give its mean load, when it has no other load."""
    eight = (evidence.value("drug.t_dxd.mean_load", "1") - 6.0) / 2.0
    return {6: 1.0 - eight, 8: eight}


def _t_dxd(capacity: float) -> float:
    """Proteolytic clearance of T-DXd that gives Yin 2021's area under the conjugate at the clinical dose."""
    dose_mg, wanted = t_dxd_exposure()

    def miss(proteolysis: float) -> float:
        with evidence.what_if({_T_DXD: proteolysis, _CAPACITY: capacity}):
            return exposure("t_dxd", dose_mg) - wanted

    return root(miss, 0.05, 0.6, 1e-6)


def calibrate_by_dar(tell: Tell) -> Calibration:
    """Human plasma by load, to Lu 2014's exposure and the measured means; see the head of this file."""
    started = time.perf_counter()
    tell(0.1, "HER2 outside the tumour, release and proteolysis")
    best = _capacity()
    changes = _changes(best.release_factor, best.proteolytic_clearance, best.capacity)
    tell(0.8, "clearance of DM1")
    changes[_DM1] = _payload_clearance(changes)
    tell(0.9, "T-DXd")
    changes[_T_DXD] = _t_dxd(best.capacity)
    fitted = [
        Fitted(name, evidence.fact(name).unit, evidence.fact(name).value, value) for name, value in changes.items()
    ]
    where = {name: f"tdm1 calibrate by_dar: {words}" for name, words in _where(best).items()}
    text = facts_file(
        "calibrated_mechanism.yaml", "Plasma by load, calibrated to measured concentrations", fitted, where
    )
    return Calibration(fitted, time.perf_counter() - started, text)


def _where(best: Valley) -> dict[str, str]:
    at = f"at {_dose():g} mg/kg (clinical_pk)"
    return {
        **dict.fromkeys(
            _RATES, f"monkey's rate (Bender 2014) times {best.release_factor:.4g}, which gives Lu 2014's AUC"
        ),
        _PROTEOLYSIS: f"total antibody {at}, least squares of logs",
        _CAPACITY: f"conjugate at six doses (clinical_pk), with a fold error of at most {_LIMIT:g} {at}",
        _DM1: f"DM1 {at} above the assay's background, least squares of logs",
        _T_DXD: "Yin 2021's AUC at the clinical dose, HER2 outside the tumour taken off",
    }
