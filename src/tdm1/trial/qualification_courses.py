"""Plasma concentrations and platelets of simulated patients beside the published ones, as rows of `tdm1 qualify`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.evidence.courses import CourseRow, courses, digitised_points, rows_of
from tdm1.trial.bands import OBSERVABLES, course_of
from tdm1.trial.people import people
from tdm1.trial.reading import load
from tdm1.trial.scores import QualifiedRow
from tdm1.trial.simulate import reference_patient

Array = NDArray[np.float64]
Progress = Callable[[float, str], None]

#: Patients of each simulated course: so many that chance moves a mean little.
PATIENTS = 1024
#: Doses of trastuzumab to steady state: a year.
_STEADY_DOSES = 18
#: The name under which these rows stand beside the trials.
NAME = "courses"

_MARKS = {"yes": "read", "partial": "secondary", "recall": "recall"}
_QUANTITIES = {
    "conjugate_peak": "ug/mL",
    "conjugate_trough": "ug/mL",
    "conjugate_auc": "ug*day/mL",
    "conjugate_half_life": "day",
    "conjugate_clearance": "mL/day/kg",
    "dm1_peak": "ng/mL",
    "trastuzumab_peak": "ug/mL",
    "trastuzumab_trough": "ug/mL",
    "trastuzumab_auc": "ug*day/mL",
    "platelet_nadir_day_1": "day",
    **{f"platelet_nadir_{cycle}": "10^9/L" for cycle in (1, 2)},
    **{f"platelet_nadir_pct_{cycle}": "percent" for cycle in (1, 2)},
}
_SHOWN_UNITS = {"percent": "%", "10^9/L": "10*9/L"}


def mean_interval(mean: float, sd: float, n: int) -> tuple[float, float]:
    """95 % interval of the mean of `n` values with standard deviation `sd` (Student's t); NaN for n below 2."""
    if n < 2:
        return nan, nan
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, 0.975)) * sd / sqrt(n)
    return mean - half, mean + half


def half_life(days: Array, concentrations: Array) -> Array:
    """Half-life (day) of each patient: the slope of log concentration (T, N) over `days` (T,) by least squares."""
    centred = days - days.mean()
    logs = np.log(concentrations)
    slope = centred @ (logs - logs.mean(axis=0)) / float(centred @ centred)
    return np.log(2.0) / -slope


def _infusions() -> tuple[float, float]:
    minutes = (evidence.value(f"label.us.infusion_{which}", "min") for which in ("first", "later"))
    first, later = (minute / (24 * 60) for minute in minutes)
    return first, later


def first_cycles(name: str, patients: int, seed: int | None) -> dict[str, Array]:
    """Every quantity of the first two cycles at the full dose in the people of a built-in trial, each of shape (N,).

    Doses are given as planned; concentrations and counts are seen at the end of the infusion, after 6 and 12 hours,
    and daily. The area to infinity is the dose over the patient's clearance, which is exact for this model.
    """
    trial = load(name)
    dose, every = evidence.value("label.us.dose_full", "mg/kg"), evidence.value("label.us.cycle", "day")
    first, later = _infusions()
    # Blocks of eight share their steps: the last one is always simulated whole.
    who = people(trial, trial.seed if seed is None else seed, 0, -(-patients // 8) * 8)
    weight = who.covariates["weight_kg"]
    times = np.unique([0.0, first, 0.25, 0.5, *np.arange(1.0, 2.0 * every + 0.5), *courses().half_life_days])
    seen, status = course_of(who.individuals, dose * weight, [0.0, every], [first, later], times)
    clearance = who.individuals.column("clearance")
    one, two = times <= every, times >= every
    conjugate, platelets = seen["conjugate"], seen["platelets"]
    terminal = np.isin(times, courses().half_life_days)
    found = {
        "conjugate_peak": conjugate[one].max(axis=0),
        "conjugate_trough": conjugate[times == every][0],
        "conjugate_auc": dose * weight / clearance,
        "conjugate_half_life": half_life(times[terminal], conjugate[terminal]),
        "conjugate_clearance": 1000.0 * clearance / weight,
        "dm1_peak": seen["dm1"][one].max(axis=0),
        "platelet_nadir_day_1": times[one][platelets[one].argmin(axis=0)],
    }
    for cycle, inside in ((1, one), (2, two)):
        found[f"platelet_nadir_{cycle}"] = platelets[inside].min(axis=0)
        found[f"platelet_nadir_pct_{cycle}"] = 100.0 * platelets[inside].min(axis=0) / platelets[0]
    good = (status == 0)[:patients]
    return {key: values[:patients][good] for key, values in found.items()}


def trastuzumab_steady_state(name: str, patients: int, seed: int | None, dose_mg_per_kg: float) -> dict[str, Array]:
    """Peak, trough and area of the last of a year's doses of trastuzumab in the people of a built-in trial, (N,)."""
    trial = load(name)
    every = evidence.value("label.us.cycle", "day")
    who = people(trial, trial.seed if seed is None else seed, 0, -(-patients // 8) * 8)
    length = _infusions()[1]
    starts = [every * cycle for cycle in range(_STEADY_DOSES)]
    dose_mg = dose_mg_per_kg * who.covariates["weight_kg"]
    times = np.array([starts[-1] + length, starts[-1] + every])
    seen, status = course_of(
        who.individuals, dose_mg, starts, [length] * _STEADY_DOSES, times, drug="trastuzumab_infusion"
    )
    peak, trough = seen["total_antibody"]
    # At steady state the area of a cycle is the dose over the clearance.
    area = dose_mg / who.individuals.column("proteolytic_clearance")
    good = (status == 0)[:patients]
    found = {"trastuzumab_peak": peak, "trastuzumab_trough": trough, "trastuzumab_auc": area}
    return {key: values[:patients][good] for key, values in found.items()}


_STATISTICS: dict[str, Callable[[Array], float]] = {
    "mean": lambda values: float(np.mean(values)),
    "median": lambda values: float(np.median(values)),
    "p05": lambda values: float(np.quantile(values, 0.05)),
    "p95": lambda values: float(np.quantile(values, 0.95)),
}


def _spread(cells: Mapping[str, Any], entry: CourseRow) -> float | None:
    """Standard deviation of a published mean: its column, or a note such as `+/- 6`."""
    if not entry.sd_in_note:
        return cells.get("sd")
    found = re.search(r"\+/- ([\d.]+)", str(cells["note"]))
    if found is None:
        raise evidence.EvidenceError(f"courses.yaml: the note of {entry.row} in '{entry.table}' has no '+/- NUMBER'")
    return float(found[1])


def _row(entry: CourseRow, simulated: Array) -> QualifiedRow:
    cells = rows_of(entry.table, entry.row).row(0, named=True)
    if cells["unit"] != _QUANTITIES[entry.quantity]:
        raise evidence.EvidenceError(
            f"courses.yaml: {entry.row} is in {cells['unit']}, but {entry.quantity} is in {_QUANTITIES[entry.quantity]}"
        )
    published = float(cells["mean"] if entry.table == "pk" else cells["value"])
    sd, n = _spread(cells, entry), cells["n"]
    value, low, high, own_low, own_high = _STATISTICS[entry.statistic](simulated), nan, nan, nan, nan
    if entry.statistic == "mean" and n is not None:
        # As if the simulated study had as many patients as the real one.
        own_low, own_high = mean_interval(value, float(np.std(simulated, ddof=1)), int(n))
        if sd is not None:
            low, high = mean_interval(published, float(sd), int(n))
    if entry.table == "pk":
        endpoint = " ".join(str(cells[key]).replace("_", " ") for key in ("analyte", "metric"))
        study = str(cells["study"])
    else:
        endpoint = " ".join(str(cells[key]).replace("_", " ") for key in ("endpoint", "timepoint"))
        study = str(cells["trial"])
    return QualifiedRow(
        trial=NAME, arm=study, endpoint=endpoint, unit=_SHOWN_UNITS.get(cells["unit"], str(cells["unit"])),
        kind="pharmacokinetics" if entry.table == "pk" else "laboratory", role=entry.role, drawn=False,
        published=published, printed="", lower95=low, upper95=high,
        interval="none" if np.isnan(low) else "computed from mean and SD", simulated=value,
        simulated_lower95=own_low, simulated_upper95=own_high, n=len(simulated),
        source=str(cells["source_key"]), read=_MARKS[cells["verified"]],
        note="; ".join(part for part in (f"{entry.statistic} of {entry.people} patients", entry.note) if part),
    )


def digitised_rows() -> list[QualifiedRow]:
    """Digitised mean concentrations of cycle 1 beside the reference patient: no interval, only a ratio."""
    from tdm1.mechanism import t_dm1_plasma

    plan = courses().digitised
    first = _infusions()[0]
    found: list[QualifiedRow] = []
    for (dose,), part in digitised_points().group_by(["dose_mg_per_kg"], maintain_order=True):
        # The infusion ends at 90 minutes; digitised times within it are read at its end.
        at = np.maximum(part["time_day"].to_numpy(), first)
        times = np.unique(at)
        who, dose_mg = reference_patient(t_dm1_plasma(), float(dose))  # pyright: ignore[reportArgumentType]
        seen, _ = course_of(who, dose_mg, [0.0], [first], times)
        for cells, day in zip(part.iter_rows(named=True), at, strict=True):
            chosen = plan.analytes[cells["analyte"]]
            if OBSERVABLES[chosen["quantity"]] != cells["unit"]:
                raise evidence.EvidenceError(f"courses.yaml: {cells['analyte']} is in {cells['unit']} in its table")
            found.append(
                QualifiedRow(
                    trial=NAME, arm=f"{cells['study']}, {float(cells['dose_mg_per_kg']):g} mg/kg",
                    endpoint=f"{cells['analyte']} day {float(cells['time_day']):.3g}", unit=str(cells["unit"]),
                    kind="pharmacokinetics", role=chosen["role"],  # pyright: ignore[reportArgumentType]
                    drawn=False, published=float(cells["conc"]), printed="", lower95=nan, upper95=nan,
                    interval="none", simulated=float(seen[chosen["quantity"]][np.searchsorted(times, day), 0]),
                    simulated_lower95=nan, simulated_upper95=nan, n=1, source=str(cells["source_key"]),
                    read=plan.read, note="digitised mean; reference patient",
                )
            )
    return found


def course_rows(
    patients: int | None = None, seed: int | None = None, tell: Progress | None = None
) -> tuple[list[QualifiedRow], int]:
    """Every row of courses.yaml beside its simulated value, and how many patients could not be solved.

    patients  patients of each simulated course; 1,024 if None
    seed      seed of the patients; that of each trial file if None

    The simulated interval is that of a study as large as the published one. Raises EvidenceError when a row and its
    quantity differ in unit.
    """
    count = PATIENTS if patients is None else patients
    plan = courses().rows
    needed = list(dict.fromkeys((row.people, row.quantity.startswith("trastuzumab")) for row in plan))
    simulated: dict[tuple[str, bool], dict[str, Array]] = {}
    for place, (name, steady) in enumerate(needed):
        if tell is not None:
            tell(place / (len(needed) + 1), f"{name}: {'trastuzumab' if steady else 'first cycles'}, {count} patients")
        if steady:
            dose = evidence.value("trastuzumab.dose", "mg/kg")
            simulated[name, steady] = trastuzumab_steady_state(name, count, seed, dose)
        else:
            simulated[name, steady] = first_cycles(name, count, seed)
    rows = [_row(row, simulated[row.people, row.quantity.startswith("trastuzumab")][row.quantity]) for row in plan]
    failed = sum(count - len(next(iter(quantities.values()))) for quantities in simulated.values())
    return [*rows, *digitised_rows()], failed
