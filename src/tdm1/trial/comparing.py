"""Regimens on the same patients: estimates, paired differences with intervals, numbers needed, and the frontier."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from tdm1 import engine
from tdm1.trial.arm import run_arm
from tdm1.trial.arms import SimulatedArm
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.compared_outcomes import Outcome, axes, outcomes
from tdm1.trial.comparison_limits import dose_levels_mg_per_kg, limits
from tdm1.trial.definition import TrialFile
from tdm1.trial.dominance import Standing, standings
from tdm1.trial.number_needed import NumberNeeded, number_needed
from tdm1.trial.paired_bootstrap import difference, interval, resample
from tdm1.trial.reading import InputError
from tdm1.trial.regimen_arm import arms_of, template
from tdm1.trial.regimens import EXAMPLE
from tdm1.trial.result import ArmResult
from tdm1.trial.workers import executor

#: Told how far the comparison is (0 to 1) and what it is doing.
Progress = Callable[[float, str], None]

_DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class RegimenEstimate:
    """One outcome under one regimen, in the outcome's unit. Infinite: not reached; NaN: not defined."""

    regimen: str
    outcome: str
    value: float
    lower95: float
    upper95: float


@dataclass(frozen=True, slots=True)
class RegimenDifference:
    """One outcome under a regimen less that under the reference, in the same patients.

    number_needed   patients to treat with the regimen instead of the reference for one more good outcome; None
                    where the outcome is no share
    """

    regimen: str
    reference: str
    outcome: str
    value: float
    lower95: float
    upper95: float
    number_needed: NumberNeeded | None


@dataclass(frozen=True, slots=True)
class RegimenComparison:
    """A finished comparison. `arms` and `patients` go by the name of the regimen; the first is the reference.

    patients   per regimen one row a patient, as `ArmResult.subjects`, with t_dm1_mg (mg) and t_dm1_mg_per_kg_week;
               only patients whose integration succeeded under every regimen, so that all tables hold the same people
    dose_levels_mg_per_kg   starting dose of each regimen and what it can be reduced to
    standings  of every regimen on the frontier of the outcomes `efficacy` and `toxicity`
    texts      the regimens as they were asked for
    """

    trial: str
    title: str
    seed: int
    asked_patients: int
    failed_solves: int
    seconds: float
    arms: dict[str, SimulatedArm]
    dose_levels_mg_per_kg: dict[str, list[float]]
    patients: dict[str, pl.DataFrame]
    outcomes: tuple[Outcome, ...]
    estimates: list[RegimenEstimate]
    differences: list[RegimenDifference]
    efficacy: Outcome
    toxicity: Outcome
    standings: list[Standing]
    limits: list[str]
    texts: tuple[str, ...] = ()
    definition: str = field(default="", repr=False)

    @property
    def reference(self) -> str:
        """The first regimen, which the others are compared with."""
        return next(iter(self.arms))

    @property
    def compared_patients(self) -> int:
        """Patients who were solved under every regimen."""
        return self.patients[self.reference].height

    def estimate(self, regimen: str, outcome: str) -> RegimenEstimate:
        """The estimate of an outcome under a regimen. Raises KeyError where there is none."""
        for one in self.estimates:
            if (one.regimen, one.outcome) == (regimen, outcome):
                return one
        raise KeyError((regimen, outcome))


def with_doses(arm: ArmResult) -> pl.DataFrame:
    """One row a patient: `arm.subjects` with the T-DM1 given, in mg, and in mg/kg a week until its last cycle ends."""
    table = arm.subjects.sort("patient")
    if arm.doses is None:
        given = pl.DataFrame({"patient": table["patient"], "t_dm1_mg": np.zeros(table.height)})
    else:
        doses = arm.doses.filter(pl.col("drug") == "T-DM1")
        given = doses.group_by("patient").agg(pl.col("dose_mg").sum().alias("t_dm1_mg"))
        given = given.with_columns(pl.col("patient").cast(table["patient"].dtype))
    weeks = pl.col("treatment_month") * MONTH_DAY / _DAYS_PER_WEEK
    return table.join(given, on="patient", how="left", maintain_order="left").with_columns(
        pl.col("t_dm1_mg").fill_null(0.0)
    ).with_columns((pl.col("t_dm1_mg") / pl.col("weight_kg") / weeks).alias("t_dm1_mg_per_kg_week"))


def same_people(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with the patients alone who were solved under every regimen, in the order of their numbers."""
    kept: set[int] | None = None
    for table in tables.values():
        solved = set(table.filter(pl.col("solve_status") == 0)["patient"].to_list())
        kept = solved if kept is None else kept & solved
    return {
        name: table.filter(pl.col("patient").is_in(sorted(kept or ()))).sort("patient")
        for name, table in tables.items()
    }


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the patients' tables tell: estimates, differences with the first regimen, and the standings."""

    estimates: list[RegimenEstimate]
    differences: list[RegimenDifference]
    standings: list[Standing]


def weigh(tables: Mapping[str, pl.DataFrame], known: Sequence[Outcome], seed: int) -> Weighed:
    """Estimates and paired differences of the outcomes from the tables of the same N patients under each regimen."""
    names = list(tables)
    count = tables[names[0]].height
    point, drawn = resample(seed, count, [one.estimator(tables[name]) for name in names for one in known])
    shape = (len(names), len(known))
    point, drawn = point.reshape(shape), drawn.reshape(*shape, -1)
    estimates: list[RegimenEstimate] = []
    differences: list[RegimenDifference] = []
    for row, name in enumerate(names):
        for column, outcome in enumerate(known):
            low, high = interval(drawn[row, column])
            estimates.append(RegimenEstimate(name, outcome.name, float(point[row, column]), low, high))
            if row > 0:
                value = float(difference(point[row, column], point[0, column]))
                low, high = interval(difference(drawn[row, column], drawn[0, column]))
                needed = _needed(outcome, value, low, high)
                differences.append(RegimenDifference(name, names[0], outcome.name, value, low, high, needed))
    places = [known.index(one) for one in axes(tuple(known))]
    of_axes = [part[:, place] for part in (point, drawn) for place in places]
    return Weighed(estimates, differences, standings(names, *of_axes))


def _needed(outcome: Outcome, value: float, low: float, high: float) -> NumberNeeded | None:
    if not outcome.share:
        return None
    return number_needed(value, low, high) if outcome.better == "higher" else number_needed(-value, -high, -low)


def _check(trial: TrialFile, texts: Sequence[str], patients: int, seed: int, workers: int | None) -> None:
    if len(texts) < 2:
        raise InputError(
            f"{len(texts)} regimen{'s' if len(texts) != 1 else ''} for trial '{trial.name}': name two or more; the "
            f"others are compared with the first (a regimen looks like '{EXAMPLE}')"
        )
    if patients < 2:
        raise InputError(f"{patients} patients tell nothing of chance; use 2 or more")
    if seed < 0:
        raise InputError(f"seed {seed} is negative; use 0 or more")
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers cannot do anything; use 1 or more")


def compare_regimens(
    trial: TrialFile, regimens: Sequence[str], *, patients: int | None = None, seed: int | None = None,
    workers: int | None = None, progress: Progress | None = None,
) -> RegimenComparison:
    """Treat the same patients of a trial with every regimen, and compare with the first.

    regimens  names of simulated arms of the trial, or regimens such as '2.4 mg/kg qw'; two or more, also one twice
    patients  patients under each regimen; as many as in the trial's own T-DM1 arm if None
    seed      seed of all random numbers; the trial's own if None
    workers   processes that share the work; one if None. It does not change the numbers
    progress  told how far the comparison is and what it is doing

    Intervals are 95 % percentiles of a bootstrap of the patients, the same ones under every regimen (Efron and
    Tibshirani 1993); a number needed and its interval are the inverse of a difference (Altman 1998). Raises
    InputError for regimens, a number of patients, a seed or workers that cannot be.
    """
    own = template(trial)
    count = own.patients if patients is None else patients
    chosen = trial.seed if seed is None else seed
    _check(trial, regimens, count, chosen, workers)
    arms = arms_of(regimens, trial, count)
    tell = progress or (lambda share, what: None)
    started = time.perf_counter()
    tell(0.0, "preparing the equations")
    engine.compile(trial.body, report=lambda what: tell(0.0, what))
    treated: dict[str, pl.DataFrame] = {}
    with executor(workers) as execute:
        for place, (name, arm) in enumerate(arms.items()):
            tell(place / len(arms), f"{name}: {count} patients")
            treated[name] = with_doses(
                run_arm(
                    trial, name, arm, chosen, execute,
                    lambda share, place=place, name=name: tell((place + share) / len(arms), name),
                )
            )
    tables = same_people(treated)
    known = outcomes(trial)
    left = tables[next(iter(tables))].height
    if left < 2:
        raise RuntimeError(f"{left} of {count} patients could be solved under every regimen: nothing to compare")
    tell(1.0, "drawing the patients again and again")
    found = weigh(tables, known, chosen)
    efficacy, toxicity = axes(known)
    return RegimenComparison(
        trial=trial.name, title=trial.title, seed=chosen, asked_patients=count, failed_solves=count - left,
        seconds=time.perf_counter() - started, arms=arms, patients=tables, outcomes=known,
        dose_levels_mg_per_kg={name: dose_levels_mg_per_kg(arm, trial) for name, arm in arms.items()},
        estimates=found.estimates, differences=found.differences, efficacy=efficacy, toxicity=toxicity,
        standings=found.standings, limits=limits(trial, arms, left), texts=tuple(regimens), definition=trial.text,
    )
