"""What a virtual trial gives back: tables with names and units, and the comparison with what was published."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

Role = Literal["calibrated", "predicted"]


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One published value beside the simulated one. Intervals are 95 %; units are in `unit`.

    `within` is True when the simulated value lies in the published interval. `derived_interval` is
    True when the paper gives no interval and one was computed from its counts.
    """

    arm: str
    endpoint: str
    unit: str
    published: float
    lower95: float
    upper95: float
    derived_interval: bool
    simulated: float
    simulated_lower95: float
    simulated_upper95: float
    within: bool
    role: Role
    source: str
    read: str
    printed: str = ""
    """The published value as it was printed, where that is not the number itself (`<1`)."""


@dataclass(frozen=True, slots=True)
class StoredTables:
    """Tables of an arm on disk, by name: Parquet files in the order of the patients, one a chunk."""

    paths: dict[str, list[Path]]


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm. Frames that an arm does not have (a control arm has no doses) are None.

    subjects   one row a patient: baseline covariates; best_response (CR PR SD PD NE), pfs_month, pfs_event with a
               tumour, or idfs_month, idfs_event, recurrence_site after surgery; os_month, os_event; reduced, delayed,
               stopped_for_ae, stop_reason, switched, cycles, relative_dose_intensity_pct, solve_status; worst grade
               of each analyte (grade_platelets, …), of each adverse event (ae_nausea, …), and serious_ae
    labs       patient, time_day, analyte, value, unit, grade
    doses      patient, cycle, time_day, level_mg_per_kg, weight_kg, dose_mg, infusion_day, drug
    decisions  patient, time_day, action, rule, finding
    tumour     patient, time_day, sum_of_diameters_mm, change_pct
    exposure   patient, cycle, auc_ug_day_per_ml, cmax_ug_per_ml, trough_ug_per_ml
    adverse_events   episodes: patient, term, start_day, end_day, grade, serious
    bands      time_day, observable, unit, p05, median, p95 over the first cycles
    stored     where all tables are on disk, for a run that was written while it went on
    detail_patients   patients in the tables of details (all but `subjects`): all of them, or the first ones of a large
               arm whose tables are `stored`; None stands for all
    """

    name: str
    n: int
    subjects: pl.DataFrame
    labs: pl.DataFrame | None = None
    doses: pl.DataFrame | None = None
    decisions: pl.DataFrame | None = None
    tumour: pl.DataFrame | None = None
    exposure: pl.DataFrame | None = None
    adverse_events: pl.DataFrame | None = None
    bands: pl.DataFrame | None = None
    stored: StoredTables | None = None
    detail_patients: int | None = None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """A finished run: arms, comparison, and what is needed to repeat it."""

    trial: str
    title: str
    seed: int
    patients: int
    seconds: float
    failed_solves: int
    arms: dict[str, ArmResult]
    comparison: list[ComparisonRow]
    summary: dict[str, dict[str, object]] = field(default_factory=dict)
    """Per arm, exactly the fixed JSON of an arm (n, orr_pct, pfs_median_month, …)."""
    definition: str = ""
    """The trial file that was run, as YAML text."""
    model: str = ""
    """The model that its patients were solved with; empty where none is solved."""
