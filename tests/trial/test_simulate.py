"""A regimen without a trial around it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from tdm1 import evidence, population, trial
from tdm1.mechanism import t_dm1
from tdm1.population import streams
from tdm1.population.individual import EFFECTS, individuals

FIRST, LATER = 90.0 / 1440.0, 30.0 / 1440.0


def _closed_form(who: dict[str, float], dose_mg: float, start: float, length: float, time: np.ndarray) -> np.ndarray:
    """Two compartments after one infusion that starts at `start`."""
    out, there = who["clearance"] / who["central_volume"], who["intercompartmental_clearance"] / who["central_volume"]
    back = who["intercompartmental_clearance"] / who["peripheral_volume"]
    total = out + there + back
    root = np.sqrt(total * total - 4.0 * out * back)
    fast, slow = (total + root) / 2.0, (total - root) / 2.0
    since = np.maximum(time - start, 0.0)
    inside = np.minimum(since, length)
    found = np.zeros_like(since)
    for own, other in ((fast, slow), (slow, fast)):
        weight = dose_mg / length / who["central_volume"] * (back - own) / (other - own) / own
        found += weight * (1.0 - np.exp(-own * inside)) * np.exp(-own * (since - inside))
    return found


def test_one_patient_against_closed_form() -> None:
    """The band of one person is she herself; three cycles are the sum of three infusions."""
    times = np.array([0.03, FIRST, 1.0, 7.0, 14.0, 14.01, 15.0, 27.9, 28.0, 30.0, 42.0])
    found = trial.simulate(dose_mg_per_kg=3.0, every_days=14, cycles=3, weight_kg=80.0, patients=1, seed=4,
                           times_day=times.tolist())
    covariates = {**population.sample(population.load("emilia"), 4, 0, 8), "weight_kg": np.full(8, 80.0)}
    people = individuals(t_dm1(), covariates, streams.normal(4, "variability", 0, 8, len(EFFECTS)))
    who = {name: float(people.column(name)[0]) for name in t_dm1().parameters}
    expected = sum(
        _closed_form(who, 240.0, start, length, times) for start, length in ((0.0, FIRST), (14.0, LATER), (28.0, LATER))
    )
    for band in (found.p05, found.median, found.p95):
        np.testing.assert_allclose(band["conjugate"], expected, rtol=2e-4)
    assert found.failed_solves == 0


def test_bands_against_each_other() -> None:
    names = list(trial.observables())
    found = trial.simulate(cycles=2, patients=60, observe=names)
    assert set(found.unit) == set(found.median) == set(names)
    assert len(found.time_day) > 40
    assert found.time_day[0] == 0.0
    assert found.time_day[-1] == 42.0
    for name in names:
        low, middle, high = (np.array(band[name]) for band in (found.p05, found.median, found.p95))
        assert len(low) == len(found.time_day)
        assert (low <= middle).all() and (middle <= high).all(), name
        assert high.max() > low.min(), name


def test_double_dose_against_double_concentration() -> None:
    times = [1.0, 10.0]
    one, two = (trial.simulate(dose_mg_per_kg=dose, patients=16, cycles=1, times_day=times) for dose in (1.8, 3.6))
    np.testing.assert_allclose(np.array(two.median["conjugate"]), 2.0 * np.array(one.median["conjugate"]), rtol=1e-4)


def test_same_seed_against_first_run() -> None:
    one, again, other = (trial.simulate(patients=9, cycles=1, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_setting_of_a_fact_against_another_evidence() -> None:
    """As if the file said so, and in one unit or another."""
    asked = {"patients": 16, "cycles": 1, "observe": ["dm1"], "times_day": [7.0, 14.0]}
    value = evidence.value("dm1.clearance", "L/day")
    halved = trial.simulate(**asked, settings={"dm1.clearance": f"{value / 2} L/day"})
    same = trial.simulate(**asked, settings={"dm1.clearance": f"{value / 2 * 1000 / 24} mL/h"})
    with evidence.what_if({"dm1.clearance": value / 2}):
        assert trial.simulate(**asked) == halved
    assert trial.simulate(**asked) != halved
    np.testing.assert_allclose(same.median["dm1"], halved.median["dm1"], rtol=1e-9)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"dose_mg_per_kg": 0.0}, "dose_mg_per_kg is 0"), ({"dose_mg_per_kg": -1.0}, "must be above 0"),
    ({"dose_mg_per_kg": float("nan")}, "dose_mg_per_kg is nan"), ({"weight_kg": 0.0}, "weight_kg is 0"),
    ({"every_days": 0.0}, "every_days is 0"), ({"every_days": 0.05}, "longer than the infusion"),
    ({"cycles": 0}, "cycles is 0"), ({"patients": 0}, "patients is 0"),
    ({"observe": ["conjugat"]}, "did you mean 'conjugate'"), ({"times_day": [3.0, 1.0]}, "ascending"),
    ({"times_day": []}, "times_day"), ({"times_day": [-1.0]}, "0 or more"),
    ({"times_day": [float("inf")]}, "times_day"),
    ({"settings": {"tumour.tubulinn": "1 nM"}}, "did you mean 'tumour.tubulin'"),
    ({"settings": {"tumour.tubulin": "1 day"}}, "tumour.tubulin: cannot convert day to nM"),
    ({"settings": {"tumour.tubulin": "-1 nM"}}, "at least 0"),
    ({"settings": {"recist.progression_increase": "1 1"}}, "has no parameter"),
])
def test_numbers_that_cannot_be_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(trial.InputError, match=re.escape(words)):
        trial.simulate(**wrong)


def test_t_dm1_without_load_against_trastuzumab() -> None:
    """Whoever is treated: antibody that carries nothing is trastuzumab, and kills nothing by payload."""
    asked: dict[str, Any] = {
        "dose_mg_per_kg": 6.0, "patients": 8, "cycles": 2, "times_day": [0.5, 20.0, 30.0],
        "observe": ["total_antibody", "living_volume", "payload"],
    }
    bare = {f"drug.t_dm1.dar_share_{load}": f"{float(load == 0)} 1" for load in range(9)}
    unloaded = trial.simulate(**asked, drug="t_dm1", settings=bare)
    trastuzumab = trial.simulate(**asked, drug="trastuzumab")
    for name in asked["observe"]:
        np.testing.assert_allclose(unloaded.median[name], trastuzumab.median[name], rtol=1e-12)
    assert not any(unloaded.median["payload"])


def test_drug_of_a_simulation_is_checked() -> None:
    with pytest.raises(trial.InputError, match="did you mean 't_dm1'"):
        trial.simulate(drug="t_dm", patients=8)
    with pytest.raises(trial.InputError, match="needs its own"):
        trial.simulate(drug="t_dxd", patients=8)
    with pytest.raises(trial.InputError, match="did you mean 'mean_dar'"):
        trial.simulate(drug="t_dm1", patients=8, observe=["mean_da"])
