"""A whole course: the ledger, the decisions, the books of drug, failed solves, and a user's own trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from trial.files import OWN, changed

from tdm1 import safety, trial
from tdm1.engine import Status
from tdm1.symptoms import catalogue
from tdm1.trial import arm as arm_module
from tdm1.trial.chunk import Chunk
from tdm1.trial.clinic import ANALYTES
from tdm1.trial.definition import TDM1Arm
from tdm1.trial.outcome import look
from tdm1.trial.people import CHUNK, People, people
from tdm1.trial.visit import visit

LEVELS = (3.6, 3.0, 2.4)


@pytest.fixture(scope="module")
def tables(emilia: trial.TrialResult) -> dict[str, pl.DataFrame]:
    arm = emilia.arms["T-DM1"]
    found = {name: getattr(arm, name) for name in (
        "subjects", "labs", "doses", "decisions", "tumour", "exposure", "adverse_events",
    )}
    assert all(frame.height > 0 for frame in found.values())
    return found


def test_milligrams_against_level_and_weight(tables: dict[str, pl.DataFrame]) -> None:
    doses = tables["doses"]
    np.testing.assert_allclose(doses["dose_mg"], doses["level_mg_per_kg"] * doses["weight_kg"], rtol=1e-12)
    assert set(doses["level_mg_per_kg"].unique()) <= set(LEVELS)
    weights = doses.join(tables["subjects"].select("patient", pl.col("weight_kg").alias("own")), on="patient")
    assert (weights["weight_kg"] == weights["own"]).all()


def test_level_never_goes_up(tables: dict[str, pl.DataFrame]) -> None:
    doses = tables["doses"].sort("patient", "time_day")
    steps = doses.with_columns(pl.col("level_mg_per_kg").diff().over("patient").alias("step"))["step"].drop_nulls()
    assert steps.max() <= 0.0  # type: ignore[operator]
    assert steps.min() < 0.0, "some doses were reduced"  # type: ignore[operator]


def test_doses_are_numbered_and_at_least_a_cycle_apart(tables: dict[str, pl.DataFrame]) -> None:
    doses = tables["doses"].sort("patient", "time_day")
    gaps = doses.with_columns(pl.col("time_day").diff().over("patient").alias("gap"))
    assert gaps["gap"].drop_nulls().min() == 21.0
    numbers = doses.with_columns(pl.int_range(1, pl.len() + 1).over("patient").alias("number"))
    assert (numbers["cycle"].cast(pl.Int64) == numbers["number"]).all()
    assert (doses.group_by("patient").agg(pl.col("time_day").min())["time_day"] == 0.0).sum() > 290


def test_length_of_infusions_against_reactions_to_the_one_before(tables: dict[str, pl.DataFrame]) -> None:
    """90 minutes the first time and after a reaction to the last infusion, else 30."""
    to_infusion = [term.name for term in catalogue().symptoms if term.driver == "infusion"]
    assert "infusion_related_reaction" in to_infusion
    reactions = tables["adverse_events"].filter(pl.col("term").is_in(to_infusion))
    days: dict[int, list[float]] = {}
    for patient, day in reactions.select("patient", "start_day").iter_rows():
        days.setdefault(patient, []).append(day)
    again = 0
    for (patient,), doses in tables["doses"].sort("time_day").group_by(["patient"], maintain_order=True):
        before = None
        for day, length in doses.select("time_day", "infusion_day").iter_rows():
            reacted = before is not None and any(before <= one < day for one in days.get(int(patient), []))  # type: ignore[call-overload]
            again += reacted
            expected = 90.0 if before is None or reacted else 30.0
            assert length * 1440.0 == pytest.approx(expected), (patient, day)
            before = day
    assert again > 3


def test_no_dose_after_progression_stop_death_or_data_cut(tables: dict[str, pl.DataFrame]) -> None:
    month = 365.25 / 12.0
    last = tables["doses"].group_by("patient").agg(pl.col("time_day").max().alias("last"))
    rows = tables["subjects"].join(last, on="patient")
    ended = rows.filter("pfs_event")
    assert ended.height > 100
    assert (ended["last"] < ended["pfs_month"] * month).all()
    assert (rows["last"] <= rows["follow_up_month"] * month).all()
    assert (rows["last"] <= rows["os_month"] * month + 1e-9).all()
    stops = tables["decisions"].filter(pl.col("action") == "stop").group_by("patient").agg(pl.col("time_day").min())
    stopped = last.join(stops, on="patient")
    assert stopped.height > 5
    assert (stopped["last"] < stopped["time_day"]).all()


def test_everything_but_give_has_a_rule(tables: dict[str, pl.DataFrame]) -> None:
    decisions = tables["decisions"]
    assert set(decisions["action"].unique()) <= {"give", "hold", "reduce", "stop"}
    asked = decisions.filter(pl.col("action") != "give")
    assert asked.height > 50
    assert (asked["rule"] != "").all()
    assert (asked["finding"] != "").all()


def test_flags_of_a_patient_against_her_ledger(tables: dict[str, pl.DataFrame]) -> None:
    """What the summary counts is what the ledger shows, reduced in both and delayed in both."""
    subjects = tables["subjects"]
    lowest = tables["doses"].group_by("patient").agg(
        pl.col("level_mg_per_kg").min().alias("lowest"), pl.len().alias("given"),
        pl.col("time_day").max().alias("last"),
    )
    rows = subjects.join(lowest, on="patient")
    assert (rows["cycles"] == rows["given"]).all()
    assert rows.filter(pl.col("lowest") < 3.6)["reduced"].all()
    late = rows.filter(pl.col("last") > 21.0 * (pl.col("given") - 1))
    assert late.height > 10
    assert late["delayed"].all(), "a dose later than planned is a delay"
    assert (rows["stopped_for_ae"] == (rows["stop_reason"] != "")).all()
    intensity = rows["relative_dose_intensity_pct"]
    untouched = rows.filter(~pl.col("reduced") & ~pl.col("delayed"))["relative_dose_intensity_pct"]
    np.testing.assert_allclose(untouched, 100.0, rtol=1e-9)
    assert 30.0 < intensity.min() <= intensity.max() <= 100.0 + 1e-9  # type: ignore[operator]


def test_progression_against_the_scans(tables: dict[str, pl.DataFrame]) -> None:
    """A naive walk over each patient's scans finds progression where the summary has it, or death came first."""
    month = 365.25 / 12.0
    grown = 0
    for patient, scans in tables["tumour"].sort("time_day").group_by("patient", maintain_order=True):
        sums, days = scans["sum_of_diameters_mm"].to_list(), scans["time_day"].to_list()
        found, nadir = None, sums[0]
        for day, total in zip(days[1:], sums[1:], strict=True):
            if total >= 1.2 * nadir and total >= nadir + 5.0:
                found = day
                break
            nadir = min(nadir, total)
        row = tables["subjects"].row(int(patient[0]), named=True)  # type: ignore[arg-type]
        if found is not None:
            grown += 1
            assert found == days[-1], "no scan after progression"
            assert row["pfs_event"]
            assert row["pfs_month"] * month <= found + 1e-9
        elif row["pfs_event"]:
            assert row["pfs_month"] == pytest.approx(row["os_month"]), "the event was death"
    assert grown > 50


def test_worst_grades_against_the_labs(tables: dict[str, pl.DataFrame]) -> None:
    after = tables["labs"].filter(pl.col("time_day") > 0)
    assert set(after["analyte"].unique()) == set(ANALYTES)
    for analyte in ANALYTES:
        worst = after.filter(pl.col("analyte") == analyte).group_by("patient").agg(pl.col("grade").max())
        rows = tables["subjects"].join(worst, on="patient", how="left")
        assert (rows[f"grade_{analyte}"] == rows["grade"].fill_null(-1)).all(), analyte
        assert rows["grade"].max() >= 1  # type: ignore[operator]


def test_exposure_of_a_cycle_against_dose_over_clearance(tables: dict[str, pl.DataFrame]) -> None:
    """At full dose, the area of a later cycle is dose over the patient's own clearance."""
    who = people(trial.load("emilia"), 7, 0, 304)
    rows = tables["exposure"].filter(pl.col("cycle") == 3).join(
        tables["doses"].filter(pl.col("cycle") <= 4).group_by("patient").agg(
            pl.col("level_mg_per_kg").min(), pl.col("time_day").max().alias("fourth"), pl.col("dose_mg").last()
        ), on="patient",
    ).filter((pl.col("level_mg_per_kg") == 3.6) & (pl.col("fourth") == 63.0))
    assert rows.height > 50
    clearance = who.individuals.column("clearance")[rows["patient"].to_numpy()]
    np.testing.assert_allclose(rows["auc_ug_day_per_ml"], rows["dose_mg"].to_numpy() / clearance, rtol=0.02)
    assert (rows["cmax_ug_per_ml"] > rows["trough_ug_per_ml"]).all()


class _Tight:
    """A kernel that integrates with a tight tolerance."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel

    def advance(self, *arguments: Any) -> Any:
        return self._kernel.advance(*arguments, relative_tolerance=1e-10)

    def observe(self, *arguments: Any) -> Any:
        return self._kernel.observe(*arguments)


def test_ledger_against_drug_in_the_body_and_out() -> None:
    """Every milligram of the ledger is in the body or eliminated, at the end of the course of everyone."""
    definition = trial.load("emilia")
    arm = definition.arms["T-DM1"]
    assert isinstance(arm, TDM1Arm)
    who = people(definition, 7, 0, 64)
    chunk = Chunk(definition, arm, who, safety.label.load("metastatic", "US"), 7)
    outputs = chunk.kernel
    chunk.kernel = _Tight(chunk.kernel)  # type: ignore[assignment]
    day, tick = 0, definition.tick_day(arm)
    while chunk.on_study.any():
        rate, length = visit(chunk, day)
        chunk.advance(day, rate, length, tick)
        day += tick
        look(chunk, day, tick)
    assert not chunk.course.status.any()
    model, individuals = who.individuals.model, who.individuals
    values = dict(zip(model.states, chunk.states.T, strict=True))
    inputs = np.zeros((64, len(model.inputs)))
    values.update(zip(model.outputs, outputs.observe(chunk.states, individuals.values, inputs).T, strict=True))
    per_mg = 1e6 / individuals.column("molar_mass")
    volume = individuals.column("central_volume") + individuals.column("peripheral_volume")
    given = (chunk.course.ledger.total_mg() + individuals.column("baseline_trastuzumab") * volume) * per_mg
    found = sum(values[name] for name in (
        "conjugate_central", "conjugate_peripheral", "naked_central", "naked_peripheral", "tumour_conjugate",
        "antibody_eliminated",
    ))
    assert chunk.course.ledger.given.max() > 10
    np.testing.assert_allclose(found, given, rtol=1e-9)


def _broken(monkeypatch: pytest.MonkeyPatch, patients: list[int]) -> None:
    """Gives some patients of the first chunk a clearance that is no number."""

    def worse(definition: trial.TrialFile, seed: int, first: int, count: int) -> People:
        found = people(definition, seed, first, count)
        for patient in patients:
            found.individuals.values[patient, found.individuals.model.parameters.index("clearance")] = np.nan
        return found

    monkeypatch.setattr(arm_module, "people", worse)


def test_failed_solve_is_counted_and_left_out(emilia: trial.TrialResult, monkeypatch: pytest.MonkeyPatch) -> None:
    _broken(monkeypatch, [3, 11, CHUNK - 1])
    found = trial.run(trial.load("emilia"), patients=600, seed=7)
    assert found.failed_solves == 2, "the last of the chunk was not asked for"
    arm, whole = found.arms["T-DM1"], emilia.arms["T-DM1"]
    assert arm.subjects.filter(pl.col("solve_status") != 0)["patient"].to_list() == [3, 11]
    assert set(arm.subjects["solve_status"]) == {0, int(Status.NOT_FINITE)}
    # Shares are of the 298 others. They are the same people; their blocks of eight are filled otherwise, so that
    # their digits change within the tolerance, and hardly an outcome does.
    reduced = whole.subjects.filter(~pl.col("patient").is_in([3, 11]))["reduced"]
    assert found.summary["T-DM1"]["dose_reduced_pct"] == pytest.approx(100.0 * reduced.mean(), abs=1.0)  # type: ignore[operator]
    assert whole.subjects["weight_kg"].equals(arm.subjects["weight_kg"])
    others = ~pl.col("patient").is_in([3, 11])
    before, after = (frame.filter(others)["best_response"] for frame in (whole.subjects, arm.subjects))
    assert (before == after).mean() > 0.97  # type: ignore[operator]
    assert found.arms["lapatinib+capecitabine"].subjects.equals(emilia.arms["lapatinib+capecitabine"].subjects)


def test_nobody_solved_gives_no_number() -> None:
    """A doubling time of nothing breaks everyone: every share is missing, none is 0 or 100."""
    text = changed(OWN, "setting:", "parameters: {tumour.doubling_time: 0 day}\nsetting:")
    found = trial.run(trial.parse(text, "mine.yaml"), patients=16)
    assert found.failed_solves == 16
    for name in ("orr_pct", "pfs_median_month", "dose_reduced_pct", "os_median_month", "cycles_median"):
        value = found.summary["weekly"][name]
        assert value is None or np.isnan(value), name  # type: ignore[call-overload]


@pytest.mark.parametrize("every", [7, 10, 21])
def test_own_trial_against_its_file(every: int) -> None:
    """Other dose, interval, population and grading; a number of cycles; nothing published."""
    definition = trial.parse(changed(OWN, "every: 7 day", f"every: {every} day"), "mine.yaml")
    found = trial.run(definition, seed=3)
    arm = found.arms["weekly"]
    assert found.comparison == []
    assert found.failed_solves == 0
    assert arm.doses is not None
    assert arm.n == arm.subjects.height == 40
    assert arm.subjects["weight_kg"].unique().to_list() == [60.0]
    assert arm.subjects["prior_lines"].unique().to_list() == [3.0]
    assert arm.subjects["cycles"].max() == 4
    gaps = arm.doses.sort("patient", "time_day").with_columns(pl.col("time_day").diff().over("patient").alias("gap"))
    assert gaps["gap"].min() == float(every)
    assert arm.doses["dose_mg"].to_list() == pytest.approx([2.4 * 60.0] * arm.doses.height)
    # 2.4 mg/kg is the label's lowest step: there is nothing left to reduce to.
    assert not arm.subjects["reduced"].any()


def test_weekly_dosing_accumulates_against_three_weekly() -> None:
    peaks = []
    for every in (7, 21):
        text = changed(OWN, "every: 7 day", f"every: {every} day")
        arm = trial.run(trial.parse(text, "mine.yaml"), seed=3).arms["weekly"]
        assert arm.exposure is not None
        peaks.append(arm.exposure.filter(pl.col("cycle") == 3)["trough_ug_per_ml"].median())
    assert peaks[0] > 5.0 * peaks[1]


def test_steps_of_a_file_are_kept() -> None:
    text = changed(OWN, "    cycles: 4", "    cycles: 8\n    lower_doses: [2.0 mg/kg, 1.6 mg/kg]")
    text = changed(text, "reduction: 0 1", "reduction: 0.5 1")
    arm = trial.run(trial.parse(text, "mine.yaml"), seed=3).arms["weekly"]
    assert arm.doses is not None
    assert set(arm.doses["level_mg_per_kg"].unique()) == {2.4, 2.0, 1.6}
    assert arm.subjects["reduced"].mean() > 0.5  # type: ignore[operator]
