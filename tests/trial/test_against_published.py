"""The virtual EMILIA and KATHERINE against the published ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest

from tdm1 import safety, symptoms, trial
from tdm1.trial.clinic import ABNORMALITIES

#: Rows that must lie inside the published 95 % interval in a run of the trial's own size.
ROWS = {
    "emilia": {
        *(("T-DM1", f"labs.{analyte}.{grade}") for analyte in ("platelets_decreased", "alt_increased", "ast_increased")
          for grade in ("any_pct", "g3_pct", "g4_pct")),
        *(("T-DM1", row) for row in (
            "orr_pct", "pfs_median_month", "dose_reduced_pct", "dose_delayed_pct", "stopped_for_ae_pct")),
    },
    "katherine": {
        *((arm, f"idfs_pct.{month}") for arm in ("T-DM1", "trastuzumab") for month in (36, 84)),
        *(("T-DM1", f"labs.platelets_decreased.{grade}") for grade in ("any_pct", "g3_pct", "g4_pct")),
        *(("T-DM1", row) for row in ("dose_reduced_pct", "stopped_for_ae_pct", "completed_pct")),
        ("T-DM1 vs trastuzumab", "idfs_hr"),
    },
}
TABLES = ("labs.", "adverse_events.")


@cache
def run(name: str, patients: int | None = None, seed: int | None = None) -> trial.TrialResult:
    return trial.run(trial.load(name), patients=patients, seed=seed)


def outside(result: trial.TrialResult, wanted: set[tuple[str, str]]) -> list[str]:
    rows = {(row.arm, row.endpoint): row for row in result.comparison if (row.arm, row.endpoint) in wanted}
    assert set(rows) == wanted
    return [f"{name}: {row.simulated:.2f}, published {row.lower95:.2f} to {row.upper95:.2f}"
            for name, row in rows.items() if not row.within]


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_a_trial_of_its_own_size_against_published_intervals(name: str) -> None:
    result = run(name)
    assert result.failed_solves == 0
    assert outside(result, ROWS[name]) == []


@pytest.mark.parametrize("name", ROWS)
def test_tables_of_a_trial_of_its_own_size_against_published_intervals(name: str) -> None:
    """Of the rows of the laboratory and adverse-event tables, both arms, at least 90 % lie inside."""
    rows = [row for row in run(name).comparison if row.endpoint.startswith(TABLES)]
    assert len(rows) > 150
    missed = [f"{row.arm} {row.endpoint}" for row in rows if not row.within]
    assert len(missed) <= 0.1 * len(rows), missed


@pytest.mark.parametrize("name", ROWS)
def test_dose_intensity_emerges_as_published(name: str) -> None:
    """Against EMILIA's median of 99.9 % (from memory of the report): hardly any dose is lost in the typical patient."""
    intensity = run(name).arms["T-DM1"].subjects["relative_dose_intensity_pct"]
    assert intensity.median() == pytest.approx(99.9, abs=0.5)
    assert intensity.quantile(0.1) < 99.0  # type: ignore[operator]


def test_platelets_of_the_first_cycle_against_label() -> None:
    """Lowest on day 8 give or take 2, and back to grade 0 or 1 by the next dose in most patients, as the label says."""
    arm = run("emilia").arms["T-DM1"]
    bands, labs = arm.bands, arm.labs
    assert bands is not None and labs is not None
    rows = bands.filter((pl.col("observable") == "platelets") & (pl.col("time_day") <= 21.0)).sort("time_day")
    days, median = rows["time_day"].to_numpy(), rows["median"].to_numpy()
    assert abs(days[np.argmin(median)] - 8.0) <= 2.0
    lowest = median.min()
    assert lowest < 0.75 * median[0]
    # Most of the fall is made up between days 15 and 22.
    assert median[days >= 15.0].max() - lowest > 0.6 * (median[0] - lowest)
    before_dose_2 = labs.filter((pl.col("analyte") == "platelets") & (pl.col("time_day") == 21.0))
    assert before_dose_2.height > 400
    assert (before_dose_2["grade"] <= 1).mean() > 0.9


@pytest.mark.long
@pytest.mark.parametrize("name", ROWS)
def test_rows_of_a_trial_without_chance_against_published_intervals(name: str) -> None:
    """With thousands of patients an arm and a seed that no calibration used, chance decides little."""
    result = run(name, 8192, 2)
    assert result.failed_solves == 0
    assert outside(result, ROWS[name]) == []
    rows = [row for row in result.comparison if row.endpoint.startswith(TABLES)]
    missed = [f"{row.arm} {row.endpoint}: {row.simulated:.2f}, {row.lower95:.2f} to {row.upper95:.2f}"
              for row in rows if not row.within]
    assert len(missed) <= 0.1 * len(rows), missed


@pytest.mark.long
@pytest.mark.parametrize(("name", "setting"), [("emilia", "metastatic"), ("katherine", "early")])
def test_every_event_grade_and_rule_happens_to_some_patient(name: str, setting: str) -> None:
    """Among thousands of virtual patients every adverse event occurs, and every kind of label rule decides."""
    arm = run(name, 8192, 2).arms["T-DM1"]
    known = symptoms.catalogue()
    terms = [term.name for term in known.symptoms if setting in term.settings]
    terms += [term.name for term in (*known.reported, *known.overlaps)]
    assert [term for term in terms if not (arm.subjects[f"ae_{term}"] > 0).any()] == []
    for analyte in ABNORMALITIES:
        assert (arm.subjects[f"grade_{analyte}"] >= 3).any(), analyte
    assert arm.decisions is not None
    decided = set(arm.decisions["rule"].to_list())
    stops = ("pneumonitis", "nodular_regenerative_hyperplasia", "heart_failure_grade", "symptomatic_heart_failure")
    label = safety.label.load(setting, "US")
    reached = {condition.lab for rule in label.rules if rule.id in decided for part in rule.when for condition in part}
    assert {"platelets", "alt", "ast", "bilirubin", "lvef", "neuropathy_grade"} <= reached
    assert len(reached & set(stops)) >= 3
