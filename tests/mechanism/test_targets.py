"""HER2 outside the tumour: saturation, competition, and what it does to low doses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import lambertw

from tdm1 import evidence
from tdm1.mechanism.models import plasma_of
from tdm1.mechanism.targets import target_clearance
from tdm1.population.individual import typical
from tdm1.trial.mechanism_course import typical_course

POSITIVE = st.floats(1e-3, 1e4)


@given(antibody=st.floats(0.0, 1e4), capacity=POSITIVE, constant=POSITIVE)
def test_clearance_is_highest_without_antibody_and_halves_at_the_constant(
    antibody: float, capacity: float, constant: float
) -> None:
    assert target_clearance(0.0, capacity, constant) == pytest.approx(capacity / constant)
    assert target_clearance(constant, capacity, constant) == pytest.approx(0.5 * capacity / constant)
    assert target_clearance(antibody, capacity, constant) * antibody <= capacity


@given(naked=POSITIVE, loaded=POSITIVE, capacity=POSITIVE, constant=POSITIVE)
def test_loads_share_the_uptake_of_all_antibody(naked: float, loaded: float, capacity: float, constant: float) -> None:
    """uptake_i = capacity * C_i / (constant + sum of C): each load gets its share, and naked antibody competes."""
    clearance = target_clearance(naked + loaded, capacity, constant)
    every = naked + loaded
    assert clearance * naked + clearance * loaded == pytest.approx(capacity * every / (constant + every))
    assert clearance * loaded <= target_clearance(loaded, capacity, constant) * loaded * (1.0 + 1e-12)


def test_saturable_elimination_alone_against_lambert_w() -> None:
    """One compartment, no other loss: C + K ln C is a straight line in time, solved by Lambert's W."""
    model = plasma_of("trastuzumab")
    alone = {"by_dar.proteolytic_clearance": 0.0, "plasma.intercompartmental_clearance": 0.0}
    times, infusion = np.array([0.5, 2.0, 10.0, 40.0]), 1e-4
    with evidence.what_if(alone):
        value = typical(model)
        found = typical_course(model, 100.0, times, infusion, relative_tolerance=1e-11)["total_antibody"]
    start = 100.0 / value["central_volume"]
    constant, speed = value["target_constant"], value["target_capacity"] / value["central_volume"]
    # While the infusion runs, what is lost is of the order of the infusion's length.
    argument = start / constant * np.exp((start - speed * times) / constant)
    np.testing.assert_allclose(found, constant * lambertw(argument).real, rtol=1e-4)


def test_exposure_per_dose_rises_with_the_dose() -> None:
    """Clearance falls as HER2 outside the tumour fills: area per mg rises, and without targets it does not."""
    model, late = plasma_of("t_dm1"), np.array([120.0])
    doses = [21.0, 42.0, 84.0, 168.0, 252.0, 336.0]
    per_mg = np.array([typical_course(model, dose, late, 0.0625)["conjugate_auc"][0] / dose for dose in doses])
    assert (np.diff(per_mg) > 0).all()
    with evidence.what_if({"by_dar.target_capacity": 0.0}):
        flat = np.array([typical_course(model, dose, late, 0.0625)["conjugate_auc"][0] / dose for dose in doses])
    np.testing.assert_allclose(flat, flat[0], rtol=1e-6)


def test_trastuzumab_left_from_before_slows_the_conjugate() -> None:
    """It competes for HER2 outside the tumour."""
    model, late = plasma_of("t_dm1"), np.array([120.0])
    areas = [
        typical_course(model, 252.0, late, 0.0625, {"baseline_trastuzumab": before})["conjugate_auc"][0]
        for before in (0.0, 20.0, 100.0)
    ]
    assert areas[0] < areas[1] < areas[2]


def test_high_concentrations_are_cleared_as_by_proteolysis_alone() -> None:
    model = plasma_of("trastuzumab")
    course = typical_course(model, 1e6, np.array([1.0]), 0.0625)
    assert course["target_uptake"][0] == pytest.approx(
        evidence.value("by_dar.target_capacity", "mg/day") * 1e6 / typical(model)["molar_mass"], rel=1e-3
    )
