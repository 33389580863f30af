"""The control arm: a statistical model that must give back the published results it is made from."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tdm1 import trial
from tdm1.trial.clinic import ABNORMALITIES
from tdm1.trial.clock import MONTH_DAY, FollowUp
from tdm1.trial.control import run_control, weibull_time, worst_grades
from tdm1.trial.definition import LabGrades, PublishedArm, SurvivalCurve
from tdm1.trial.people import people
from tdm1.trial.result import ArmResult
from tdm1.trial.summary import summary

NAME = "lapatinib+capecitabine"
COUNT = 20_000


@pytest.fixture(scope="module")
def arm() -> PublishedArm:
    found = trial.load("emilia").arms[NAME]
    assert isinstance(found, PublishedArm)
    return found


@pytest.fixture(scope="module")
def control(arm: PublishedArm) -> ArmResult:
    """The arm with 20,000 patients who are all followed to the end."""
    few = people(trial.load("emilia"), 11, 0, 1000)
    covariates = {name: np.resize(column, COUNT) for name, column in few.covariates.items()}
    long = np.full(COUNT, 200.0 * MONTH_DAY)
    return run_control(NAME, arm.model_copy(update={"patients": COUNT}), covariates, FollowUp(long, long, 42.0), 11)


def test_medians_against_published(arm: PublishedArm, control: ArmResult) -> None:
    """Standard errors at 20,000 are about 1 %; overall survival is lifted a little, since death follows progression."""
    found = summary(control)
    assert arm.os is not None
    assert found["pfs_median_month"] == pytest.approx(arm.pfs.median, rel=0.03)
    assert found["os_median_month"] == pytest.approx(arm.os.median, rel=0.04)
    assert arm.pfs.median == 6.4
    assert arm.os.median == 25.1


def test_response_against_published(arm: PublishedArm, control: ArmResult) -> None:
    measurable = int(control.subjects["measurable"].sum())
    error = 100.0 * (0.308 * 0.692 / measurable) ** 0.5
    assert arm.orr == 30.8
    assert summary(control)["orr_pct"] == pytest.approx(30.8, abs=4.0 * error)


def test_grades_against_published(control: ArmResult) -> None:
    labs = summary(control)["labs"]
    cells = trial.load("emilia").arms[NAME].lab_grades()  # type: ignore[union-attr]
    assert set(cells) == set(ABNORMALITIES.values())
    for analyte, table in cells.items():
        for grade in ("any_pct", "g3_pct", "g4_pct"):
            printed = getattr(table, grade)
            # A printed "<1" is anything up to 1.
            if printed.startswith("<"):
                assert 0.0 < labs[analyte][grade] < float(printed[1:])  # type: ignore[index]
            else:
                assert labs[analyte][grade] == pytest.approx(float(printed), abs=1.5)  # type: ignore[index]


def test_adverse_events_against_published(arm: PublishedArm, control: ArmResult) -> None:
    """Every term of the label's table comes back: standard errors at 20,000 are below 0.36 points."""
    told = summary(control)["adverse_events"]
    terms = arm.event_grades()
    assert len(terms) > 20
    for term, table in terms.items():
        for grade in ("any_pct", "g3plus_pct"):
            printed = getattr(table, grade)
            if term == "serious_ae" and grade == "g3plus_pct":
                assert grade not in told[term], "a serious event has no grade"  # type: ignore[index]
                continue
            share = told[term][grade]  # type: ignore[index]
            if printed.startswith("<"):
                assert 0.0 < share < float(printed[1:]), term
            else:
                assert share == pytest.approx(float(printed), abs=1.5), (term, grade)


def test_order_of_events(control: ArmResult) -> None:
    rows = control.subjects
    assert (rows["os_month"] >= rows["pfs_month"] - 1e-9).all(), "no one dies before she progresses"
    responders = rows.filter(pl.col("best_response") == "PR")
    others = rows.filter(pl.col("best_response") != "PR")
    assert responders["pfs_month"].median() > others["pfs_month"].median()  # type: ignore[operator]


@pytest.mark.parametrize("shape", [0.8, 1.0, 1.7])
def test_weibull_against_its_survival_function(shape: float) -> None:
    curve = SurvivalCurve(median="6 month", shape=f"{shape} 1")  # type: ignore[arg-type]
    assert weibull_time(curve, np.array([0.5]))[0] == pytest.approx(6.0)
    time = weibull_time(curve, np.array([0.9, 0.1]))
    np.testing.assert_allclose(0.5 ** ((time / 6.0) ** shape), [0.9, 0.1])


def test_worst_grades_against_hand_count() -> None:
    table = LabGrades(any_pct="50", g3_pct="10", g4_pct="<1")
    uniform = np.array([0.001, 0.0049, 0.0051, 0.104, 0.106, 0.49, 0.51, 0.99])
    assert worst_grades(table, uniform).tolist() == [4, 4, 3, 3, 1, 1, 0, 0]


def test_a_patient_does_not_depend_on_the_number(arm: PublishedArm) -> None:
    who = people(trial.load("emilia"), 11, 0, 64)
    few, many = (
        run_control(NAME, arm.model_copy(update={"patients": count}), who.covariates, who.follow_up, 11).subjects
        for count in (20, 64)
    )
    assert few.equals(many.head(20))
