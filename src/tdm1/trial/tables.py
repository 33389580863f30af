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


def _panel(trial: TrialFile, course: Course) -> dict[str, tuple[Array, NDArray[np.int8]]]:
    """Values and grades of each analyte of the panel over all visits, each of shape (visits, N)."""
    found: dict[str, tuple[Array, NDArray[np.int8]]] = {}
    for analyte in course.lab_visits[0][2]:
        values = np.stack([visit[2][analyte] for visit in course.lab_visits])
        found[analyte] = values, grade_of(trial, analyte, values)
    return found


def _rows(
    who: People, days: list[int], chosen: NDArray[np.bool_], analyte: str, values: Array, grades: NDArray[np.int8]
) -> dict[str, NDArray[np.generic]]:
    """The chosen entries of (visits, N) as columns."""
    visit, patient = np.nonzero(chosen)
    return {
        "patient": (patient + who.first).astype(np.int32),
        "time_day": np.array(days, float)[visit],
        "analyte": np.full(len(patient), list(ANALYTES).index(analyte)),
        "value": values[visit, patient],
        "grade": grades[visit, patient],
    }


def labs(trial: TrialFile, course: Course, who: People) -> pl.DataFrame:
    """Every measured value: patient, time_day, analyte, value, unit, grade; heart tests among them."""
    days, seen = [visit[0] for visit in course.lab_visits], np.stack([visit[1] for visit in course.lab_visits])
    parts = [
        _rows(who, days, seen, analyte, values, grades) for analyte, (values, grades) in _panel(trial, course).items()
    ]
    if course.heart_tests:
        days, tested, lvef = zip(*course.heart_tests, strict=True)
        values = np.stack(lvef)
        grades = grade_of(trial, "lvef", values, np.broadcast_to(who.covariates["lvef_pct"], values.shape))
        parts.append(_rows(who, list(days), np.stack(tested), "lvef", values, grades))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    number = columns.pop("analyte")
    analytes = pl.Series("analyte", list(ANALYTES), dtype=_ANALYTE)
    units = pl.Series("unit", list(ANALYTES.values()), dtype=_UNIT)
    frame = pl.DataFrame(columns).with_columns(analytes.gather(number), units.gather(number))
    return frame.select("patient", "time_day", "analyte", "value", "unit", "grade").sort(
        "patient", "time_day", "analyte"
    )


def worst_lab_grades(trial: TrialFile, course: Course, who: People) -> dict[str, NDArray[np.int8]]:
    """Worst grade after the first dose, by analyte, each of shape (N,); -1 where nothing was measured then."""
    nobody = np.int8(-1)
    worst = {name: np.full(who.count, nobody) for name in ANALYTES}
    later = np.array([visit[0] > 0 for visit in course.lab_visits])
    if later.any():
        seen = np.stack([visit[1] for visit in course.lab_visits])[later]
        for name, (_, grades) in _panel(trial, course).items():
            worst[name] = np.where(seen, grades[later], nobody).max(axis=0)
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
