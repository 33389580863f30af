"""Which rows of the tables `tdm1 qualify` holds against simulated courses, and which it leaves out and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from tdm1.evidence._errors import EvidenceError
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.evidence._tables import table

if TYPE_CHECKING:
    import polars as pl

_FILE = "courses.yaml"


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One row of a table and the simulated quantity it is held against; see the head of courses.yaml."""

    table: str
    row: dict[str, str]
    people: str
    quantity: str
    statistic: Literal["mean", "median", "p05", "p95"]
    role: Literal["calibrated", "predicted"]
    sd_in_note: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Digitised:
    """Digitised means that are compared: least dose (mg/kg), first day, and per analyte the quantity and role."""

    table: str
    read: str
    least_dose_mg_per_kg: float
    after_day: float
    analytes: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows of a table that are not compared, and why; `only` narrows digitised ones to low doses or early times."""

    table: str
    row: dict[str, str]
    reason: str
    only: Literal["", "low_dose", "early"] = ""


@dataclass(frozen=True, slots=True)
class Courses:
    """The whole file."""

    half_life_days: tuple[float, ...]
    rows: tuple[CourseRow, ...]
    digitised: Digitised
    left_out: tuple[LeftOut, ...]


@cache
def courses() -> Courses:
    """What is compared beside the trials. Raises EvidenceError for an entry that breaks the form."""
    raw: dict[str, Any] = parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)
    try:
        return Courses(
            half_life_days=tuple(float(day) for day in raw["half_life_days"]),
            rows=tuple(CourseRow(**entry) for entry in raw["rows"]),
            digitised=Digitised(**raw["digitised"]),
            left_out=tuple(LeftOut(**entry) for entry in raw["left_out"]),
        )
    except (KeyError, TypeError) as error:
        raise EvidenceError(f"{_FILE}: an entry lacks a key or has one too many: {error}") from error


def rows_of(name: str, cells: dict[str, str]) -> pl.DataFrame:
    """The rows of a table that have these cells. Raises EvidenceError when there is none."""
    frame = table(name)
    for column, cell in cells.items():
        frame = frame.filter(frame[column].cast(str) == cell)
    if frame.is_empty():
        raise EvidenceError(f"{_FILE}: table '{name}' has no row {cells}")
    return frame


def left_out_rows(entry: LeftOut) -> pl.DataFrame:
    """The rows that an entry of `left_out` means."""
    frame, plan = rows_of(entry.table, entry.row), courses().digitised
    if entry.only == "low_dose":
        return frame.filter(frame["dose_mg_per_kg"] < plan.least_dose_mg_per_kg)
    if entry.only == "early":
        return frame.filter(frame["time_day"] <= plan.after_day)
    return frame


def digitised_points() -> pl.DataFrame:
    """The digitised means that are compared: those of `digitised` that no entry of `left_out` means."""
    plan = courses().digitised
    points = table(plan.table)
    for entry in courses().left_out:
        if entry.table == plan.table:
            points = points.join(left_out_rows(entry), on=points.columns, how="anti", nulls_equal=True)
    return points
