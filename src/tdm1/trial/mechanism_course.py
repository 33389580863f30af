"""The course of the typical person or animal of a by-load model after one dose, for checks and calibrations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tdm1 import engine, evidence
from tdm1.mechanism import Model
from tdm1.population.individual import typical

Array = NDArray[np.float64]


def first_infusion() -> float:
    """Length of the first infusion (day)."""
    return evidence.value("label.us.infusion_first", "min") / (24 * 60)


def typical_parameters(model: Model, covariates: Mapping[str, float] | None = None) -> Array:
    """Parameters of the typical person, shape (P,), in the order of model.parameters.

    `covariates` gives parameters that a person brings with her (`baseline_trastuzumab`, `body_weight`), by name and
    in the parameter's unit; those with no typical value are 0. Raises KeyError for a name the model does not have.
    """
    found = {name: 0.0 for name in model.parameters} | typical(model)
    for name, value in (covariates or {}).items():
        if name not in found:
            raise KeyError(f"model '{model.name}' has no parameter '{name}'")
        found[name] = value
    return np.array([found[name] for name in model.parameters])


def typical_course(
    model: Model,
    dose_mg: float,
    time_day: Array,
    infusion_day: float,
    covariates: Mapping[str, float] | None = None,
    relative_tolerance: float = 1e-8,
    drug: str = "infusion",
) -> dict[str, Array]:
    """States and outputs of the typical person at `time_day` (T,) after one dose, each of shape (T,).

    The dose (mg) goes to the model's input `drug` over the first `infusion_day`; a time inside the infusion sees it
    running. Times are above 0, in any order. Raises RuntimeError when the integration fails.
    """
    kernel = engine.compile(model)
    rows = np.repeat(typical_parameters(model, covariates)[None, :], len(time_day), axis=0)
    start = np.repeat(np.array([model.initial(list(rows[0]))], np.float64), len(time_day), axis=0)
    rate = np.zeros((len(time_day), len(model.inputs)))
    rate[:, model.inputs.index(drug)] = dose_mg / infusion_day
    on = np.minimum(time_day, infusion_day)
    moved = kernel.advance(start, rows, rate, on, time_day, relative_tolerance=relative_tolerance)
    if moved.status.any():
        raise RuntimeError(f"model '{model.name}': the integration failed with status {int(moved.status.max())}")
    outputs = kernel.observe(moved.states, rows, np.zeros_like(rate))
    return dict(zip(model.states, moved.states.T, strict=True)) | dict(zip(model.outputs, outputs.T, strict=True))
