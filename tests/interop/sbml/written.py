"""SBML files of every shipped model for these tests: a random patient's values, two infusions where it has inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from mechanism.people import FIRST, LATER, emilia

from tdm1.interop import sbml
from tdm1.mechanism import Model, shipped

EVERY_DAYS, CYCLES = 21.0, 2


@dataclass(frozen=True)
class Written:
    """One model as SBML, with the values (P,) and the course that were written."""

    model: Model
    values: np.ndarray
    course: sbml.Course | None
    text: str


@cache
def written(name: str) -> Written:
    """The shipped model called `name`, for a patient far out in her random effects."""
    model = next(one for one in shipped() if one.name == name)
    who, dose_mg = emilia(model, 8, seed=5, extreme=True)
    values = who.values[2]
    course = sbml.Course(float(dose_mg[2]), EVERY_DAYS, CYCLES, FIRST, LATER) if model.inputs else None
    return Written(model, values, course, sbml.document(model, by_name(model, values), course))


def by_name(model: Model, values: np.ndarray) -> dict[str, float]:
    """Parameters by name."""
    return dict(zip(model.parameters, map(float, values), strict=True))
