"""Exposure, tumour and platelets between the visits: the first weeks of a course integrated again at finer times.

The doses are those that were really given, delays and reductions included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import engine, evidence
from tdm1.forecast.explored import Band
from tdm1.population.individual import initial_states
from tdm1.trial.bands import OBSERVABLES, observe
from tdm1.trial.course import Course
from tdm1.trial.people import People

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Days after an infusion at which is looked besides the week's end: its peak and the fast fall after it.
_AFTER_DOSE_DAY = (0.25, 1.0, 3.0)
_WEEK = 7
#: Relative error of a step: far less than a line of a picture is wide, and faster than what outcomes are made of.
_TOLERANCE = 1e-3
#: What is shown, by name: the observable and its unit.
SHOWN = {
    "conjugate": ("conjugate", OBSERVABLES["conjugate"]), "dm1": ("dm1", OBSERVABLES["dm1"]),
    "tumour": ("sum_of_diameters", "%"), "platelets": ("platelets", OBSERVABLES["platelets"]),
}


@dataclass(frozen=True, slots=True)
class Replay:
    """Values of shape (times, people) by name, who was still in the trial at each time, and the solver's status."""

    time_day: list[float]
    values: dict[str, Array]
    inside: Flags
    status: NDArray[np.int8]


def _doses(course: Course) -> dict[int, tuple[NDArray[np.int_], Array, Array]]:
    """Who was dosed on each day, with how many mg over how long (day)."""
    found: dict[int, tuple[NDArray[np.int_], Array, Array]] = {}
    for entry in course.ledger.doses:
        patients = np.asarray(entry.patient, np.int_)
        found[round(float(entry.time_day[0]))] = (patients, entry.dose_mg, entry.infusion_day)
    return found


def replay(who: People, course: Course, days: int) -> Replay:
    """The first `days` of a course of T-DM1 (whole weeks)."""
    people, kernel = who.individuals, engine.compile(who.individuals.model)
    states, status = initial_states(people), np.zeros(who.count, np.int8)
    none = np.zeros((who.count, len(people.model.inputs)))
    doses = _doses(course)
    left = np.minimum(course.progression_day, course.death_day)
    times: list[float] = []
    seen: list[dict[str, Array]] = []

    def look(day: float) -> None:
        times.append(day)
        found = observe(kernel, people, states, none)
        seen.append({name: found[own] for name, (own, _) in SHOWN.items()})

    look(0.0)
    for day in range(0, days, _WEEK):
        rate, length = none.copy(), np.zeros(who.count)
        if day in doses:
            patients, mg, infusion = doses[day]
            rate[patients, 0], length[patients] = mg / infusion, infusion
        before = 0.0
        for after in (*(_AFTER_DOSE_DAY if day in doses else ()), float(_WEEK)):
            moved = kernel.advance(
                states, people.values, rate, np.minimum(length, after - before), after - before, status=status,
                relative_tolerance=_TOLERANCE,
            )
            states, status, before = moved.states, moved.status, after
            rate, length = none, np.zeros(who.count)
            look(day + after)
    values = {name: np.stack([one[name] for one in seen]) for name in SHOWN}
    values["tumour"] = 100.0 * values["tumour"] / who.covariates["sum_of_diameters_mm"]
    return Replay(times, values, left[None, :] >= np.asarray(times)[:, None], status)


def bands(replayed: Replay, solved: Flags) -> tuple[dict[str, Band], tuple[int, ...]]:
    """Bands over the solved people who are still in the trial, and their number at each time."""
    inside = replayed.inside & solved[None, :]
    people = inside.sum(axis=1)
    enough = people >= evidence.value("forecast.fewest", "1") / 2.0
    found: dict[str, Band] = {}
    for name, (_, unit) in SHOWN.items():
        rows = [
            np.quantile(values[who], [0.05, 0.5, 0.95]) if told else None
            for values, who, told in zip(replayed.values[name], inside, enough, strict=True)
        ]
        low, middle, high = (tuple(None if row is None else float(row[i]) for row in rows) for i in range(3))
        found[name] = Band(unit, low, middle, high)
    return found, tuple(int(count) for count in people)
