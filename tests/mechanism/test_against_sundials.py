"""Every shipped model by the compiled kernel and by SUNDIALS, over two cycles."""

from __future__ import annotations

import numpy as np
import pytest
from mechanism.people import FIRST, LATER, emilia, inputs_of, treat
from oracles.sundials import solve

from tdm1 import engine
from tdm1.mechanism import Model, shipped
from tdm1.population.individual import initial_states

BY_NAME = pytest.mark.parametrize("model", shipped(), ids=lambda model: model.name)

#: Models with more states than this are large.
LARGE = 40
#: Given with every dose of T-DM1, so that both inputs are at work.
TRASTUZUMAB_MG = 420.0


def _ours(model: Model, relative_tolerance: float) -> np.ndarray:
    """States after 7, 21, 28 and 42 days of 8 patients by the kernel, shape (4, 8, S)."""
    who, dose = emilia(model, 8, seed=5, extreme=True)
    kernel = engine.compile(model)
    states, found = initial_states(who), []
    for length in (FIRST, LATER):
        for on, days in ((length, 7.0), (0.0, 14.0)):
            moved = kernel.advance(
                states, who.values, inputs_of(model, dose / length, TRASTUZUMAB_MG / length), on, days,
                relative_tolerance=relative_tolerance,
            )
            assert not moved.status.any()
            states = moved.states
            found.append(states)
    return np.array(found)


def _theirs(model: Model) -> np.ndarray:
    """The same by SUNDIALS, of as many patients as are quick: 8, and 2 of a large model, which takes seconds each."""
    who, dose = emilia(model, 8, seed=5, extreme=True)
    given = len(model.inputs)
    found = []
    for patient, start in enumerate(initial_states(who)[: 8 if len(model.states) <= LARGE else 2]):
        phases = [
            phase for length in (FIRST, LATER)
            for phase in (
                (length, [dose[patient] / length, TRASTUZUMAB_MG / length][:given]),
                (7.0 - length, [0.0, 0.0][:given]), (14.0, [0.0, 0.0][:given]),
            )
        ]
        courses = solve(model, who.values[patient], start, phases)
        found.append([courses[place] for place in (1, 2, 4, 5)])
    return np.array(found).transpose(1, 0, 2)


@BY_NAME
def test_states_against_sundials(model: Model) -> None:
    """Solved tightly, 1e-6 relative with a floor of a thousandth of the size that matters; as a trial does, 1e-4."""
    theirs = _theirs(model)
    scales = np.array([state.scale for state in model.state_table])
    error = np.abs(_ours(model, 1e-12)[:, : theirs.shape[1]] - theirs) / (np.abs(theirs) + 1e-3 * scales)
    worst = np.unravel_index(np.argmax(error), error.shape)
    assert error.max() <= 1e-6, f"{model.states[worst[-1]]} of patient {worst[1]} is off by {error.max():.1e}"
    usual = _ours(model, 1e-5)[:, : theirs.shape[1]]
    assert np.max(np.abs(usual - theirs) / (np.abs(theirs) + scales)) <= 1e-4


@BY_NAME
def test_random_population_solves_without_a_failed_status(model: Model) -> None:
    who, dose = emilia(model, 512, extreme=True)
    states, status = treat(engine.compile(model), who, dose, 6)
    assert not status.any()
    assert np.isfinite(states).all()
    assert (states >= -1e-3 * np.array([state.scale for state in model.state_table])).all(), "no amount is below 0"
