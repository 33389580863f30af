"""Which equations and people a simulation runs: the trials' own model, or the whole mechanism of a drug."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import engine
from tdm1.evidence.drugs import drug
from tdm1.mechanism import Model, t_dm1
from tdm1.mechanism.models import full
from tdm1.mechanism.tumour import lesion_diameter_mm
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import Individuals, individuals
from tdm1.trial.bands import OBSERVABLES, Look, observe

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Body:
    """A model with what can be observed of it (name and unit), and how; `drug` is None for the trials' own model."""

    model: Model
    drug: str | None
    observables: Mapping[str, str]
    look: Look

    def people(
        self, covariates: Mapping[str, Array], effects: Array, overrides: Mapping[str, float]
    ) -> Individuals:
        """The parameters of N patients."""
        if self.drug is None:
            return individuals(self.model, covariates, effects, overrides)
        return drug_individuals(self.model, drug(self.drug), covariates, effects, overrides)


def _everything(kernel: engine.Kernel, who: Individuals, states: Array, inputs: Array) -> dict[str, Array]:
    """Every output of the model, and the sum of diameters, of N patients at one time, each of shape (N,)."""
    outputs = kernel.observe(states, who.values, inputs)
    found = dict(zip(who.model.outputs, outputs.T, strict=True))
    volume = np.maximum(found["lesion_volume"], 0.0)
    return {**found, "sum_of_diameters": who.column("lesions") * lesion_diameter_mm(volume)}


def body_of(name: str | None) -> Body:
    """The trials' own model of T-DM1 for None; else the whole mechanism of the drug called `name`.

    Of the whole mechanism every output can be observed, and the sum of diameters. Raises EvidenceError, with the
    nearest name, for an unknown drug.
    """
    if name is None:
        return Body(t_dm1(), None, OBSERVABLES, observe)
    model = full(name)
    outputs = {item.name: item.unit for part in model.parts for item in part.quantities}
    return Body(model, name, outputs | {"sum_of_diameters": "mm"}, _everything)
