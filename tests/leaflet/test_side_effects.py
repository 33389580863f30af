"""The leaflet's statements on side effects and what is done about them, one test each; docs/leaflet.md names them.

Each is tried on virtual patients of KATHERINE, whose arm on trastuzumab shows the background, on one typical patient's
equations, and on the label's decision.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from leaflet.typical import FINE, decide, lived

from tdm1 import safety, symptoms, trial

CYCLE_DAY = 21


@pytest.fixture(scope="module")
def early() -> dict[str, trial.ArmResult]:
    """512 virtual patients of KATHERINE in each arm, the same people in both."""
    return trial.run(trial.load("katherine"), patients=1024, seed=7).arms


def share(arm: trial.ArmResult, term: str, least: int = 1) -> float:
    return float((arm.subjects[f"ae_{term}"] >= least).mean())


def episodes(arm: trial.ArmResult, *terms: str) -> pl.DataFrame:
    assert arm.adverse_events is not None
    return arm.adverse_events.filter(pl.col("term").is_in(terms))


def multiples(**values: float) -> dict[str, np.ndarray]:
    """How often a symptom comes with these blood values, relative to normal ones."""
    normal = {"platelets": 250.0, "neutrophils": 4.0, "haemoglobin": 13.5, "lvef": 60.0}
    one = {name: np.array([value]) for name, value in (normal | values).items()}
    return symptoms.Drivers(
        conjugate_mean=np.array([20.0]), nerve_exposure=np.array([20.0]), infused=np.array([False]),
        infusion_number=np.array([1.0]), on_t_dm1=np.array([True]), at_risk=np.array([True]), **one,
    ).multiples()


def decides(**found: float) -> tuple[str, list[str]]:
    said = decide(**found)
    return said.action, [reason.id for reason in said.reasons if reason.decides]


def test_s10_fourteen_cycles_after_surgery(early: dict[str, trial.ArmResult]) -> None:
    """Against the label: at most 14 cycles, three weeks apart or more, T-DM1 and trastuzumab counted together."""
    for arm in early.values():
        assert arm.doses is not None
        per_patient = arm.doses.group_by("patient").agg(pl.len(), pl.col("time_day").sort().diff().min().alias("gap"))
        assert per_patient["len"].max() == 14
        assert per_patient["gap"].min() >= CYCLE_DAY  # type: ignore[operator]
    completed = early["T-DM1"].subjects.filter(pl.col("completed"))
    assert completed.height > 0.5 * early["T-DM1"].n
    assert completed["cycles"].to_list() == [14] * completed.height


def test_s11_neuropathy_accumulates_and_mostly_ends(early: dict[str, trial.ArmResult]) -> None:
    troughs = lived(cycles=8)["nerve_exposure"][CYCLE_DAY::CYCLE_DAY]
    assert (np.diff(troughs) > 0).all(), "the nerves' exposure rises from cycle to cycle"
    assert share(early["T-DM1"], "peripheral_neuropathy") > share(early["trastuzumab"], "peripheral_neuropathy")
    lasting = episodes(early["T-DM1"], "peripheral_neuropathy")["end_day"].is_infinite()
    assert 0.0 < lasting.mean() < 0.5, "in most people it ends, in some it does not"  # type: ignore[operator]
    assert decides(neuropathy_grade=3) == ("hold", ["M17"])


def test_s12_liver_values_rise_are_graded_and_change_the_dose() -> None:
    course = lived()
    for value in ("alt", "ast", "bilirubin"):
        assert course[value].max() > 1.1 * course[value][0]
        assert np.argmax(course[value]) > 0
    assert list(safety.grade("alt", [1.0, 2.6, 5.1, 20.1], version=3, uln=1.0)) == [0, 2, 3, 4]
    assert decides(alt_x_uln=5.1) == ("hold", ["M2"])
    # Hy's law: both together stop, neither alone does.
    assert decides(alt_x_uln=3.1, bilirubin_x_uln=2.1)[0] == "stop"
    assert decides(alt_x_uln=3.1)[0] == "give"
    assert decides(bilirubin_x_uln=2.1)[0] == "hold"
    assert decides(nodular_regenerative_hyperplasia=1)[0] == "stop"


def test_s13_bones_and_joints_hurt_more_often_than_on_the_antibody_alone(early: dict[str, trial.ArmResult]) -> None:
    terms = ("arthralgia", "myalgia", "musculoskeletal_pain")
    with_drug, without = (sum(share(early[arm], term) for term in terms) for arm in ("T-DM1", "trastuzumab"))
    assert with_drug > without > 0.0
    pains = episodes(early["T-DM1"], *terms)
    assert (pains["end_day"] > pains["start_day"]).all()


def test_s14_diarrhoea_or_constipation_come_and_go(early: dict[str, trial.ArmResult]) -> None:
    assert share(early["T-DM1"], "constipation") > share(early["trastuzumab"], "constipation") > 0.0
    assert share(early["T-DM1"], "diarrhea") > 0.0
    found = episodes(early["T-DM1"], "diarrhea", "constipation")
    assert found["end_day"].is_finite().all()
    assert set(found["grade"].to_list()) <= {1, 2, 3, 4}


def test_s15_platelets_fall_recover_and_bleeding_follows_them(early: dict[str, trial.ArmResult]) -> None:
    """Against the label: lowest about day 8, back by the next dose in most patients; bleeding with low counts."""
    course = lived(platelet_pool_depletion=0.0)["platelets"]
    assert abs(int(np.argmin(course)) - 8) <= 2
    assert course.min() < 0.9 * course[0]
    assert course[21] > 0.9 * course[0]
    assert multiples(platelets=50.0)["platelets"][0] > multiples(platelets=120.0)["platelets"][0] > 1.0
    assert multiples(platelets=200.0)["platelets"][0] == 1.0
    assert share(early["T-DM1"], "hemorrhage") > share(early["trastuzumab"], "hemorrhage") > 0.0


def test_s16_potassium_falls_and_is_graded(early: dict[str, trial.ArmResult]) -> None:
    course = lived(cycles=2)["potassium"]
    assert course.min() < course[0]
    assert list(safety.grade("potassium", [4.0, 3.4, 2.9, 2.4], version=4, lln=3.5)) == [0, 1, 3, 4]
    low = {name: float((arm.subjects["grade_potassium"] >= 1).mean()) for name, arm in early.items()}
    assert low["T-DM1"] > low["trastuzumab"]


def test_s17_haemoglobin_falls_and_tiredness_follows_it(early: dict[str, trial.ArmResult]) -> None:
    course = lived(cycles=6)["haemoglobin"]
    assert course[-1] < course[0]
    assert multiples(haemoglobin=8.0)["haemoglobin"][0] > 2.0 > multiples(haemoglobin=12.0)["haemoglobin"][0]
    assert share(early["T-DM1"], "fatigue") > share(early["trastuzumab"], "fatigue") > 0.0


def test_s18_nausea_comes_above_all_with_the_first_cycles(early: dict[str, trial.ArmResult]) -> None:
    assert share(early["T-DM1"], "nausea") > share(early["trastuzumab"], "nausea") > 0.0
    assert share(early["T-DM1"], "abdominal_pain") > 0.0
    starts = episodes(early["T-DM1"], "nausea")["start_day"]
    first, later = (starts < 3 * CYCLE_DAY).sum(), starts.is_between(3 * CYCLE_DAY, 6 * CYCLE_DAY).sum()
    assert first > later


def test_s19_the_heart_weakens_recovers_and_changes_the_dose() -> None:
    """Against de Vries Schultink's model of the antibody, and the label: under 40 % holds, and stops if it stays."""
    course = lived(cycles=6)["lvef"]
    assert course[-1] < course[0]
    label = safety.label.load("metastatic", "US")
    low = FINE | {"lvef": 39.0, "lvef_baseline": 60.0}
    first = label.decide(safety.Findings.of(21, **low), label.start(1), dose_due=True)
    again = label.decide(safety.Findings.of(42, **low), first.history, dose_due=True)
    assert [safety.explain(label, one).action for one in (first, again)] == ["hold", "stop"]


def test_s20_white_cells_fall_fever_follows_and_is_a_reason_to_call_at_once() -> None:
    course = lived()["neutrophils"]
    assert course.min() < course[0]
    assert multiples(neutrophils=0.5)["neutrophils"][0] > multiples(neutrophils=1.5)["neutrophils"][0] > 1.0
    for sign in ("pyrexia", "chills", "febrile_neutropenia"):
        said = symptoms.when_to_call(sign)
        assert (said.when, said.statements) == ("at once", ("S20",))


def test_s21_bleeding_is_a_reason_to_call_at_once() -> None:
    for sign in ("epistaxis", "other_bleeding"):
        said = symptoms.when_to_call(sign)
        assert (said.when, said.statements) == ("at once", ("S21",))
    # Severe bleeding becomes a larger share of the episodes as platelets fall, not only more frequent.
    assert multiples(platelets=20.0)["platelets"][0] > 5.0


def test_s22_the_drug_is_paused_stopped_or_switched(early: dict[str, trial.ArmResult]) -> None:
    """Against the label (platelets of 40: hold until 75 or more, same dose) and KATHERINE's plan after a stop."""
    label = safety.label.load("metastatic", "US")
    low = label.decide(safety.Findings.of(21, **(FINE | {"platelets": 40.0})), label.start(1), dose_due=True)
    still = label.decide(safety.Findings.of(28, **(FINE | {"platelets": 74.0})), low.history, dose_due=True)
    back = label.decide(safety.Findings.of(35, **(FINE | {"platelets": 75.0})), still.history, dose_due=True)
    said = [safety.explain(label, decided) for decided in (low, still, back)]
    assert [one.action for one in said] == ["hold", "hold", "give"]
    assert said[-1].dose_mg_per_kg == 3.6
    arm = early["T-DM1"]
    switched = arm.subjects.filter(pl.col("switched"))
    assert switched.height > 0
    assert switched["stopped_for_ae"].all()
    assert arm.doses is not None
    later = arm.doses.filter(pl.col("drug") == "trastuzumab")
    assert set(later["patient"]) <= set(switched["patient"])
