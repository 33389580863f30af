"""What became of each patient after surgery against walks over the tables it comes from."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tdm1 import trial
from tdm1.symptoms import catalogue
from tdm1.trial.clinic import ANALYTES
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.result import ArmResult

ARMS = ("T-DM1", "trastuzumab")


@pytest.fixture(params=ARMS)
def arm(katherine: trial.TrialResult, request: pytest.FixtureRequest) -> ArmResult:
    return katherine.arms[request.param]


def test_worst_laboratory_grades_against_the_rows_after_the_first_dose(arm: ArmResult) -> None:
    assert arm.labs is not None
    after = arm.labs.filter(pl.col("time_day") > 0)
    for analyte in ANALYTES:
        worst = after.filter(pl.col("analyte") == analyte).group_by("patient").agg(pl.col("grade").max())
        rows = arm.subjects.join(worst, on="patient", how="left")
        assert (rows[f"grade_{analyte}"] == rows["grade"].fill_null(-1)).all(), analyte


def test_worst_grade_of_each_event_against_its_episodes(arm: ArmResult) -> None:
    assert arm.adverse_events is not None
    known = catalogue()
    groups = {group.name for group in known.groups}
    seen = 0
    for column in (column for column in arm.subjects.columns if column.startswith("ae_")):
        term = column.removeprefix("ae_")
        if term in groups:
            continue
        worst = arm.adverse_events.filter(pl.col("term") == term).group_by("patient").agg(pl.col("grade").max())
        rows = arm.subjects.join(worst, on="patient", how="left")
        assert (rows[column] == rows["grade"].fill_null(0)).all(), term
        seen += worst.height
    assert seen > 1000
    assert not set(arm.adverse_events["term"].unique()) & groups, "a group has no episodes of its own"


def test_groups_against_their_members(arm: ArmResult) -> None:
    for group in catalogue().groups:
        columns = [f"ae_{name}" for name in group.members if f"ae_{name}" in arm.subjects.columns]
        worst = arm.subjects.select(pl.max_horizontal(columns)).to_series().to_numpy()
        expected = np.where(worst >= group.least_grade, worst, 0)
        if group.serious:
            expected = np.where(arm.subjects["serious_ae"].to_numpy(), expected, 0)
        np.testing.assert_array_equal(arm.subjects[f"ae_{group.name}"].to_numpy(), expected, err_msg=group.name)


def test_serious_events_against_the_episodes(arm: ArmResult) -> None:
    assert arm.adverse_events is not None
    serious = arm.adverse_events.filter("serious")
    assert serious["grade"].min() >= 3  # type: ignore[operator]
    assert set(serious["patient"]) == set(arm.subjects.filter("serious_ae")["patient"])
    assert 0.0 < arm.subjects["serious_ae"].mean() < 0.5  # type: ignore[operator]


def test_episodes_come_in_order_while_someone_asks(arm: ArmResult) -> None:
    """An event starts on treatment or within 30 days of its end, and ends after it starts."""
    assert arm.adverse_events is not None and arm.doses is not None
    last = arm.doses.group_by("patient").agg(pl.col("time_day").max().alias("last"))
    events = arm.adverse_events.join(last, on="patient")
    assert (events["start_day"] >= 0.0).all()
    assert (events["end_day"] > events["start_day"]).all()
    assert events["grade"].is_between(1, 4).all()
    # Who is off treatment for another reason than a dose not given is asked until a month after the last one.
    late = events.filter(pl.col("start_day") > pl.col("last") + 21.0 + 42.0 + 30.0)
    assert late.height == 0


def test_recurrence_and_survival_against_each_other(arm: ArmResult) -> None:
    rows = arm.subjects
    assert ((rows["recurrence_site"] != "") == rows["idfs_event"]).all()
    assert set(rows["recurrence_site"].unique()) == {"", "cns", "distant", "local"}
    assert (rows["os_month"] >= rows["idfs_month"] - 1e-9).all(), "nobody dies without a recurrence before"
    assert rows.filter("os_event")["idfs_event"].all()
    free = rows.filter(~pl.col("idfs_event"))
    assert (free["idfs_month"] == free["follow_up_month"]).all()


def test_no_dose_after_a_recurrence(arm: ArmResult) -> None:
    assert arm.doses is not None
    last = arm.doses.group_by("patient").agg(pl.col("time_day").max().alias("last"))
    rows = arm.subjects.filter("idfs_event").join(last, on="patient")
    assert (rows["idfs_month"] * MONTH_DAY >= rows["last"]).all()
    early = rows.filter(pl.col("idfs_month") * MONTH_DAY < 13 * 21.0)
    assert early.height > 3
    assert not early["completed"].any()


def test_number_of_doses_and_intensity_against_the_doses(arm: ArmResult) -> None:
    """What was given over what the plan gives in that time; trastuzumab's plan starts with its loading dose."""
    assert arm.doses is not None
    first = 3.6 if arm.name == "T-DM1" else 8.0
    again = 3.6 if arm.name == "T-DM1" else 6.0
    own = arm.doses.filter(pl.col("drug") == arm.name)
    seen = 0
    for (patient,), doses in own.group_by("patient"):
        row = arm.subjects.row(int(patient), named=True)  # type: ignore[arg-type]
        last = float(doses["time_day"].max())  # type: ignore[arg-type]
        planned = row["weight_kg"] * (first + again * last / 21.0)
        assert row["cycles"] == doses.height
        assert row["relative_dose_intensity_pct"] == pytest.approx(100.0 * doses["dose_mg"].sum() / planned)
        assert row["treatment_month"] == pytest.approx((last + 21.0) / MONTH_DAY)
        seen += 1
    assert seen == arm.n
