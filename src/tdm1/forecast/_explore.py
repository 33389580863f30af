"""The quick what-if: another dose, interval, weight, HER2 or history, in the same virtual people, in about a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1 import engine, evidence, population, safety
from tdm1.forecast.explored import Explored
from tdm1.forecast.people import arm_name, definition_of
from tdm1.forecast.replay import bands, replay
from tdm1.forecast.settings import Asked, Settings, asked
from tdm1.population.individual import EFFECTS, individuals
from tdm1.trial import tables
from tdm1.trial.arms import TDM1Arm
from tdm1.trial.clock import MONTH_DAY, FollowUp
from tdm1.trial.comparison_limits import limits
from tdm1.trial.course import Course
from tdm1.trial.definition import TrialFile
from tdm1.trial.endpoints import PFS_MONTHS
from tdm1.trial.outcomes import subjects
from tdm1.trial.people import People, people
from tdm1.trial.protocol import run_course
from tdm1.trial.regimen_arm import arm_of
from tdm1.trial.regimens import Regimen
from tdm1.trial.result import ArmResult
from tdm1.trial.summary import grades, pfs_curve, response_flags

Array = NDArray[np.float64]
_T = TypeVar("_T")
_SEVERE = 3
_HER2 = "tumour.her2_concentration"
#: Blocks of eight people share their steps, so that a whole block is always simulated.
_BLOCK = 8
#: What the outcome holds, with its unit.
OUTCOMES = {
    "response_pct": "%", "held_6_month_pct": "%", "held_12_month_pct": "%", "held_median_month": "month",
    "dose_delayed_pct": "%", "dose_reduced_pct": "%", "stopped_for_side_effects_pct": "%",
    "platelets_grade_3_or_4_pct": "%", "infusions_median": "infusions",
}


@lru_cache(maxsize=1)
def _trial() -> TrialFile:
    return definition_of("metastatic")


@lru_cache(maxsize=4)
def _everybody(seed: int, count: int) -> tuple[dict[str, Array], Array]:
    """Covariates and random effects of the trial's virtual people, drawn once for each seed."""
    who = people(_trial(), seed, 0, count)
    return who.covariates, population.streams.normal(seed, "variability", 0, count, len(EFFECTS))


def _people(wanted: Asked) -> People:
    """The same people under every setting, but for what the setting changes."""
    count = -(-wanted.patients // _BLOCK) * _BLOCK
    drawn, effects = _everybody(wanted.seed, count)
    columns = dict(drawn)
    if wanted.weight_kg is not None:
        columns["weight_kg"] = np.full(count, wanted.weight_kg)
    if wanted.prior_lines is not None:
        columns["prior_lines"] = np.full(count, float(wanted.prior_lines))
    overrides = _trial().overrides()
    fact = evidence.fact(_HER2)
    overrides[_HER2] = overrides.get(_HER2, fact.value) * wanted.her2_factor
    until = np.full(count, evidence.value("forecast.explore.follow_up", "day"))
    follow = FollowUp(until, until, _trial().visits.scan_every or 0.0)
    return People(0, count, columns, individuals(_trial().body, columns, effects, overrides), follow)


def _arm(wanted: Asked) -> TDM1Arm:
    regimen = Regimen(wanted.dose_mg_per_kg, wanted.interval_day, wanted.cycles, False)
    return arm_of(regimen, _trial(), wanted.patients)


def _share(flags: NDArray[np.bool_]) -> float | None:
    return 100.0 * float(np.mean(flags)) if len(flags) else None


def _outcome(arm: TDM1Arm, course: Course, who: People, solved: NDArray[np.bool_]) -> dict[str, float | None]:
    frame = subjects(_trial(), arm, course, who, tables.doses(arm, course, who)).filter(pl.Series(solved))
    result = ArmResult(arm_name(_trial()), frame.height, frame)
    curve = pfs_curve(result)
    platelets = grades(result, "platelets_decreased")
    assert platelets is not None
    median = curve.median
    held = [100.0 * curve.at(month) if frame.height else None for month in PFS_MONTHS]
    flags = [_share(frame[name].to_numpy()) for name in ("delayed", "reduced", "stopped_for_ae")]
    infusions = float(np.median(frame["cycles"].to_numpy())) if frame.height else None
    values = (
        _share(response_flags(result)), *held, median if np.isfinite(median) else None, *flags,
        _share(platelets >= _SEVERE), infusions,
    )
    return dict(zip(OUTCOMES, values, strict=True))


def _limits(wanted: Asked, arm: TDM1Arm) -> tuple[str, ...]:
    name = f"{wanted.dose_mg_per_kg:g} mg/kg every {wanted.interval_day} days"
    found = limits(_trial(), {name: arm}, wanted.patients)
    months = evidence.value("forecast.explore.follow_up", "day") / MONTH_DAY
    found.append(f"Everybody is followed for {months:.0f} months: a median that comes later is not reached here.")
    if wanted.her2_factor != 1.0:
        found.append(
            "HER2: only its number on the cells of the tumour is changed. That cells with less HER2 may also differ in "
            "other ways, and that HER2 varies within a tumour, is not in the model; nothing was fitted to such tumours."
        )
    return tuple(found)


def explore(settings: Settings | None = None) -> Explored:
    """Treat the same virtual people (metastatic, as in EMILIA) as the settings say: exposure, tumour, platelets, trial.

    Label rules hold: doses are delayed, lowered and stopped, on another interval along the label's steps in
    proportion. The same settings are answered from memory. No person's data come in, so none are kept.
    Raises ForecastError, naming the setting, for a number that cannot be.
    """
    return _explored(asked(settings or Settings()))


@lru_cache(maxsize=32)
def _explored(wanted: Asked) -> Explored:
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], _T]) -> _T:
        start = time.perf_counter()
        done = work()
        spent[name] = round(1000.0 * (time.perf_counter() - start), 1)
        return done

    timed("equations", lambda: engine.compile(_trial().body))
    arm = _arm(wanted)
    who = timed("people", lambda: _people(wanted))
    label = safety.label.load(_trial().setting, _trial().region)
    course = timed("trial", lambda: run_course(_trial(), arm, who, label, wanted.seed))
    days = round(evidence.value("forecast.explore.bands", "day"))
    fine = timed("bands", lambda: replay(who, course, days))
    kept = np.arange(who.count) < wanted.patients
    solved = kept & (course.status == 0) & (fine.status == 0)
    shown, inside = bands(fine, solved)
    outcome = timed("outcome", lambda: _outcome(arm, course, who, solved))
    planned = range(days // wanted.interval_day + 1) if wanted.cycles is None else range(wanted.cycles)
    return Explored(
        settings=wanted, time_day=tuple(fine.time_day), people=inside, bands=shown,
        dose_day=tuple(float(day) for day in (cycle * wanted.interval_day for cycle in planned) if day <= days),
        follow_up_day=float(who.follow_up.data_cut_day[0]), outcome=outcome, outcome_unit=OUTCOMES,
        limits=_limits(wanted, arm), failed_solves=int((kept & ~solved).sum()), milliseconds=spent,
    )


def warm() -> None:
    """Load the equations and whatever a what-if needs, so that the first one is as fast as the others."""
    _explored(asked(Settings()))
