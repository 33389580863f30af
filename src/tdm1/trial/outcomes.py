"""What became of each patient: one row a patient, with response, survival, recurrence, treatment and worst grades."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.trial.arms import SimulatedArm, TDM1Arm
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.course import Course
from tdm1.trial.definition import TrialFile
from tdm1.trial.people import People
from tdm1.trial.recist import RESPONSES, respond
from tdm1.trial.tables import worst_lab_grades

Array = NDArray[np.float64]
Columns = dict[str, object]

#: Covariates that are a yes or a no.
_FLAGS = (
    "measurable", "visceral", "asian", "early_disease", "cns_metastases", "prior_anthracycline",
    "hormone_receptor_positive", "node_positive", "prior_platinum",
)


def _with_tumour(course: Course, who: People) -> Columns:
    """Response, progression-free and overall survival."""
    baseline = who.covariates["sum_of_diameters_mm"]
    days = np.array([day for day, _ in course.scans], float)
    sums = np.column_stack([values for _, values in course.scans]) if course.scans else np.full((who.count, 1), np.nan)
    responses = respond(sums, baseline, who.covariates["n_target_lesions"])
    cut, later = who.follow_up.data_cut_day, who.follow_up.survival_cut_day
    event_day = np.minimum(course.progression_day, np.where(course.death_day <= cut, course.death_day, np.inf))
    pfs_event = np.isfinite(event_day)
    with np.errstate(invalid="ignore"):
        shrunk = sums <= baseline[:, None] * (1.0 - evidence.value("recist.partial_response_decrease", "1"))
    first = np.where(shrunk.any(axis=1), shrunk.argmax(axis=1), 0)
    responded = responses.best <= 1
    return {
        "best_response": np.array(RESPONSES)[responses.best],
        "best_change_pct": responses.best_change_pct,
        "pfs_month": np.where(pfs_event, event_day, np.maximum(course.last_scan_day, 1.0)) / MONTH_DAY,
        "pfs_event": pfs_event,
        "os_month": np.minimum(course.death_day, later) / MONTH_DAY,
        "os_event": course.death_day <= later,
        "follow_up_month": cut / MONTH_DAY,
        "response_month": np.where(responded & (len(days) > 0), days[first] / MONTH_DAY if len(days) else 0.0, np.nan),
    }


def _after_surgery(course: Course, who: People) -> Columns:
    """Invasive disease-free survival (the first event is a recurrence or death), its site, and overall survival."""
    cut, later = who.follow_up.data_cut_day, who.follow_up.survival_cut_day
    event_day = np.minimum(course.recurrence_day, course.death_day)
    idfs_event = event_day <= cut
    return {
        "idfs_month": np.minimum(event_day, cut) / MONTH_DAY,
        "idfs_event": idfs_event,
        "recurrence_site": np.where(idfs_event, course.recurrence_site, ""),
        "os_month": np.minimum(course.death_day, later) / MONTH_DAY,
        "os_event": course.death_day <= later,
        "follow_up_month": cut / MONTH_DAY,
    }


def _treatment(arm: SimulatedArm, course: Course, who: People, doses: pl.DataFrame) -> Columns:
    """Doses of the arm's own drug: number, changes, intensity, and why it ended."""
    own = "T-DM1" if isinstance(arm, TDM1Arm) else "trastuzumab"
    planned = arm.dose * who.covariates["weight_kg"]
    rows = doses.filter(pl.col("drug") == own)
    last = rows.group_by("patient").agg(pl.col("time_day").max(), pl.col("dose_mg").sum(), pl.len()).sort("patient")
    place = last["patient"].to_numpy() - who.first
    total, last_day, given = np.zeros(who.count), np.zeros(who.count), np.zeros(who.count, np.int64)
    total[place], last_day[place] = last["dose_mg"].to_numpy(), last["time_day"].to_numpy()
    given[place] = last["len"].to_numpy()
    # Dose intensity: what was given over what the plan gives in the same time, the last cycle counted whole.
    first = planned if isinstance(arm, TDM1Arm) else arm.loading_dose * who.covariates["weight_kg"]
    on_plan = planned * last_day / arm.every + first
    found: Columns = {
        # Trastuzumab has one level, and nothing follows it.
        **({"reduced": course.reduced, "switched": course.switched} if isinstance(arm, TDM1Arm) else {}),
        "delayed": course.delayed,
        "stopped_for_ae": course.stop_reason != "",
        "stop_reason": course.stop_reason,
        "withdrew": course.withdrew,
        "cycles": given,
        "treatment_month": (last_day + arm.every) / MONTH_DAY,
        "relative_dose_intensity_pct": 100.0 * total / on_plan,
        "solve_status": course.status.astype(np.int64),
    }
    if isinstance(arm.cycles, int):
        found["completed"] = given >= arm.cycles
    return found


def subjects(
    trial: TrialFile, arm: SimulatedArm, course: Course, who: People, doses: pl.DataFrame
) -> pl.DataFrame:
    """One row a patient: baseline, outcome, treatment, worst laboratory grades, worst grade of each adverse event."""
    outcome = _with_tumour(course, who) if trial.model == "t_dm1" else _after_surgery(course, who)
    graded = {f"grade_{name}": grades for name, grades in worst_lab_grades(trial, course, who).items()}
    assert course.symptoms is not None
    record = course.symptoms
    events = {f"ae_{term}": record.worst[:, column] for column, term in enumerate(record.terms)}
    covariates = {name: values > 0.5 if name in _FLAGS else values for name, values in who.covariates.items()}
    return pl.DataFrame(
        {
            "patient": np.arange(who.count) + who.first,
            **covariates,
            **outcome,
            **_treatment(arm, course, who, doses),
            **graded,
            **events,
            "serious_ae": record.serious & (record.column("any_grade3plus_ae") >= 3),
        }
    )
