"""Bands of the first cycles: median and 5 to 95 % of what can be observed, without dose changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1 import engine
from tdm1.mechanism import Model
from tdm1.mechanism.tumour import lesion_diameter_mm
from tdm1.population.individual import Individuals, initial_states
from tdm1.trial.clinic import ANALYTES
from tdm1.trial.definition import TDM1Arm, TrialFile
from tdm1.trial.people import people

Array = NDArray[np.float64]

#: What a simulation can show, with its unit.
OBSERVABLES = {
    "conjugate": "ug/mL",
    "total_antibody": "ug/mL",
    "dm1": "ng/mL",
    **ANALYTES,
    "nerve_exposure": "ug/mL",
    "sum_of_diameters": "mm",
    "tumour_payload": "nM",
    "kill_rate": "1/day",
}
_OF_MODEL = {"tumour_payload": "unbound_sensitive", "kill_rate": "kill_sensitive"}


def observables(model: Model) -> dict[str, str]:
    """What a simulation with this model can show, with its unit: without a tumour, all but the tumour's."""
    return {name: unit for name, unit in OBSERVABLES.items() if _output(name) in model.outputs}


def _output(name: str) -> str:
    """The model's output that an observable is, or is computed from."""
    return "lesion_volume" if name == "sum_of_diameters" else _OF_MODEL.get(name, name)


def observe(kernel: engine.Kernel, who: Individuals, states: Array, inputs: Array) -> dict[str, Array]:
    """Every observable of N patients at one time, each of shape (N,)."""
    outputs = kernel.observe(states, who.values, inputs)
    shown = observables(who.model)
    found = {name: outputs[:, who.model.outputs.index(_output(name))] for name in shown}
    if "sum_of_diameters" in found:
        volume = np.maximum(found["sum_of_diameters"], 0.0)
        found["sum_of_diameters"] = who.column("lesions") * lesion_diameter_mm(volume)
    return found


#: What is seen of N patients at one time: kernel, patients, states and inputs in, arrays of shape (N,) by name out.
Look = Callable[[engine.Kernel, Individuals, Array, Array], dict[str, Array]]


def doses_between(dose_days: Sequence[float], times: Array) -> list[float]:
    """All times at which an integration stops: doses and observations, in order, each once."""
    return sorted({*(float(day) for day in dose_days), *(float(time) for time in times)})


def course_of(
    who: Individuals,
    dose_mg: Array,
    dose_days: Sequence[float],
    infusion_days: Sequence[float],
    times: Array,
    drug: str = "infusion",
    look: Look = observe,
) -> tuple[dict[str, Array], NDArray[np.int8]]:
    """Observables at `times` (T,), each of shape (T, N), and a status per patient, for fixed doses (mg, shape (N,)).

    `drug` is the model's input that the doses go to: `infusion` for T-DM1, `trastuzumab_infusion` for trastuzumab.
    `look` tells what is observed. Doses start on `dose_days` and last `infusion_days`; an observation during an
    infusion sees it running.
    """
    kernel = engine.compile(who.model)
    states = initial_states(who)
    count = len(states)
    given = np.array([float(name == drug) for name in who.model.inputs])
    status = np.zeros(count, np.int8)
    edges = sorted({*doses_between(dose_days, times), *(d + i for d, i in zip(dose_days, infusion_days, strict=True))})
    seen: dict[float, dict[str, Array]] = {}
    wanted = {float(time) for time in times}
    for place, day in enumerate(edges):
        if day in wanted:
            seen[day] = look(kernel, who, states, np.zeros((count, len(who.model.inputs))))
        if place + 1 == len(edges):
            break
        span = edges[place + 1] - day
        running = [i for d, i in zip(dose_days, infusion_days, strict=True) if d <= day < d + i * (1.0 - 1e-12)]
        rate = np.sum([dose_mg / length for length in running], axis=0) if running else np.zeros(count)
        on = span if running else 0.0
        moved = kernel.advance(states, who.values, rate[:, None] * given, np.full(count, on), span, status=status)
        states, status = moved.states, moved.status
    names = tuple(seen[float(times[0])])
    return {name: np.stack([seen[float(time)][name] for time in times]) for name in names}, status


def summarise(courses: dict[str, Array], status: NDArray[np.int8]) -> dict[str, tuple[Array, Array, Array]]:
    """5 %, median and 95 % over the patients whose integration succeeded, per time; NaN where there is none."""
    good = status == 0

    def at(values: Array, share: float) -> Array:
        return np.quantile(values[:, good], share, axis=1) if good.any() else np.full(len(values), np.nan)

    return {name: (at(values, 0.05), at(values, 0.5), at(values, 0.95)) for name, values in courses.items()}


def bands(trial: TrialFile, arm: TDM1Arm, seed: int, count: int, cycles: int = 3) -> pl.DataFrame:
    """Bands of the arm's own patients over its first cycles at the full dose."""
    whole = -(-count // 8) * 8
    who = people(trial, seed, 0, whole)
    starts = [cycle * arm.every for cycle in range(cycles)]
    lengths = [arm.first_infusion, *[arm.later_infusion] * (cycles - 1)]
    # Dense after each infusion, then daily.
    offsets = np.unique([0.0, 0.02, 0.25, 0.5, *np.arange(1.0, arm.every)])
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    times = np.unique(np.concatenate([*(start + offsets for start in starts), ends]))
    courses, status = course_of(who.individuals, arm.dose * who.covariates["weight_kg"], starts, lengths, times)
    frames = [
        pl.DataFrame(
            {
                "time_day": times,
                "observable": [name] * len(times),
                "unit": [OBSERVABLES[name]] * len(times),
                "p05": low,
                "median": middle,
                "p95": high,
            }
        )
        for name, (low, middle, high) in summarise(
            {name: values[:, :count] for name, values in courses.items()}, status[:count]
        ).items()
    ]
    return pl.concat(frames)
