"""The course of a chunk as tables: laboratory values, doses, scans, exposure, adverse events."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1.trial.arms import SimulatedArm, TDM1Arm
from tdm1.trial.clinic import ANALYTES, grade_of
from tdm1.trial.course import Course
from tdm1.trial.definition import TrialFile
from tdm1.trial.people import People

Array = NDArray[np.float64]

_ANALYTE = pl.Enum(list(ANALYTES))
_UNIT = pl.Enum(sorted(set(ANALYTES.values())))


def _measured(
    who: People, day: int, index: NDArray[np.int_], analyte: str, values: Array, grades: NDArray[np.int8]
) -> pl.DataFrame:
    rows = len(index)
    return pl.DataFrame(
        {
            "patient": (index + who.first).astype(np.int32),
            "time_day": np.full(rows, float(day)),
            "analyte": pl.repeat(analyte, rows, dtype=_ANALYTE, eager=True),
            "value": values[index],
            "unit": pl.repeat(ANALYTES[analyte], rows, dtype=_UNIT, eager=True),
            "grade": grades[index],
        }
    )


def labs(trial: TrialFile, course: Course, who: People) -> pl.DataFrame:
    """Every measured value: patient, time_day, analyte, value, unit, grade; heart tests among them."""
    frames: list[pl.DataFrame] = []
    for day, seen, values in course.lab_visits:
        index = np.flatnonzero(seen)
        frames += [
            _measured(who, day, index, analyte, column, grade_of(trial, analyte, column))
            for analyte, column in values.items()
        ]
    baseline = who.covariates["lvef_pct"]
    for day, tested, lvef in course.heart_tests:
        grades = grade_of(trial, "lvef", lvef, baseline)
        frames.append(_measured(who, day, np.flatnonzero(tested), "lvef", lvef, grades))
    return pl.concat(frames).sort("patient", "time_day", "analyte")


def worst_lab_grades(trial: TrialFile, course: Course, who: People) -> dict[str, NDArray[np.int8]]:
    """Worst grade after the first dose, by analyte, each of shape (N,); -1 where nothing was measured then."""
    worst = {name: np.full(who.count, -1, np.int8) for name in ANALYTES}
    for day, seen, values in course.lab_visits:
        if day == 0:
            continue
        for name, column in values.items():
            worst[name] = np.where(seen, np.maximum(worst[name], grade_of(trial, name, column)), worst[name])
    for _, tested, lvef in course.heart_tests:
        grades = grade_of(trial, "lvef", lvef, who.covariates["lvef_pct"])
        worst["lvef"] = np.where(tested, np.maximum(worst["lvef"], grades), worst["lvef"])
    return worst


def doses(arm: SimulatedArm, course: Course, who: People) -> pl.DataFrame:
    """Every infusion: drug, patient, cycle, time_day, level_mg_per_kg, weight_kg, dose_mg, infusion_day."""
    drug = pl.Enum(["T-DM1", "trastuzumab"])
    own = course.ledger.doses_frame()
    frames = [own.with_columns(pl.lit("T-DM1", dtype=drug).alias("drug"))]
    given = course.ledger.given.copy() * 0
    plan = arm.then if isinstance(arm, TDM1Arm) else arm
    for day, patients, mg in course.trastuzumab_doses:
        assert plan is not None
        weight = who.covariates["weight_kg"][patients]
        length = np.where(given[patients] == 0, plan.first_infusion, plan.later_infusion)
        given[patients] += 1
        frames.append(
            pl.DataFrame(
                {
                    "patient": patients,
                    "cycle": course.ledger.given[patients] + given[patients],
                    "time_day": np.full(len(patients), float(day)),
                    "level_mg_per_kg": mg / weight,
                    "weight_kg": weight,
                    "dose_mg": mg,
                    "infusion_day": length,
                },
            )
            .cast({name: own.schema[name] for name in own.columns if name != "drug"})
            .with_columns(pl.lit("trastuzumab", dtype=drug).alias("drug"))
        )
    shifted = pl.concat(frames).with_columns(pl.col("patient").cast(pl.Int64) + who.first)
    return shifted.sort("patient", "time_day")


def tumour(course: Course, who: People) -> pl.DataFrame | None:
    """Scans: patient, time_day, sum_of_diameters_mm, change_pct; None where the trial scans nothing."""
    if not course.scans:
        return None
    baseline = who.covariates["sum_of_diameters_mm"]
    everyone = np.arange(who.count)
    scans = [(0, baseline), *course.scans]
    frames: list[pl.DataFrame] = []
    for day, sums in scans:
        index = everyone[np.isfinite(sums)]
        frames.append(
            pl.DataFrame(
                {
                    "patient": index + who.first,
                    "time_day": np.full(len(index), float(day)),
                    "sum_of_diameters_mm": sums[index],
                    "change_pct": 100.0 * (sums[index] / baseline[index] - 1.0),
                }
            )
        )
    return pl.concat(frames).sort("patient", "time_day")


def exposure(course: Course, who: People) -> pl.DataFrame | None:
    """Finished cycles of T-DM1: patient, cycle, area, peak and trough of the conjugate; None without any."""
    if not course.exposure:
        return None
    columns = ("patient", "cycle", "auc_ug_day_per_ml", "cmax_ug_per_ml", "trough_ug_per_ml")
    stacked = [np.concatenate(part) for part in zip(*course.exposure, strict=True)]
    frame = pl.DataFrame(dict(zip(columns, stacked, strict=True)))
    numbered = frame.with_columns(pl.col("patient").cast(pl.Int64) + who.first, pl.col("cycle").cast(pl.Int64))
    return numbered.sort("patient", "cycle")
