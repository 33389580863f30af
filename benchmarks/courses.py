"""The courses that every engine runs: 14 cycles of three weeks, states kept every week, for three models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import benchmark_model
import numpy as np
from numpy.typing import NDArray

from tdm1 import engine, evidence, mechanism, population
from tdm1.evidence.drugs import drug
from tdm1.mechanism import Model
from tdm1.mechanism.models import full
from tdm1.population import streams
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import EFFECTS, individuals, initial_states

Array = NDArray[np.float64]
CYCLES, WEEKS_A_CYCLE, WEEK_DAY = 14, 3, 7.0


@dataclass(frozen=True)
class Course:
    """Patients of one model. `compared` turns states (N, times, S) into the quantities whose error counts."""

    name: str
    model: Model
    parameters: Array
    start: Array
    dose: Array
    first_infusion_day: float
    infusion_day: float
    compared: Callable[[Array], Array]

    def infusion(self, cycle: int) -> float:
        """Days that the infusion of a cycle lasts."""
        return self.infusion_day if cycle else self.first_infusion_day

    def phases(self, patient: int) -> list[tuple[float, float, bool]]:
        """(days, rate, whether the state at its end is kept) in turn, for engines that take one patient."""
        found: list[tuple[float, float, bool]] = []
        for cycle in range(CYCLES):
            on = self.infusion(cycle)
            found += [(on, float(self.dose[patient]) / on, False), (WEEK_DAY - on, 0.0, True)]
            found += [(WEEK_DAY, 0.0, True)] * (WEEKS_A_CYCLE - 1)
        return found


def benchmark(count: int) -> Course:
    """The benchmark model with its random patients."""
    parameters = benchmark_model.population(count)
    return Course(
        "benchmark model",
        benchmark_model.MODEL,
        parameters,
        benchmark_model.initial(parameters),
        np.full(count, benchmark_model.DOSE_NMOL),
        benchmark_model.FIRST_INFUSION_DAY,
        benchmark_model.INFUSION_DAY,
        benchmark_model.outputs,
    )


def product(count: int) -> Course:
    """The model that trials run, with virtual EMILIA patients at 3.6 mg/kg."""
    model = mechanism.t_dm1()
    people = population.sample(population.load("emilia"), 1, 0, count)
    who = individuals(model, people, streams.normal(1, "variability", 0, count, len(EFFECTS)))
    seen = ("conjugate_central", "dm1_central", "platelets_blood", "alt_plasma", "ast_plasma")
    columns = [model.states.index(name) for name in seen]
    volumes = [model.states.index(name) for name in ("sensitive_volume", "resistant_volume")]

    def compared(states: Array) -> Array:
        total = states[..., volumes].sum(axis=-1, keepdims=True)
        return np.concatenate([states[..., columns], total], axis=-1)

    return Course(
        "t_dm1, the trials' model",
        model,
        who.values,
        initial_states(who),
        3.6 * people["weight_kg"],
        evidence.value("label.us.infusion_first", "min") / (24 * 60),
        evidence.value("label.us.infusion_later", "min") / (24 * 60),
        compared,
    )


def whole(count: int) -> Course:
    """The whole mechanism of T-DM1 (`full_t_dm1`) with the same patients."""
    model = full("t_dm1")
    people = population.sample(population.load("emilia"), 1, 0, count)
    effects = streams.normal(1, "variability", 0, count, len(EFFECTS))
    who = drug_individuals(model, drug("t_dm1"), people, effects)
    seen = ("antibody_0", "antibody_3", "payload_central", "payload_high_well", "payload_low_poor", "grown",
            "liver_free_payload", "megakaryocyte_free_payload")  # fmt: skip
    columns = [model.states.index(name) for name in seen]
    return Course(
        "full_t_dm1, the whole mechanism", model, who.values, initial_states(who), 3.6 * people["weight_kg"],
        evidence.value("label.us.infusion_first", "min") / (24 * 60),
        evidence.value("label.us.infusion_later", "min") / (24 * 60),
        lambda states: states[..., columns],
    )  # fmt: skip


def run_engine(course: Course, relative_tolerance: float, patients: int | None = None) -> Array:
    """Compared quantities every week, shape (N, 42, Q), by the product's engine, one call a week as in a trial."""
    kernel = engine.compile(course.model)
    some = slice(None, patients)
    states, parameters = course.start[some], course.parameters[some]
    kept: list[Array] = []
    for cycle in range(CYCLES):
        on = course.infusion(cycle)
        rates = np.zeros((len(states), len(course.model.inputs)))
        rates[:, 0] = course.dose[some] / on
        for part in range(WEEKS_A_CYCLE):
            after = kernel.advance(
                states, parameters, rates, 0.0 if part else on, WEEK_DAY, relative_tolerance=relative_tolerance
            )
            if after.status.any():
                raise SystemExit(
                    f"{course.name}: {np.count_nonzero(after.status)} patients failed; no speed is reported"
                )
            states = after.states
            kept.append(course.compared(states))
    return np.stack(kept, axis=1)


def run_course(course: Course, relative_tolerance: float) -> Array:
    """The same in one call for the whole course, as the prototype does it."""
    count, width = len(course.start), len(course.model.inputs)
    segments: list[engine.Segment] = []
    for cycle in range(CYCLES):
        on = course.infusion(cycle)
        rates = np.zeros((count, width))
        rates[:, 0] = course.dose / on
        for part in range(WEEKS_A_CYCLE):
            segments.append(engine.Segment(rates, 0.0 if part else on, WEEK_DAY))
    found = engine.compile(course.model).course(
        course.start, course.parameters, segments, relative_tolerance=relative_tolerance
    )
    if found.status.any():
        raise SystemExit(f"{course.name}: {np.count_nonzero(found.status)} patients failed; no speed is reported")
    return course.compared(found.states.transpose(1, 0, 2))


def largest_relative_error(found: Array, truth: Array) -> float:
    """Largest relative error where a quantity is above 1e-3 of its largest value, as the prototype counted it."""
    return benchmark_model.largest_relative_error(found, truth)
