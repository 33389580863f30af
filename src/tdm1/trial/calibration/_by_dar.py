"""Plasma by load in human: HER2 outside the tumour, release, proteolysis and DM1; and T-DXd's proteolysis.

HER2 outside the tumour is fitted to T-DXd's doses (`_her2_elsewhere`): T-DM1's own do not fix it (`valley`). Rates of
release are the monkey's (Bender 2014) times one factor, which gives the area under the conjugate of Lu 2014's typical
patient exactly; proteolysis is the least squares of the measured total antibody. See docs/drugs.md.
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
from tdm1.trial.calibration._her2_elsewhere import Targets, fit_targets
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.calibration._root import root
from tdm1.trial.mechanism_course import first_infusion, typical_course
from tdm1.trial.t_dxd_check import CAPACITY, CONSTANT, LONG, PROTEOLYSIS, t_dxd_proteolysis

Array = NDArray[np.float64]
Tell = Callable[[float, str], None]

_PROTEOLYSIS = "by_dar.proteolytic_clearance"
_RATES = {f"drug.t_dm1.release_rate_{n}": f"monkey.release_rate_{n}" for n in (1, 2, 3)}
_DM1 = "drug.t_dm1.payload_clearance"


@dataclass(frozen=True, slots=True)
class Valley:
    """One point of the profile over HER2 outside the tumour: what goes with it, and how well T-DM1's means fit.

    `squares` is the sum of squared log differences of conjugate (Girish 2012, six doses) and total antibody, over
    `points` means; `fold` the fold error of the conjugate by dose (mg/kg).
    """

    capacity: float
    constant: float
    release_factor: float
    proteolytic_clearance: float
    squares: float
    points: int
    fold: dict[float, float]
    fold_full_dose: float


def _changes(factor: float, proteolysis: float, capacity: float, constant: float) -> dict[str, float]:
    rates = {name: factor * evidence.value(monkey, "1/day") for name, monkey in _RATES.items()}
    return {**rates, _PROTEOLYSIS: proteolysis, CAPACITY: capacity, CONSTANT: constant}


def _dose() -> float:
    return evidence.value("label.us.dose_full", "mg/kg")


def exposure(drug: str, dose_mg: float) -> float:
    """Area under the conjugate (ug*day/mL) of the typical person after one dose."""
    course = typical_course(plasma_of(drug), dose_mg, np.array([LONG]), first_infusion())
    return float(course["conjugate_auc"][0])


def _factor(proteolysis: float, capacity: float, constant: float) -> float:
    """Factor on the monkey's rates that gives Lu 2014's area under the conjugate."""
    dose_mg = _dose() * evidence.value("plasma.covariate.weight_reference", "kg")
    wanted = dose_mg / evidence.value("plasma.clearance", "L/day")

    def miss(log_factor: float) -> float:
        with evidence.what_if(_changes(float(np.exp(log_factor)), proteolysis, capacity, constant)):
            return exposure("t_dm1", dose_mg) - wanted

    return float(np.exp(root(miss, np.log(0.01), np.log(50.0), 1e-6)))


def _antibody_miss(proteolysis: float, capacity: float, constant: float) -> Array:
    times, measured = check.means(check.ANTIBODY, _dose())
    with evidence.what_if(_changes(_factor(proteolysis, capacity, constant), proteolysis, capacity, constant)):
        return np.log(check.human(plasma_of("t_dm1"), _dose(), times)["total_antibody"] / measured)


def valley(capacity: float, constant: float) -> Valley:
    """The best fit to T-DM1's means at one capacity (mg/day) and constant (ug/mL) of HER2 outside the tumour."""
    best = cast("Any", minimize_scalar(
        lambda proteolysis: float(np.sum(_antibody_miss(float(proteolysis), capacity, constant) ** 2)),
        bounds=(1e-4, 0.4), method="bounded", options={"xatol": 1e-5},
    ))
    proteolysis = float(best.x)
    factor = _factor(proteolysis, capacity, constant)
    squares, points = float(best.fun), len(check.means(check.ANTIBODY, _dose())[0])
    model = plasma_of("t_dm1")
    with evidence.what_if(_changes(factor, proteolysis, capacity, constant)):
        for level in check.doses():
            times, measured = check.means(check.CONJUGATE, level, "Girish")
            squares += float(np.sum(np.log(check.human(model, level, times)["conjugate"] / measured) ** 2))
            points += len(times)
        times, measured = check.means(check.CONJUGATE, _dose())
        full = check.fold(check.human(model, _dose(), times)["conjugate"], measured)
        by_dose = check.conjugate_errors(model)
    return Valley(capacity, constant, factor, proteolysis, squares, points, by_dose, full)


def _payload_clearance(changes: Mapping[str, float]) -> float:
    """Apparent clearance of DM1 (L/day), least squares of logs on the means above the assay's background."""
    times, measured = check.payload_means()

    def miss(log_clearance: float) -> float:
        with evidence.what_if({**changes, _DM1: float(np.exp(log_clearance))}):
            payload = check.human(plasma_of("t_dm1"), _dose(), times)["payload"] * check.NG_PER_UG
        return float(np.sum(np.log(payload / measured) ** 2))

    best = cast("Any", minimize_scalar(miss, bounds=(np.log(50.0), np.log(2000.0)), method="bounded"))
    return float(np.exp(best.x))


def calibrate_by_dar(tell: Tell) -> Calibration:
    """Human plasma by load, to Lu 2014's and Yin 2021's exposures and the measured means; see the head of this file."""
    started = time.perf_counter()
    tell(0.1, "HER2 outside the tumour")
    targets = fit_targets()
    tell(0.5, "release and proteolysis of T-DM1")
    best = valley(targets.capacity, targets.constant)
    changes = _changes(best.release_factor, best.proteolytic_clearance, best.capacity, best.constant)
    tell(0.8, "clearance of DM1")
    changes[_DM1] = _payload_clearance(changes)
    tell(0.9, "proteolysis of T-DXd")
    with evidence.what_if(changes):
        changes[PROTEOLYSIS] = t_dxd_proteolysis(evidence.value("plasma.covariate.weight_reference", "kg"))
    fitted = [
        Fitted(name, evidence.fact(name).unit, evidence.fact(name).value, value) for name, value in changes.items()
    ]
    where = {name: f"tdm1 calibrate by_dar: {words}" for name, words in _where(best, targets).items()}
    text = facts_file(
        "calibrated_mechanism.yaml", "Plasma by load, calibrated to measured concentrations", fitted, where
    )
    return Calibration(fitted, time.perf_counter() - started, text)


def _where(best: Valley, targets: Targets) -> dict[str, str]:
    at = f"at {_dose():g} mg/kg (clinical_pk)"
    error, of_constant = (100.0 * value for value in targets.log_errors)
    doses = f"{targets.points} T-DXd means at six doses (t_dxd_pk), Yin 2021's AUC kept"
    return {
        **dict.fromkeys(
            _RATES, f"monkey's rate (Bender 2014) times {best.release_factor:.4g}, which gives Lu 2014's AUC"
        ),
        _PROTEOLYSIS: f"total antibody {at}, least squares of logs",
        CAPACITY: f"{doses}; standard error {error:.0f} %",
        CONSTANT: f"{doses}; standard error {of_constant:.0f} %",
        _DM1: f"DM1 {at} above the assay's background, least squares of logs",
        PROTEOLYSIS: "Yin 2021's AUC at the clinical dose and 70 kg, HER2 outside the tumour taken off",
    }
