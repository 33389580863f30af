"""Trastuzumab in a trial: loading, the switch after a stop, at most 14 cycles, and the heart rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from tdm1 import evidence, safety, trial
from tdm1.trial.antibody import OF_THE_ANTIBODY, Antibody
from tdm1.trial.arms import SimulatedArm
from tdm1.trial.chunk import Chunk, Drug
from tdm1.trial.clinic import Clinic
from tdm1.trial.outcome import look
from tdm1.trial.people import people
from tdm1.trial.visit import visit

KATHERINE = trial.load("katherine")
LABEL = safety.label.load("early", "US")


def _arm(name: str = "T-DM1") -> SimulatedArm:
    arm = KATHERINE.arms[name]
    assert arm.kind != "published"
    return arm


def _antibody(name: str, count: int = 4) -> Antibody:
    return Antibody.of(_arm(name), LABEL, count)


@pytest.mark.parametrize("name", ["T-DM1", "trastuzumab"])
def test_loading_after_a_long_pause_against_the_protocol(name: str) -> None:
    """8 mg/kg as the first dose of all and after more than six weeks without either drug, else 6 mg/kg."""
    weight, since = np.array([50.0, 60.0, 70.0, 80.0]), np.array([21.0, 42.0, 43.0, np.inf])
    expected = np.array([6.0, 6.0, 8.0, 8.0]) * weight
    np.testing.assert_allclose(_antibody(name).dose_mg(weight, since), expected)


def test_infusions_against_the_evidence() -> None:
    lengths = _antibody("trastuzumab").infusion_day(np.array([0, 1, 13])) * 24 * 60
    first, later = (evidence.value(f"trastuzumab.infusion_{which}", "min") for which in ("first", "later"))
    np.testing.assert_allclose(lengths, [first, later, later])


def test_trastuzumab_may_follow_what_is_not_its_own_against_the_rules() -> None:
    may = dict(zip([*LABEL.rule_ids, ""], _antibody("T-DM1").may_follow, strict=True))
    assert may[""], "no rule at all"
    for rule in LABEL.rules:
        assert may[rule.id] == rule.labs().isdisjoint(OF_THE_ANTIBODY), rule.id
    # Liver, platelets and other events: yes. Heart, lung and the infusion: no.
    assert all(may[rule] for rule in ("E2", "E5", "E7", "E8", "E9", "E11", "T4"))
    assert not any(may[rule] for rule in ("E12", "E16", "E17", "E19", "D10"))


@pytest.mark.parametrize(("given", "over"), [(13, False), (14, True), (15, True)])
def test_both_drugs_count_towards_the_planned_cycles(given: int, over: bool) -> None:
    assert _antibody("T-DM1").finished(np.full(4, given)).tolist() == [over] * 4


def test_without_trastuzumab_in_the_plan_there_is_none() -> None:
    emilia = trial.load("emilia").arms["T-DM1"]
    assert emilia.kind == "t_dm1"
    antibody = Antibody.of(emilia, safety.label.load("metastatic", "US"), 4)
    assert not antibody.planned
    assert not antibody.finished(np.full(4, 1000)).any()


def _run(name: str, days: int) -> Chunk:
    """64 patients of an arm without other events, for some days."""
    arm = _arm(name)
    calm = arm.other_events.model_copy(update=dict.fromkeys(("delay", "reduction", "stop", "withdrawal"), 0.0))
    chunk = Chunk(KATHERINE, arm.model_copy(update={"other_events": calm}), people(KATHERINE, 7, 0, 64), LABEL, 7)
    day, tick = 0, KATHERINE.tick_day(arm)
    while day <= days and chunk.on_study.any():
        rate, length = visit(chunk, day)
        chunk.advance(day, rate, length, tick)
        day += tick
        look(chunk, day, tick)
    return chunk


def _measured(
    monkeypatch: pytest.MonkeyPatch, day: int, *, lvef: float | None = None, alt: float | None = None
) -> None:
    """From `day` on the clinic finds this ejection fraction (%), or this ALT (times the upper limit), in everyone."""
    own_lvef, own_labs = Clinic.lvef, Clinic.labs

    def heart(self: Clinic, at: int, true_pct: np.ndarray) -> np.ndarray:
        return own_lvef(self, at, true_pct) if lvef is None or at < day else np.full_like(true_pct, lvef)

    def labs(self: Clinic, at: int, true: Any, seen: np.ndarray) -> dict[str, np.ndarray]:
        found = own_labs(self, at, true, seen)
        if alt is not None and at >= day:
            found["alt"] = np.where(seen, alt * evidence.value("laboratory.uln_alt", "U/L"), np.nan)
        return found

    monkeypatch.setattr(Clinic, "lvef", heart)
    monkeypatch.setattr(Clinic, "labs", labs)


def test_stop_for_the_liver_leads_to_trastuzumab(monkeypatch: pytest.MonkeyPatch) -> None:
    """ALT of 25 times normal at the third dose: T-DM1 ends, trastuzumab comes at the next date and loads nothing."""
    _measured(monkeypatch, 42, alt=25.0)
    chunk = _run("T-DM1", 70)
    stopped = (chunk.course.stop_reason == "E2") & (chunk.course.stop_day == 42.0)
    assert stopped.sum() > 50
    assert chunk.course.switched[stopped].all()
    assert (chunk.drug[stopped & chunk.on_study] == Drug.TRASTUZUMAB).all()
    assert (chunk.course.ledger.given[stopped] == 2).all(), "no T-DM1 on the day of the stop"
    doses = [(day, patient, mg) for day, who, mg in chunk.course.trastuzumab_doses
             for patient, mg in zip(who, mg, strict=True)]
    weight = chunk.people.covariates["weight_kg"]
    assert {patient for _, patient, _ in doses} >= set(np.flatnonzero(stopped & chunk.on_study))
    for day, patient, mg in doses:
        if stopped[patient] and day < 70:
            assert day == 49, "one check after the stop, four weeks after the last dose"
            assert mg == pytest.approx(evidence.value("trastuzumab.dose", "mg/kg") * weight[patient])


@pytest.mark.parametrize("name", ["T-DM1", "trastuzumab"])
def test_heart_that_does_not_recover_ends_the_antibody(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An ejection fraction of 30 % at the first test and at its repeat: held, then stopped; nothing follows."""
    tested = round(evidence.value("lvef.test_interval", "day"))
    _measured(monkeypatch, tested, lvef=30.0)
    chunk = _run(name, tested + 42)
    stopped = np.isin(chunk.course.stop_reason, ["E12", "E16"])
    assert stopped.sum() > 50
    assert not chunk.course.switched[stopped].any()
    assert (chunk.drug[stopped] == Drug.NONE).all()
    late = [day for day, who, _ in chunk.course.trastuzumab_doses if np.isin(who, np.flatnonzero(stopped)).any()]
    assert max(late, default=-1) < tested
    frame = chunk.course.ledger.doses_frame().filter(pl.col("patient").is_in(np.flatnonzero(stopped)))
    assert frame.is_empty() or frame["time_day"].max() < tested  # type: ignore[operator]


def test_liver_holds_no_trastuzumab(monkeypatch: pytest.MonkeyPatch) -> None:
    """The label's rows for liver and blood are of T-DM1; trastuzumab goes on."""
    _measured(monkeypatch, 21, alt=25.0)
    chunk = _run("trastuzumab", 63)
    assert not np.isin(chunk.course.stop_reason, ["E2", "E8"]).any()
    assert (chunk.antibody.given[chunk.on_study] >= 3).mean() > 0.9


def test_a_borderline_heart_is_held_until_it_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    """47 % and 10 points below baseline: held; recovered at the repeat: trastuzumab goes on three weeks after that."""
    tested = round(evidence.value("lvef.test_interval", "day"))
    own = Clinic.lvef

    def heart(self: Clinic, at: int, true_pct: np.ndarray) -> np.ndarray:
        if at < tested:
            return own(self, at, true_pct)
        return np.full_like(true_pct, 47.0 if at == tested else 60.0)

    monkeypatch.setattr(Clinic, "lvef", heart)
    chunk = _run("trastuzumab", tested + 28)
    fell = (chunk.people.covariates["lvef_pct"] >= 57.0) & chunk.on_study
    on_time = np.zeros(64, bool)
    for day, who, _ in chunk.course.trastuzumab_doses:
        if day == tested:
            on_time[who] = True
    assert fell.sum() > 20
    assert not on_time[fell].any(), "the dose on the day of the finding is held"
    days = {patient: [day for day, who, _ in chunk.course.trastuzumab_doses if patient in who]
            for patient in np.flatnonzero(fell)}
    late = [patient for patient, given in days.items() if given[-2] == tested - 21 or given[-1] > tested]
    assert len(late) == len(days), "everyone goes on"
    later = [[day for day in given if day > tested] for given in days.values()]
    again = [given[0] for given in later if given]
    assert len(again) == len(days)
    assert set(again) == {tested + 7}, "the first check after the hold"
    assert chunk.course.delayed[fell].all()


@pytest.fixture(scope="module")
def doses(katherine: trial.TrialResult) -> dict[str, pl.DataFrame]:
    found = {name: arm.doses for name, arm in katherine.arms.items()}
    assert all(frame is not None for frame in found.values())
    return found  # type: ignore[return-value]


def test_at_most_14_cycles_of_both_drugs(doses: dict[str, pl.DataFrame]) -> None:
    for name, frame in doses.items():
        count = frame.group_by("patient").len()["len"]
        assert count.max() == 14, name
    both = doses["T-DM1"].group_by("patient").agg(pl.col("drug").n_unique().alias("drugs"), pl.len())
    assert both.filter(pl.col("drugs") == 2)["len"].max() == 14, "with a switch too"
    assert set(doses["trastuzumab"]["drug"].unique()) == {"trastuzumab"}


def test_every_dose_of_trastuzumab_against_a_walk(doses: dict[str, pl.DataFrame]) -> None:
    """Level, length and number of each dose from the days of the doses before it alone."""
    seen = {6.0: 0, 8.0: 0}
    for frame in doses.values():
        for _, rows in frame.sort("patient", "time_day").group_by("patient", maintain_order=True):
            last, given = -np.inf, 0
            for place, row in enumerate(rows.iter_rows(named=True), 1):
                assert row["cycle"] == place
                assert row["dose_mg"] == pytest.approx(row["level_mg_per_kg"] * row["weight_kg"], rel=1e-12)
                if row["drug"] == "trastuzumab":
                    level = 8.0 if row["time_day"] - last > 42.0 else 6.0
                    assert row["level_mg_per_kg"] == pytest.approx(level, rel=1e-12)
                    assert row["infusion_day"] == pytest.approx((90.0 if given == 0 else 30.0) / 1440.0)
                    given += 1
                    seen[level] += 1
                else:
                    assert given == 0, "no T-DM1 after trastuzumab"
                assert row["time_day"] - last >= 21.0
                last = row["time_day"]
    assert seen[6.0] > 100
    assert seen[8.0] >= doses["trastuzumab"]["patient"].n_unique()


def test_who_switched_against_doses_and_stops(katherine: trial.TrialResult, doses: dict[str, pl.DataFrame]) -> None:
    subjects = katherine.arms["T-DM1"].subjects
    got = doses["T-DM1"].filter(pl.col("drug") == "trastuzumab")["patient"].unique()
    switched = subjects.filter("switched")
    assert switched.height > 20
    assert set(got) <= set(switched["patient"])
    assert len(got) > 0.8 * switched.height, "who is not over when it is due gets it"
    assert (switched["stop_reason"] != "").all()
    of_heart = [rule.id for rule in LABEL.rules if not rule.labs().isdisjoint(OF_THE_ANTIBODY)]
    assert not switched["stop_reason"].is_in(of_heart).any()
    others = subjects.filter((pl.col("stop_reason") != "") & ~pl.col("stop_reason").is_in(of_heart))
    # Who had had her 13 cycles, or relapsed in the same week, has nothing to switch to.
    assert others["switched"].mean() > 0.9  # type: ignore[operator]


def test_stops_and_withdrawals_of_both_arms(katherine: trial.TrialResult) -> None:
    for name, arm in katherine.arms.items():
        rows = arm.subjects
        assert (rows["stopped_for_ae"] == (rows["stop_reason"] != "")).all()
        assert (rows["completed"] == (rows["cycles"] == 14)).all()
        assert not (rows["completed"] & rows["stopped_for_ae"]).any(), name
        assert not rows.filter("withdrew")["completed"].any()
        assert rows["withdrew"].sum() > 5
        known = {"", "longest delay", *LABEL.rule_ids}
        assert set(rows["stop_reason"].unique()) <= known
        assert rows["relative_dose_intensity_pct"].median() == pytest.approx(100.0)
    mine = katherine.arms["T-DM1"].subjects
    assert not mine.filter("withdrew")["switched"].any()
    assert not {"switched", "reduced"} & set(katherine.arms["trastuzumab"].subjects.columns)
    assert katherine.arms["trastuzumab"].decisions is None


def test_a_late_dose_moves_the_next_by_as_much(katherine: trial.TrialResult, doses: dict[str, pl.DataFrame]) -> None:
    """The next dose is planned three weeks after the late one: gaps are 21 days, and a week more for every hold."""
    decisions = katherine.arms["T-DM1"].decisions
    assert decisions is not None
    held = decisions.filter(pl.col("action") == "hold").select("patient", pl.col("time_day").alias("held_day"))
    own = doses["T-DM1"].filter(pl.col("drug") == "T-DM1").sort("patient", "time_day")
    pairs = own.select("patient", "time_day", pl.col("time_day").shift(-1).over("patient").alias("next")).drop_nulls()
    counted = pairs.join(held, on="patient", how="left").with_columns(
        # Findings between doses hold nothing by themselves; the dose is held on its own day and after it.
        pl.col("held_day").is_between(pl.col("time_day") + 21.0, pl.col("next"), closed="left").fill_null(value=False)
    ).group_by("patient", "time_day", "next").agg(pl.col("held_day").sum().alias("holds"))
    gap = counted["next"] - counted["time_day"]
    assert (gap == 21.0 + 7.0 * counted["holds"]).all()
    assert counted["holds"].max() >= 2  # type: ignore[operator]
    after = counted.join(counted.select("patient", pl.col("next").alias("time_day"), pl.col("holds").alias("before")),
                         on=["patient", "time_day"]).filter((pl.col("before") > 0) & (pl.col("holds") == 0))
    assert after.height > 20, "some doses follow a late one without a delay of their own"
    assert (after["next"] - after["time_day"] == 21.0).all()
