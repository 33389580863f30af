"""Patients for the tests of the mechanism: a random EMILIA population, some of them far out in their effects."""

from __future__ import annotations

import numpy as np

from tdm1 import engine, evidence, population
from tdm1.evidence.drugs import drug
from tdm1.mechanism import Model
from tdm1.population import streams
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import EFFECTS, Individuals, individuals, initial_states
from tdm1.trial.mechanism_course import typical_parameters

#: Length of the first and of later infusions, day.
FIRST = evidence.value("label.us.infusion_first", "min") / (24 * 60)
LATER = evidence.value("label.us.infusion_later", "min") / (24 * 60)


def emilia(model: Model, count: int, seed: int = 1, extreme: bool = False) -> tuple[Individuals, np.ndarray]:
    """`count` EMILIA patients and their doses (mg) at 3.6 mg/kg; with `extreme`, the first have effects of 3 SD."""
    covariates = population.sample(population.load("emilia"), seed, 0, count)
    effects = streams.normal(seed, "variability", 0, count, len(EFFECTS))
    if extreme:
        alternate = np.where(np.arange(len(EFFECTS)) % 2, 3.0, -3.0)
        effects[:4] = np.stack([np.full(len(EFFECTS), 3.0), np.full(len(EFFECTS), -3.0), alternate, -alternate])
    dose = 3.6 * covariates["weight_kg"]
    if "clearance" in model.parameters:
        return individuals(model, covariates, effects), dose
    kind, _, name = model.name.partition("_")
    if kind in ("plasma", "full"):
        return drug_individuals(model, drug(name), covariates, effects), dose
    # Animals and cells in a dish have no covariates: every parameter spreads by a fifth, one animal gets 10 mg/kg.
    spread = np.exp(0.2 * np.clip(streams.normal(seed, "variability", 0, count, len(model.parameters)), -3.0, 3.0))
    rows = typical_parameters(model) * spread
    for place, parameter in enumerate(model.parameters):
        if parameter.startswith(("dar_share", "share_")):
            rows[:, place] /= spread[:, place]
    grams = {"by_dar_rat": 270.0, "by_dar_monkey": 3700.0}.get(model.name, 0.0)
    return Individuals(model, rows), np.full(count, 10.0 * grams / 1000.0)


def inputs_of(model: Model, infusion: np.ndarray, trastuzumab: np.ndarray | float = 0.0) -> np.ndarray:
    """Rates of this model's inputs (mg/day), shape (N, inputs): cells in a dish have none."""
    return inputs(infusion, trastuzumab)[:, : len(model.inputs)]


def inputs(infusion: np.ndarray, trastuzumab: np.ndarray | float = 0.0) -> np.ndarray:
    """Rates of the models' inputs (mg/day), shape (N, 2)."""
    return np.stack(np.broadcast_arrays(infusion, trastuzumab), axis=1)


def treat(
    kernel: engine.Kernel, who: Individuals, dose_mg: np.ndarray, cycles: int, relative_tolerance: float = 1e-5,
    every_days: float = 21.0, trastuzumab_mg: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """States at the end of `cycles` equal cycles of T-DM1 and, where asked for, trastuzumab, and statuses."""
    states = initial_states(who)
    status = np.zeros(len(states), np.int8)
    for cycle in range(cycles):
        length = LATER if cycle else FIRST
        moved = kernel.advance(
            states, who.values, inputs_of(who.model, dose_mg / length, trastuzumab_mg / length), length, every_days,
            relative_tolerance=relative_tolerance, status=status,
        )
        states, status = moved.states, moved.status
    return states, status


class Named:
    """States and outputs of a kernel by name, each of shape (N,)."""

    def __init__(self, kernel: engine.Kernel, who: Individuals, states: np.ndarray) -> None:
        outputs = kernel.observe(states, who.values, np.zeros((len(states), len(who.model.inputs))))
        self._found = dict(zip(who.model.states, states.T, strict=True))
        self._found.update(zip(who.model.outputs, outputs.T, strict=True))

    def __getitem__(self, name: str) -> np.ndarray:
        return self._found[name]

    def get(self, name: str) -> np.ndarray | float:
        """The value, or 0 where the model has no such thing."""
        return self._found.get(name, 0.0)
