"""T-DXd against its first trial and against Yin 2021's exposure, at the body weight that each holds for."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from tdm1 import evidence
from tdm1.mechanism.models import plasma_of
from tdm1.trial.mechanism_course import first_infusion, typical_course

Array = NDArray[np.float64]

CAPACITY, CONSTANT = "by_dar.target_capacity", "by_dar.target_constant"
PROTEOLYSIS = "drug.t_dxd.proteolytic_clearance"
#: Days after which nothing is left of one dose.
LONG = 120.0


def t_dxd_central_volume() -> float:
    """Yin 2021's central volume (L) at the reference weight of T-DM1."""
    weight = evidence.value("plasma.covariate.weight_reference", "kg")
    ratio = weight / evidence.value("drug.t_dxd.weight_reference", "kg")
    power = evidence.value("drug.t_dxd.weight_on_central_volume", "1")
    return evidence.value("drug.t_dxd.yin_central_volume", "L") * ratio**power


def t_dxd_exposure(weight_kg: float) -> tuple[float, float]:
    """Yin 2021 at a body weight: the clinical dose (mg) and its area under the conjugate (ug*day/mL)."""
    ratio = weight_kg / evidence.value("drug.t_dxd.weight_reference", "kg")
    power = evidence.value("drug.t_dxd.weight_on_clearance", "1")
    clearance = evidence.value("drug.t_dxd.conjugate_clearance", "L/day") * ratio**power
    dose_mg = evidence.value("drug.t_dxd.dose", "mg/kg") * weight_kg
    return dose_mg, dose_mg / clearance


def t_dxd_loads() -> dict[int, float]:
    """Shares of T-DXd with 6 and with 8 payloads that give its mean load, when it has no other load."""
    eight = (evidence.value("drug.t_dxd.mean_load", "1") - 6.0) / 2.0
    return {6: 1.0 - eight, 8: eight}


def t_dxd_proteolysis(weight_kg: float) -> float:
    """Proteolytic clearance of T-DXd (L/day) that gives Yin 2021's area at a body weight, targets as they stand."""
    dose_mg, wanted = t_dxd_exposure(weight_kg)

    def miss(proteolysis: float) -> float:
        with evidence.what_if({PROTEOLYSIS: proteolysis}):
            course = typical_course(plasma_of("t_dxd"), dose_mg, np.array([LONG]), first_infusion())
        return float(course["conjugate_auc"][0]) - wanted

    return float(cast("Any", brentq(miss, 1e-4, 0.9, xtol=1e-7)))


def _at_reference_weight() -> dict[str, float]:
    """Yin's own patient, in whom the means of the first trial are compared."""
    return {"drug.t_dxd.central_volume": evidence.value("drug.t_dxd.yin_central_volume", "L")}


def log_differences(capacity: float, constant: float) -> tuple[Array, Array]:
    """Log of model over measured of every mean of T-DXd's first cycle, and its dose (mg/kg), each of shape (M,)."""
    points = evidence.table("t_dxd_pk").filter(cycle=1)
    doses, times = points["dose_mg_per_kg"].to_numpy(), points["time_day"].to_numpy()
    weight = evidence.value("drug.t_dxd.weight_reference", "kg")
    predicted = np.empty(len(doses))
    targets = {**_at_reference_weight(), CAPACITY: capacity, CONSTANT: constant}
    # What is in the second place is worked out with what the first has put in force.
    with evidence.what_if(targets), evidence.what_if({PROTEOLYSIS: t_dxd_proteolysis(weight)}):
        for dose in np.unique(doses):
            own = doses == dose
            course = typical_course(plasma_of("t_dxd"), float(dose) * weight, times[own], first_infusion())
            predicted[own] = course["conjugate"]
    return np.log(predicted / points["conc"].to_numpy()), doses
