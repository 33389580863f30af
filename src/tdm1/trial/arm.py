"""One simulated arm: its chunks run, and their courses gathered into tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1 import evidence, safety
from tdm1.safety import grade
from tdm1.trial.bands import bands
from tdm1.trial.clinic import ABNORMALITIES, ANALYTES
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.course import Course, run_course
from tdm1.trial.definition import TDM1Arm, TrialFile
from tdm1.trial.people import CHUNK, People, people
from tdm1.trial.recist import RESPONSES, respond
from tdm1.trial.result import ArmResult

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChunkTables:
    """Tables of the wanted patients of one chunk, as in ArmResult."""

    subjects: pl.DataFrame
    labs: pl.DataFrame
    doses: pl.DataFrame
    decisions: pl.DataFrame
    tumour: pl.DataFrame
    exposure: pl.DataFrame


def _version(trial: TrialFile) -> int:
    return int(trial.ctcae.split(".")[0])


def _grades(trial: TrialFile, analyte: str, values: Array) -> NDArray[np.int_]:
    limits = {
        "platelets": {"lln": evidence.value("laboratory.lln_platelets", "10*9/L")},
        "alt": {"uln": evidence.value("laboratory.uln_alt", "U/L")},
        "ast": {"uln": evidence.value("laboratory.uln_ast", "U/L")},
        "bilirubin": {},
    }
    return np.asarray(grade(analyte, values, _version(trial), **limits[analyte]), dtype=np.int64)


def _labs(trial: TrialFile, course: Course, who: People) -> pl.DataFrame:
    frames: list[pl.DataFrame] = []
    for day, seen, values in course.lab_visits:
        index = np.flatnonzero(seen)
        for analyte, unit in ANALYTES.items():
            measured = values[analyte][index]
            frames.append(
                pl.DataFrame(
                    {
                        "patient": index + who.first,
                        "time_day": np.full(len(index), float(day)),
                        "analyte": [analyte] * len(index),
                        "value": measured,
                        "unit": [unit] * len(index),
                        "grade": _grades(trial, analyte, measured),
                    }
                )
            )
    return pl.concat(frames).sort("patient", "time_day", "analyte")


def _scans(course: Course, count: int) -> tuple[Array, Array]:
    days = np.array([day for day, _ in course.scans], float)
    sums = np.column_stack([values for _, values in course.scans]) if course.scans else np.full((count, 1), np.nan)
    return days, sums


def _outcomes(trial: TrialFile, arm: TDM1Arm, course: Course, who: People, labs: pl.DataFrame) -> dict[str, object]:
    baseline = who.covariates["sum_of_diameters_mm"]
    days, sums = _scans(course, who.count)
    responses = respond(sums, baseline, who.covariates["n_target_lesions"])
    cut, later = who.follow_up.data_cut_day, who.follow_up.survival_cut_day
    event_day = np.minimum(course.progression_day, np.where(course.death_day <= cut, course.death_day, np.inf))
    pfs_event = np.isfinite(event_day)
    os_event = course.death_day <= later
    with np.errstate(invalid="ignore"):
        shrunk = sums <= baseline[:, None] * (1.0 - evidence.value("recist.partial_response_decrease", "1"))
    first = np.where(shrunk.any(axis=1), shrunk.argmax(axis=1), 0)
    responded = responses.best <= 1
    doses = course.ledger.doses_frame()
    given = course.ledger.given
    planned = arm.dose * who.covariates["weight_kg"]
    last = doses.group_by("patient").agg(pl.col("time_day").max(), pl.col("dose_mg").sum()).sort("patient")
    total, last_day = np.zeros(who.count), np.zeros(who.count)
    total[last["patient"].to_numpy()] = last["dose_mg"].to_numpy()
    last_day[last["patient"].to_numpy()] = last["time_day"].to_numpy()
    # Dose intensity: what was given over what the plan gives in the same time, the last cycle counted whole.
    on_plan = planned * (last_day / arm.every + 1.0)
    columns: dict[str, object] = {
        "best_response": np.array(RESPONSES)[responses.best],
        "best_change_pct": responses.best_change_pct,
        "pfs_month": np.where(pfs_event, event_day, np.maximum(course.last_scan_day, 1.0)) / MONTH_DAY,
        "pfs_event": pfs_event,
        "os_month": np.minimum(course.death_day, later) / MONTH_DAY,
        "os_event": os_event,
        "follow_up_month": cut / MONTH_DAY,
        "response_month": np.where(responded & (len(days) > 0), days[first] / MONTH_DAY if len(days) else 0.0, np.nan),
        "reduced": course.reduced,
        "delayed": course.delayed,
        "stopped_for_ae": course.stop_reason != "",
        "stop_reason": course.stop_reason,
        "cycles": given,
        "treatment_month": (last_day + arm.every) / MONTH_DAY,
        "relative_dose_intensity_pct": 100.0 * total / on_plan,
        "solve_status": course.status.astype(np.int64),
    }
    worst = labs.filter(pl.col("time_day") > 0).group_by("patient", "analyte").agg(pl.col("grade").max())
    for analyte in ABNORMALITIES:
        grades = np.full(who.count, -1, dtype=np.int64)
        rows = worst.filter(pl.col("analyte") == analyte)
        grades[rows["patient"].to_numpy() - who.first] = rows["grade"].to_numpy()
        columns[f"grade_{analyte}"] = grades
    return columns


def _tumour(course: Course, who: People) -> pl.DataFrame:
    baseline = who.covariates["sum_of_diameters_mm"]
    frames = [
        pl.DataFrame(
            {
                "patient": np.arange(who.count) + who.first,
                "time_day": np.zeros(who.count),
                "sum_of_diameters_mm": baseline,
                "change_pct": np.zeros(who.count),
            }
        )
    ]
    for day, sums in course.scans:
        index = np.flatnonzero(np.isfinite(sums))
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


def _exposure(course: Course, who: People) -> pl.DataFrame:
    columns = ("patient", "cycle", "auc_ug_day_per_ml", "cmax_ug_per_ml", "trough_ug_per_ml")
    stacked = [np.concatenate(part) for part in zip(*course.exposure, strict=True)] or [np.empty(0)] * len(columns)
    frame = pl.DataFrame(dict(zip(columns, stacked, strict=True)))
    numbered = frame.with_columns(pl.col("patient").cast(pl.Int64) + who.first, pl.col("cycle").cast(pl.Int64))
    return numbered.sort("patient", "cycle")


def chunk_tables(trial: TrialFile, arm: TDM1Arm, seed: int, first: int, wanted: int) -> ChunkTables:
    """Tables of the first `wanted` patients of the chunk that starts at patient `first`."""
    who = people(trial, seed, first, CHUNK)
    course = run_course(trial, arm, who, safety.label.load(trial.setting, trial.region), seed)
    labs = _labs(trial, course, who)
    subjects = pl.DataFrame(
        {
            "patient": np.arange(who.count) + first,
            **who.covariates,
            **_outcomes(trial, arm, course, who, labs),
        }
    ).with_columns(pl.col("measurable") > 0.5, pl.col("visceral") > 0.5, pl.col("asian") > 0.5)
    last = first + wanted
    shift = pl.col("patient").cast(pl.Int64) + first
    tables = (
        subjects,
        labs,
        course.ledger.doses_frame().with_columns(shift),
        course.ledger.decisions_frame().with_columns(shift),
        _tumour(course, who),
        _exposure(course, who),
    )
    return ChunkTables(*(table.filter(pl.col("patient") < last) for table in tables))


def _gather(
    name: str, wanted: int, chunks: Iterable[ChunkTables], trial: TrialFile, arm: TDM1Arm, seed: int
) -> ArmResult:
    parts = list(chunks)
    tables = {field: pl.concat([getattr(part, field) for part in parts]) for field in ChunkTables.__slots__}
    return ArmResult(name=name, n=wanted, bands=bands(trial, arm, seed, min(wanted, CHUNK)), **tables)


def run_arm(
    trial: TrialFile, name: str, arm: TDM1Arm, seed: int, workers: int | None, progress: Callable[[float], None]
) -> ArmResult:
    """Simulate every patient of an arm. `workers` processes share the chunks; the numbers do not depend on them."""
    starts = list(range(0, arm.patients, CHUNK))
    jobs = [(trial, arm, seed, first, min(CHUNK, arm.patients - first)) for first in starts]
    done: list[ChunkTables] = []
    if workers is not None and workers > 1 and len(jobs) > 1:
        # Forked processes would inherit the locks of running threads; fresh ones do not.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for tables in pool.map(chunk_tables, *zip(*jobs, strict=True)):
                done.append(tables)
                progress(len(done) / len(jobs))
    else:
        for job in jobs:
            done.append(chunk_tables(*job))
            progress(len(done) / len(jobs))
    return _gather(name, arm.patients, done, trial, arm, seed)
