"""Some outputs of a model for many patients, from those of its parts alone that have a say in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tdm1.mechanism import Model

Array = NDArray[np.float64]


class Observer:
    """Gives the outputs `wanted` of a model, without an infusion, to the same digits as the model's `observe`."""

    def __init__(self, model: Model, wanted: Sequence[str]) -> None:
        self.wanted = tuple(wanted)
        self._parts = model.parts_for(wanted)
        self._states = [(name, model.states.index(name)) for name in self._parts.states]
        self._parameters = [(name, model.parameters.index(name)) for name in self._parts.parameters]

    def __call__(self, states: Array, parameters: Array) -> Array:
        """Rows of `wanted` over patients, (len(wanted), N), from states (N, S) and parameters (N, P) of the model.

        Not finite where a state is not, as with the engine's `observe`.
        """
        known = {name: states[:, column] for name, column in self._states}
        known |= {name: parameters[:, column] for name, column in self._parameters}
        known |= {name: np.zeros(len(states)) for name in self._parts.inputs}
        with np.errstate(all="ignore"):
            given = self._parts.quantities(known)
        found = np.empty((len(self.wanted), len(states)))
        for row, name in enumerate(self.wanted):
            found[row] = given[name]
        return found
