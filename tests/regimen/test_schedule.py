"""The schedule and the dose: label values, infusion lengths, late doses, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import regimen
from tdm1.regimen import Schedule, dose_mg


def test_schedule_values_against_label():
    metastatic, early = Schedule.of_label("metastatic"), Schedule.of_label("early")
    assert metastatic.levels_mg_per_kg == (3.6, 3.0, 2.4)
    assert (metastatic.interval_day, metastatic.max_cycles, early.max_cycles) == (21, None, 14)
    np.testing.assert_allclose(metastatic.infusion_day([0, 1, 13]) * 24 * 60, [90, 30, 30])
    np.testing.assert_allclose(metastatic.infusion_day([1, 1], [True, False]) * 24 * 60, [30, 90])
    assert (regimen.observation_minute(first=True), regimen.observation_minute(first=False)) == (90, 30)


def test_a_late_dose_moves_the_following_ones_against_label():
    schedule = Schedule.of_label()
    # Held on day 21, given on day 28: the next one is due on day 49, three weeks after the late dose.
    np.testing.assert_allclose(schedule.next_due_day([21.0, 28.0], [False, True]), [28.0, 49.0])


def test_treatment_ends_after_the_planned_doses():
    assert Schedule.of_label("early").finished([13, 14, 15]).tolist() == [False, True, True]
    assert not Schedule.of_label("metastatic").finished([14, 500]).any()


@given(st.floats(30, 200), st.sampled_from([3.6, 3.0, 2.4]))
def test_dose_and_infusion_rate_against_arithmetic(weight, level):
    dose = dose_mg(weight, level)
    length = Schedule.of_label().infusion_day(0)
    assert dose == pytest.approx(weight * level)
    assert regimen.infusion_rate_mg_per_day(dose, length) * length == pytest.approx(dose)


@pytest.mark.parametrize("weight", [0.0, -70.0, np.nan, np.inf, 70_000.0])
def test_an_impossible_weight_is_refused_with_patient_and_mend(weight):
    with pytest.raises(regimen.RegimenError, match=r"patient 1: weight_kg is .*; give the body weight in kg"):
        dose_mg([70.0, weight], 3.6)


@pytest.mark.parametrize("level", [0.0, -3.6, np.nan])
def test_an_impossible_level_is_refused(level):
    with pytest.raises(regimen.RegimenError, match="give the dose level in mg/kg"):
        dose_mg(70.0, level)


@pytest.mark.parametrize(("change", "told"), [
    ({"interval_day": 0}, "interval_day is 0"),
    ({"interval_day": float("nan")}, "interval_day is nan"),
    ({"first_infusion_minute": -90}, "first_infusion_minute is -90"),
    ({"recheck_day": 0}, "recheck_day is 0"),
    ({"max_cycles": 0}, "max_cycles is 0"),
    ({"later_infusion_minute": 21 * 24 * 60}, "lasts until the next dose"),
    ({"levels_mg_per_kg": ()}, "levels_mg_per_kg"),
    ({"levels_mg_per_kg": (3.0, 3.6)}, "each lower than the one before"),
    ({"levels_mg_per_kg": (3.6, -3.0)}, "must be positive"),
])
def test_an_impossible_schedule_is_refused(change, told):
    with pytest.raises(regimen.RegimenError, match=told):
        replace(Schedule.of_label(), **change)


def test_an_unknown_setting_is_refused_with_the_nearest_name():
    with pytest.raises(regimen.RegimenError, match="did you mean 'metastatic'"):
        Schedule.of_label("metastasic")


@pytest.mark.parametrize(("dose", "length"), [(-1.0, 0.1), (np.nan, 0.1), (100.0, 0.0), (100.0, np.nan)])
def test_an_impossible_infusion_is_refused(dose, length):
    with pytest.raises(regimen.RegimenError):
        regimen.infusion_rate_mg_per_day(dose, length)
