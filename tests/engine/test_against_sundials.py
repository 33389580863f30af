"""The benchmark model (33 states, stiff) by the engine and by SUNDIALS, one cycle of three weeks."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from oracles.sundials import solve

from tdm1 import engine


@pytest.fixture(scope="module")
def course(benchmark: ModuleType) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parameters and start of four patients, and their states after the infusion and after 21 days by SUNDIALS."""
    parameters = benchmark.population(4, seed=7)
    start = benchmark.initial(parameters)
    on, rate = benchmark.FIRST_INFUSION_DAY, benchmark.DOSE_NMOL / benchmark.FIRST_INFUSION_DAY
    phases = [(on, [rate]), (21.0 - on, [0.0])]
    found = [solve(benchmark.MODEL, parameters[i], start[i], phases) for i in range(4)]
    return parameters, start, np.array(found)


@pytest.mark.parametrize(("tolerance", "expected"), [(1e-10, 1e-6), (1e-5, 1e-4)], ids=["tight", "default"])
def test_states_against_sundials(
    benchmark: ModuleType,
    course: tuple[np.ndarray, np.ndarray, np.ndarray],
    tolerance: float,
    expected: float,
) -> None:
    """At most 1e-6 of the state (or of a hundredth of its scale) when tightened; 1e-4 at the default."""
    parameters, start, truth = course
    on, rate = benchmark.FIRST_INFUSION_DAY, benchmark.DOSE_NMOL / benchmark.FIRST_INFUSION_DAY
    kernel = engine.compile(benchmark.MODEL)
    after = kernel.advance(start, parameters, np.full((4, 1), rate), on, 21.0, relative_tolerance=tolerance)
    assert not after.status.any()
    floor = 0.01 if tolerance < 1e-6 else 1.0
    scales = floor * np.array([state.scale for state in benchmark.MODEL.state_table])
    for ours, theirs in ((after.after_input, truth[:, 0]), (after.states, truth[:, 1])):
        error = np.abs(ours - theirs) / (np.abs(theirs) + scales)
        worst = np.unravel_index(np.argmax(error), error.shape)
        assert error.max() <= expected, f"{benchmark.MODEL.states[worst[1]]} is off by {error.max():.1e}"
