"""Calibration: numbers solved from logged courses give the published shares again, with other random draws."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from symptoms.conditions import drivers

from tdm1.symptoms import Log, Numbers, ReportedNumbers, SymptomError, Symptoms, catalogue, logging, numbers, what_if
from tdm1.symptoms.fit import ArmName, check, solve, targets
from tdm1.symptoms.fit.checking import Checked
from tdm1.symptoms.fit.told import chances_for
from tdm1.symptoms.replay import exposure, replay, worst_measured

COUNT = 512
#: Measured shares of the worst grades 1, 2, 3 or more; the severe ones above what is reported.
MEASURED = {"t_dm1": (0.25, 0.22, 0.07), "trastuzumab": (0.12, 0.01, 0.008)}


def _course(arm: ArmName) -> Log:
    """A course of 14 cycles in which the drug is all that differs, logged as the trial's are."""
    treated = arm == "t_dm1"
    place = (np.arange(COUNT) * 197 % COUNT + 0.5) / COUNT
    first, second, severe = MEASURED[arm]
    grade = np.select([place < severe, place < severe + second, place < severe + second + first], [3, 2, 1], default=0)
    with logging() as logs:
        symptoms = Symptoms.start("early", 31, 0, COUNT)
        level = 22.6 * treated
        for cycle in range(15):
            last = cycle == 14
            symptoms.step(
                21.0,
                drivers(
                    COUNT, conjugate_mean=level, nerve_exposure=level, infused=not last, infusion_number=cycle + 1.0,
                    on_t_dm1=treated and not last, platelets=np.linspace(90.0, 250.0, COUNT),
                ),
            )
            if cycle == 5:
                analytes = {name for term in catalogue().reported for name in term.analytes}
                symptoms.report_labs(symptoms.day, {name: grade.astype(np.int8) for name in sorted(analytes)})
    (log,) = logs
    return log


@cache
def _logs() -> dict[ArmName, list[Log]]:
    return {"t_dm1": [_course("t_dm1")], "trastuzumab": [_course("trastuzumab")]}


@cache
def _solved() -> Numbers:
    return solve("early", _logs(), targets("early"), numbers("early"), numbers("metastatic"), "a test", replicates=4)


@cache
def _checked() -> list[Checked]:
    records = {
        arm: [replay(log, _solved(), 1000 + extra).record() for log in logs for extra in range(8)]
        for arm, logs in _logs().items()
    }
    return check("early", records)


def test_solved_shares_against_the_published_table() -> None:
    # Neuropathy climbs under T-DM1 alone, so the one severe case on trastuzumab is out of reach.
    known = {"peripheral_neuropathy", "peripheral_neuropathy_broad"}
    # All analytes of the course have the same grades, those of platelets; the others' reports cannot match theirs.
    others = {term.name for term in catalogue().reported} - {"thrombocytopenia"}
    rows = [one for one in _checked() if one.fitted and one.row.term not in others]
    out = [one for one in rows if not one.inside and not (one.row.arm == "trastuzumab" and one.row.term in known)]
    assert len(rows) > 100
    assert not out


def test_solved_shares_of_any_grade_against_the_printed_value() -> None:
    # Far closer than the interval: what is left is the noise of the draws, and rows the drug cannot lower.
    symptoms = {term.name for term in catalogue().symptoms} - {"diarrhea", "musculoskeletal_pain"}
    for one in _checked():
        if one.row.term in symptoms and one.column == "any":
            p = one.printed_pct / 100.0
            noise = 100.0 * 4.5 * np.sqrt(p * (1.0 - p) / one.patients)
            assert one.found_pct == pytest.approx(one.printed_pct, abs=noise), one


def test_solved_numbers_say_what_they_were_fitted_to() -> None:
    assert _solved().symptoms["nausea"].where.startswith("a test; T-DM1 of KATHERINE, any 42 %")
    assert "the rest of hemorrhage" in _solved().symptoms["other_bleeding"].where


def test_a_replay_with_the_same_numbers_and_seed_is_the_course_again() -> None:
    log = _logs()["t_dm1"][0]
    one, other = replay(log, numbers("early")), replay(log, numbers("early"), log.seed)
    np.testing.assert_array_equal(one.record().worst, other.record().worst)
    with logging() as logs:
        direct = Symptoms.start(log.setting, log.seed, log.first, log.count)
        for place, (days, moved) in enumerate(log.steps):
            for number, day, grades in log.visits:
                if number == place:
                    direct.report_labs(day, grades)
            direct.step(days, moved)
    np.testing.assert_array_equal(direct.record().worst, one.record().worst)
    assert direct.record().frame().equals(one.record().frame())
    assert len(logs) == 1 and len(logs[0].steps) == len(log.steps)


def test_nothing_is_logged_outside_the_block() -> None:
    with logging() as logs:
        pass
    Symptoms.start("early", 1, 0, 2).step(7.0, drivers(2))
    assert not logs


def test_a_log_keeps_its_own_copy() -> None:
    moved = drivers(3)
    with logging() as logs:
        Symptoms.start("early", 1, 0, 3).step(7.0, moved)
    moved.platelets[:] = 1.0
    assert float(logs[0].steps[0][1].platelets.min()) > 1.0


def test_exposure_against_the_hazard_that_was_gathered() -> None:
    log = _logs()["t_dm1"][0]
    background, drug = exposure(log)
    given = numbers("early")
    with what_if("early", given):
        run = replay(log, given)
    for column, term in enumerate(run.terms.symptoms):
        number = given.symptoms[term.name]
        hazard = run.state.frailty[:, column] * (
            number.background_per_day * background[:, column] + number.drug_per_day * drug[:, column]
        )
        np.testing.assert_array_equal(run.state.number[:, column] > 0, hazard >= run.state.threshold[:, column, 0])


def test_worst_measured_against_naive() -> None:
    log = Log("early", 1, 0, 3)
    log.labs(0.0, {"alt": np.array([1, -1, 0], np.int8), "ast": np.array([0, 2, -1], np.int8)})
    log.labs(21.0, {"alt": np.array([0, 1, -1], np.int8), "platelets": np.array([4, -1, 5], np.int8)})
    found = worst_measured(log)
    names = [term.name for term in catalogue().reported]
    assert found[:, names.index("transaminases_increased")].tolist() == [1, 2, 0]
    assert found[:, names.index("thrombocytopenia")].tolist() == [4, 0, 4]


@pytest.mark.parametrize("chance", [(0.1, 0.3, 0.9), (0.2, 0.2, 0.5)])
def test_chances_of_reports_against_the_shares_that_they_made(chance: tuple[float, float, float]) -> None:
    measured = [np.array([0.4, 0.2, 0.1]), np.array([0.1, 0.02, 0.01])]
    shares = [part * np.array(chance) for part in measured]
    found = chances_for(measured, [float(p.sum()) for p in shares], [float(p[2]) for p in shares], [50_000] * 2, None)
    assert np.all(np.diff(found) >= 0)
    for part, wanted in zip(measured, shares, strict=True):
        assert float((part * found).sum()) == pytest.approx(wanted.sum(), abs=2e-3)
        assert float(part[2] * found[2]) == pytest.approx(wanted[2], abs=2e-3)


def test_logs_of_another_setting_or_arm_are_refused() -> None:
    base = numbers("metastatic")
    with pytest.raises(SymptomError, match="logs of early disease"):
        solve("metastatic", _logs(), targets("metastatic"), base, numbers("early"), "a test")
    with pytest.raises(SymptomError, match="give 't_dm1'"):
        solve("early", {"trastuzumab": _logs()["trastuzumab"]}, targets("early"), base, base, "a test")


def test_reported_numbers_of_an_unprinted_term_come_from_the_other_setting() -> None:
    other = numbers("metastatic")
    marked = Numbers(other.symptoms, {**other.reported, "hypokalemia": ReportedNumbers(0.1, 0.2, 0.3)})
    without = {arm: {name: goal for name, goal in goals.items() if name != "hypokalemia"}
               for arm, goals in targets("early").items()}
    found = solve("early", _logs(), without, numbers("early"), marked, "a test", replicates=1).reported["hypokalemia"]
    assert (found.grade1, found.grade2, found.grade3plus) == (0.1, 0.2, 0.3)
    assert "taken from the other" in found.where
