"""All samples as patients of one batch: treat them with one regimen and reduce each course to the outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tdm1 import engine, evidence
from tdm1.mechanism import Model
from tdm1.population.individual import Individuals, initial_states
from tdm1.trial.reading import InputError
from tdm1.trial.sensitivity.outputs import Output, reduced

Array = NDArray[np.float64]

#: Samples solved together, a multiple of the engine's blocks of eight: bounds the memory, not the numbers.
_TOGETHER = 4096
#: Days after a dose at which the course is looked at, beside every whole day.
_EARLY = (0.25, 0.5, 1.5)
_INPUT = "infusion"


@dataclass(frozen=True, slots=True)
class Regimen:
    """Equal doses (mg/kg) every so many days, `cycles` of them, as planned: no label rule acts here."""

    dose_mg_per_kg: float
    every_day: float
    cycles: int

    def check(self) -> None:
        """Raise InputError for a number that cannot be."""
        for name, number in (("dose_mg_per_kg", self.dose_mg_per_kg), ("every_days", self.every_day)):
            if not (np.isfinite(number) and number > 0):
                raise InputError(f"{name} is {number:g}; it must be above 0")
        if self.cycles < 1:
            raise InputError(f"cycles is {self.cycles}; give 1 or more")
        if self.every_day <= max(self.infusion_days):
            raise InputError(
                f"every_days is {self.every_day:g}; it must be longer than the infusion "
                f"({max(self.infusion_days) * 24 * 60:g} minutes)"
            )

    @property
    def infusion_days(self) -> tuple[float, ...]:
        """Length of every infusion."""
        first, later = (
            evidence.value(f"label.us.infusion_{name}", "min") / (24 * 60) for name in ("first", "later")
        )
        return (first, *[later] * (self.cycles - 1))

    def offsets(self) -> Array:
        """Days after a dose at which the course is looked at, the start and the next dose included."""
        days = np.unique(np.concatenate([[0.0], _EARLY, np.arange(1.0, self.every_day)]))
        return np.append(days[(days == 0.0) | (days > max(self.infusion_days)) & (days < self.every_day)],
                         self.every_day)


def solve(
    model: Model,
    values: Array,
    dose_mg: float,
    regimen: Regimen,
    outputs: Sequence[Output],
    *,
    relative_tolerance: float,
    progress: Callable[[float], None] | None = None,
) -> tuple[Array, NDArray[np.int8]]:
    """Outputs of N samples, shape (N, len(outputs)), and the engine's status of each, shape (N,).

    values   parameters of every sample, shape (N, P), in the model's order
    dose_mg  every dose
    A sample that fails has NaN for all outputs. Raises InputError for a model that takes no infusion of T-DM1.
    """
    if _INPUT not in model.inputs:
        raise InputError(f"model '{model.name}' takes no infusion of T-DM1, so no dose can be given")
    kernel = engine.compile(model)
    found = np.full((len(values), len(outputs)), np.nan)
    status = np.zeros(len(values), np.int8)
    for start in range(0, len(values), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        who = Individuals(model, values[part])
        days, kinks, watched, status[part] = _courses(kernel, who, dose_mg, regimen, outputs, relative_tolerance)
        good = status[part] == 0
        for column, output in enumerate(outputs):
            numbers = reduced(output, days, kinks, regimen.every_day, watched[output.watched][:, good])
            found[part, column][good] = numbers
        if progress is not None:
            progress(min(1.0, (start + _TOGETHER) / len(values)))
    return found, status


def _courses(
    kernel: engine.Kernel, who: Individuals, dose_mg: float, regimen: Regimen, outputs: Sequence[Output],
    relative_tolerance: float,
) -> tuple[Array, list[float], dict[str, Array], NDArray[np.int8]]:
    """Days looked at (T,), days at which infusions start and end, watched values (T, N) by name, statuses (N,)."""
    model, states = who.model, initial_states(who)
    count = len(states)
    status = np.zeros(count, np.int8)
    none = np.zeros((count, len(model.inputs)))
    column = model.inputs.index(_INPUT)
    names = {output.watched for output in outputs}
    days: list[float] = []
    kinks: list[float] = []
    seen: dict[str, list[Array]] = {name: [] for name in names}

    def look(day: float, at: Array) -> None:
        days.append(day)
        shown = kernel.observe(at, who.values, none) if names - set(model.states) else none
        for name in names:
            of_states = name in model.states
            values = at[:, model.states.index(name)] if of_states else shown[:, model.outputs.index(name)]
            seen[name].append(np.array(values))

    look(0.0, states)
    for cycle, length in enumerate(regimen.infusion_days):
        start, offsets = cycle * regimen.every_day, regimen.offsets()
        kinks += [start, start + length]
        rate = none.copy()
        rate[:, column] = dose_mg / length
        for place, (begin, end) in enumerate(pairwise(offsets)):
            moved = kernel.advance(
                states, who.values, none if place else rate, 0.0 if place else length, float(end - begin),
                relative_tolerance=relative_tolerance, status=status,
            )
            states, status = moved.states, moved.status
            if place == 0:
                look(start + length, moved.after_input)
            look(start + float(end), states)
    return np.array(days), kinks, {name: np.stack(rows) for name, rows in seen.items()}, status
