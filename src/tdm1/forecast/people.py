"""Runs the trial's T-DM1 arm on people like one person, and on the trial's own people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1 import engine, evidence, population, safety, trial
from tdm1.population.conditional import alike, checked
from tdm1.population.individual import EFFECTS, individuals
from tdm1.trial import people as trial_people
from tdm1.trial import tables
from tdm1.trial.arms import TDM1Arm
from tdm1.trial.clock import MONTH_DAY, follow_up
from tdm1.trial.course import Course
from tdm1.trial.definition import TrialFile
from tdm1.trial.outcomes import subjects
from tdm1.trial.people import CHUNK, People
from tdm1.trial.protocol import run_course
from tdm1.trial.regimen_arm import template
from tdm1.trial.result import ArmResult

Array = NDArray[np.float64]
#: Told how far the work is (0 to 1) and what is done now.
Progress = Callable[[float, str], None]
#: The trial that stands for each setting.
TRIALS = {"metastatic": "emilia", "early": "katherine"}


@dataclass(frozen=True, slots=True)
class Lived:
    """What happened to the people of one run whose equations were solved.

    trial       the trial whose arm, visits and follow-up they had
    arm         tables of these people, without those who failed
    failed      people whose equations were not solved: counted, and nothing else
    platelets   lowest measured count of each person (rows, in the order of `arm.subjects`) in each month (10*9/L),
                NaN where none was measured
    """

    trial: TrialFile
    arm: ArmResult
    failed: int
    platelets: Array


def arm_name(definition: TrialFile) -> str:
    """The name of the trial's T-DM1 arm."""
    own = template(definition)
    return next(name for name, arm in definition.arms.items() if arm is own)


def months(definition: TrialFile) -> int:
    """Months of the timeline of a trial."""
    return round(evidence.value(f"forecast.timeline_{definition.setting}", "month"))


def like(definition: TrialFile, seed: int, first: int, count: int, known: Mapping[str, float]) -> People:
    """People with the known covariates, in the follow-up of the trial; its eligibility is not asked."""
    columns = alike(definition.population, seed, first, count, known).columns
    effects = population.streams.normal(seed, "variability", first, count, len(EFFECTS))
    return People(
        first, count, columns, individuals(definition.body, columns, effects, definition.overrides()),
        follow_up(definition, seed, first, count),
    )


def outside(definition: TrialFile, known: Mapping[str, float]) -> tuple[str, ...]:
    """Known covariates whose value nobody among the trial's virtual people has."""
    return alike(definition.population, 0, 0, 0, known).outside


def _lowest(course: Course, count: int) -> Callable[[int], Array]:
    def by_month(number: int) -> Array:
        found = np.full((count, number), np.nan)
        for day, who, values in course.lab_visits:
            month = int((day - 1) // MONTH_DAY)
            if day > 0 and month < number:
                found[who, month] = np.fmin(found[who, month], values["platelets"][who])
        return found

    return by_month


def _chunk(
    definition: TrialFile, arm: TDM1Arm, who: People, seed: int, wanted: int
) -> tuple[Array, list[pl.DataFrame]]:
    """Lowest platelets, subjects and episodes of the first `wanted` people of a chunk."""
    course = run_course(definition, arm, who, safety.label.load(definition.setting, definition.region), seed)
    assert course.symptoms is not None
    last = who.first + wanted
    frames = [
        subjects(definition, arm, course, who, tables.doses(arm, course, who)), course.symptoms.frame(who.first),
    ]
    lowest = _lowest(course, who.count)(months(definition))[:wanted]
    return lowest, [frame.filter(pl.col("patient") < last) for frame in frames]


def live(
    definition: TrialFile, seed: int, patients: int, known: Mapping[str, float] | None, progress: Progress
) -> Lived:
    """Treat `patients` with the trial's T-DM1 arm: people with the known covariates, or the trial's own if None.

    Whole chunks are simulated, as in a trial, so that patient k is the same whatever the number of patients.
    Raises PopulationError for a covariate that cannot be.
    """
    if known is not None:
        checked(definition.population, known)
    name, arm = arm_name(definition), template(definition)
    engine.compile(definition.body, report=lambda what: progress(0.0, what))
    parts: list[tuple[Array, list[pl.DataFrame]]] = []
    starts = range(0, patients, CHUNK)
    for place, first in enumerate(starts):
        progress(place / len(starts), f"people {first + 1} to {min(first + CHUNK, patients)}")
        who = (
            trial_people.people(definition, seed, first, CHUNK) if known is None
            else like(definition, seed, first, CHUNK, known)
        )
        parts.append(_chunk(definition, arm, who, seed, min(CHUNK, patients - first)))
    frame = pl.concat([frames[0] for _, frames in parts])
    episodes = pl.concat([frames[1] for _, frames in parts])
    good = (frame["solve_status"] == 0).to_numpy()
    kept = frame.filter(pl.Series(good))
    result = ArmResult(
        name=name, n=kept.height, subjects=kept,
        adverse_events=episodes.join(kept.select("patient"), on="patient", how="semi", maintain_order="left"),
    )
    return Lived(definition, result, patients - kept.height, np.concatenate([lowest for lowest, _ in parts])[good])


def definition_of(setting: str) -> TrialFile:
    """The trial that stands for a setting."""
    return trial.load(TRIALS[setting])
