"""SUNDIALS' CVODE as an oracle: it calls a model's own Python functions and shares no code with the engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sksundae.cvode import CVODE

from tdm1.mechanism import Model

#: A phase: its length in days, and the value of each of the model's inputs while it lasts.
Phase = tuple[float, Sequence[float]]


def solve(
    model: Model,
    parameters: Sequence[float],
    initial: Sequence[float],
    phases: Sequence[Phase],
    relative_tolerance: float = 1e-10,
) -> np.ndarray:
    """State of one patient at the end of each phase, shape (phases, states); AssertionError if CVODE gives up."""
    values = [float(value) for value in parameters]
    allowed = relative_tolerance * 1e-2 * np.array([state.scale for state in model.state_table])
    state = np.asarray(initial, float)
    found = []

    def slopes(t: float, y: np.ndarray, out: np.ndarray, inputs: list[float]) -> None:
        out[:] = model.derivatives([float(value) for value in y], values, inputs)

    for days, inputs in phases:
        if days > 0.0:
            solver = CVODE(
                slopes,
                userdata=[float(value) for value in inputs],
                rtol=relative_tolerance,
                atol=allowed,
                max_num_steps=100_000,
            )
            answer = solver.solve(np.array([0.0, days]), state)
            assert answer.success, f"SUNDIALS gave up on '{model.name}': {answer.message}"
            state = np.array(answer.y[-1])
        found.append(state)
    return np.array(found)
