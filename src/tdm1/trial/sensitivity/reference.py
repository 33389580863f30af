"""Whom an analysis is about: the parameters of the reference patient of any shipped model, and her dose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.mechanism import Model, t_dm1
from tdm1.population.individual import typical
from tdm1.trial.reading import InputError
from tdm1.trial.simulate import reference_patient

Array = NDArray[np.float64]


def reference(model: Model, dose_mg_per_kg: float) -> tuple[Array, float]:
    """Parameters of the reference patient (P,), in the model's order, and her dose (mg).

    A model with the conjugate's clearance (Lu 2014) has its reference patient. Of another one every parameter has its
    typical value, what a person brings with her (such as her lesions) is as in `t_dm1`, and a model of an animal
    is dosed by the animal's weight. Raises InputError for a parameter that has no such value.
    """
    who, dose_mg = reference_patient(model if "clearance" in model.parameters else t_dm1(), dose_mg_per_kg)
    if who.model is model:
        return who.values[0], float(dose_mg[0])
    found = dict(zip(who.model.parameters, map(float, who.values[0]), strict=True)) | typical(model)
    missing = [name for name in model.parameters if name not in found]
    if missing:
        raise InputError(f"model '{model.name}': the reference patient has no {', '.join(missing)}")
    return np.array([found[name] for name in model.parameters]), dose_mg_per_kg * _weight_kg(model)


def _weight_kg(model: Model) -> float:
    """Body weight that a dose per kg is of: an animal's where the facts of the model are an animal's."""
    species = {parameter.fact.partition(".")[0] for parameter in model.parameter_table}
    for animal in sorted(species):
        name = f"sensitivity.weight_{animal}"
        if name in evidence.facts():
            return evidence.value(name, "kg")
    return evidence.value("plasma.covariate.weight_reference", "kg")
