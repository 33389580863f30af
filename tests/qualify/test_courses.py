"""Plasma and platelet rows against closed forms, the tables they come from, and scipy."""

from __future__ import annotations

from math import isnan

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tdm1 import engine, evidence
from tdm1.evidence.courses import courses, digitised_points, left_out_rows, rows_of
from tdm1.population.individual import initial_states
from tdm1.trial import qualification_courses as plasma
from tdm1.trial.people import people
from tdm1.trial.reading import load
from tdm1.trial.scores import QualifiedRow


@pytest.fixture(scope="module")
def rows() -> list[QualifiedRow]:
    found, failed = plasma.course_rows(patients=24, seed=3)
    assert failed == 0
    return found


def _one(rows: list[QualifiedRow], arm: str, endpoint: str) -> QualifiedRow:
    found = [row for row in rows if row.arm == arm and row.endpoint == endpoint]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("table", ["pk", "clinical_pk"])
def test_every_row_of_a_table_is_compared_or_left_out_once(table: str) -> None:
    """A row of neither kind, or of both, would be a gap or a contradiction."""
    whole = evidence.table(table)
    parts = [rows_of(entry.table, entry.row) for entry in courses().rows if entry.table == table]
    parts += [left_out_rows(entry) for entry in courses().left_out if entry.table == table]
    if table == "clinical_pk":
        parts.append(digitised_points())
    together = pl.concat(parts)
    assert together.unique().height == together.height == whole.height


def test_platelet_rows_of_the_trials_table_are_compared_or_left_out() -> None:
    whole = evidence.table("trials").filter(
        pl.col("trial").is_in(["PLT_KINETICS", "BENDER2012_MODEL"]) | (pl.col("endpoint") == "platelet_nadir_day")
    )
    parts = [rows_of(entry.table, entry.row) for entry in courses().rows if entry.table == "trials"]
    parts += [left_out_rows(entry) for entry in courses().left_out if entry.table == "trials"]
    assert pl.concat(parts).unique().height == whole.height


@pytest.mark.parametrize(("mean", "sd", "n"), [(74.4, 10.1, 375), (53.0, 6.0, 11), (1.0, 0.5, 2)])
def test_interval_of_a_mean_against_scipy(mean: float, sd: float, n: int) -> None:
    expected = stats.t.interval(0.95, n - 1, loc=mean, scale=sd / np.sqrt(n))
    assert plasma.mean_interval(mean, sd, n) == pytest.approx(expected)
    assert isnan(plasma.mean_interval(mean, sd, 1)[0])


def test_half_life_against_an_exponential() -> None:
    days, lives = np.array([7.0, 14.0, 21.0]), np.array([3.5, 4.0, 12.0])
    np.testing.assert_allclose(plasma.half_life(days, 80.0 * 0.5 ** (days[:, None] / lives)), lives)


def test_published_side_against_the_tables(rows: list[QualifiedRow]) -> None:
    peak = _one(rows, "MARIANNE", "ADC Cmax cycle1 model")
    cells = rows_of("pk", {"study": "MARIANNE", "metric": "Cmax_cycle1_model"}).row(0, named=True)
    expected = stats.t.interval(0.95, cells["n"] - 1, loc=cells["mean"], scale=cells["sd"] / np.sqrt(cells["n"]))
    assert (peak.lower95, peak.upper95) == pytest.approx(expected)
    assert (peak.unit, peak.source, peak.read) == ("ug/mL", cells["source_key"], "read")
    nadir = _one(rows, "PLT_KINETICS", "platelet nadir pct of baseline cycle 1")
    assert (nadir.lower95, nadir.upper95) == pytest.approx(stats.t.interval(0.95, 10, loc=53, scale=6 / np.sqrt(11)))
    # A mean without a number of patients has no interval of either kind.
    emilia = _one(rows, "EMILIA", "ADC Cmax cycle1")
    assert emilia.state == "no interval" and emilia.covered is None and emilia.log_ratio is not None


def test_marks_of_rows_from_memory_are_kept(rows: list[QualifiedRow]) -> None:
    assert _one(rows, "TDM4258g", "ADC AUCinf cycle1").read == "recall"
    assert _one(rows, "KATHERINE", "ADC Cmax cycle1").read == "secondary"


def test_area_to_infinity_against_the_solver() -> None:
    """Dose over clearance is the area that the equations give after 300 days."""
    trial = load("marianne")
    who = people(trial, 3, 0, 8)
    dose = evidence.value("label.us.dose_full", "mg/kg") * who.covariates["weight_kg"]
    length = evidence.value("label.us.infusion_first", "min") / (24 * 60)
    kernel = engine.compile(who.individuals.model)
    rate = np.stack([dose / length, 0.0 * dose], axis=1)
    moved = kernel.advance(
        initial_states(who.individuals), who.individuals.values, rate, np.full(8, length), 400.0,
        relative_tolerance=1e-9,
    )
    area = moved.states[:, who.individuals.model.states.index("conjugate_auc")]
    np.testing.assert_allclose(plasma.first_cycles("marianne", 8, 3)["conjugate_auc"], area, rtol=1e-4)


def test_first_patients_are_the_same_for_every_number() -> None:
    few, many = (plasma.first_cycles("emilia", count, 5) for count in (5, 16))
    for name, values in few.items():
        assert len(values) == 5
        np.testing.assert_array_equal(values, many[name][:5])


def test_quantities_against_their_order_in_every_patient() -> None:
    found = plasma.first_cycles("emilia", 16, 1)
    assert (found["conjugate_peak"] > found["conjugate_trough"]).all()
    assert (found["platelet_nadir_pct_1"] < 100.0).all()
    assert ((found["platelet_nadir_day_1"] > 1.0) & (found["platelet_nadir_day_1"] <= 21.0)).all()


def test_digitised_rows_have_a_ratio_and_no_verdict(rows: list[QualifiedRow]) -> None:
    points = [row for row in rows if row.note.startswith("digitised")]
    assert len(points) == digitised_points().height
    assert {row.state for row in points} == {"no interval"}
    assert all(row.log_ratio is not None for row in points)
    first = next(row for row in points if row.arm.startswith("Girish 2012 (") and "3.6" in row.arm)
    from tdm1.mechanism import t_dm1_plasma
    from tdm1.trial.bands import course_of
    from tdm1.trial.simulate import reference_patient

    table = digitised_points().filter((pl.col("dose_mg_per_kg") == 3.6) & pl.col("study").str.contains("cohorts"))
    who, dose_mg = reference_patient(t_dm1_plasma(), 3.6)
    length = evidence.value("label.us.infusion_first", "min") / (24 * 60)
    course, _ = course_of(who, dose_mg, [0.0], [length], np.array([table["time_day"][0]]))
    assert first.simulated == pytest.approx(course["conjugate"][0, 0], rel=1e-4)
