"""SUNDIALS' CVODE as an oracle: it calls the model's own Python functions, and shares no code with the engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sksundae.cvode import CVODE

from tdm1.mechanism import Model


def solve(
    model: Model, parameters: Sequence[float], start: np.ndarray, phases: Sequence[tuple[float, float]],
    relative_tolerance: float = 1e-10,
) -> list[np.ndarray]:
    """State at the end of each phase (length in day, rate of the one input) of one patient."""
    values = [float(value) for value in parameters]
    scales = np.array([state.scale for state in model.state_table])
    state, found = np.asarray(start, float), []

    def slopes(t: float, y: np.ndarray, out: np.ndarray, rate: float) -> None:
        out[:] = model.derivatives([float(value) for value in y], values, [rate])

    for days, rate in phases:
        solver = CVODE(
            slopes, userdata=float(rate), rtol=relative_tolerance, atol=relative_tolerance * 1e-2 * scales,
            max_num_steps=100_000,
        )
        answer = solver.solve(np.array([0.0, days]), state)
        if not answer.success:
            raise AssertionError(f"SUNDIALS gave up on '{model.name}': {answer.message}")
        state = answer.y[-1].copy()
        found.append(state)
    return found
