"""The SBML files of every shipped model, run by libRoadRunner (SUNDIALS), against the compiled kernel."""

from __future__ import annotations

import numpy as np
import pytest
import roadrunner
from interop.sbml.written import CYCLES, EVERY_DAYS, by_name, written
from mechanism.people import FIRST, LATER

from tdm1 import engine
from tdm1.interop import sbml
from tdm1.mechanism import Model, shipped

BY_NAME = pytest.mark.parametrize("name", [model.name for model in shipped()])


def _runner(text: str) -> roadrunner.RoadRunner:
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance = 1e-11
    runner.integrator.absolute_tolerance = 1e-15
    runner.integrator.maximum_num_steps = 1_000_000
    return runner


def _simulated(runner: roadrunner.RoadRunner, model: Model, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """States (T, S) and outputs (T, O) at whole days from 1 on."""
    runner.timeCourseSelections = ["time", *model.states, *model.outputs]
    table = np.array(runner.simulate(0.0, float(days[-1]), round(days[-1]) + 1))
    chosen = table[days.astype(int)]
    np.testing.assert_allclose(chosen[:, 0], days, atol=1e-9)
    return chosen[:, 1 : 1 + len(model.states)], chosen[:, 1 + len(model.states) :]


def _by_kernel(
    model: Model, values: np.ndarray, phases: list[tuple[np.ndarray, float, float]]
) -> tuple[np.ndarray, np.ndarray]:
    """States and outputs at the end of each phase (rates of the inputs, days that they are on, days)."""
    kernel = engine.compile(model)
    state, row = np.array([model.initial(list(values))], float), np.ascontiguousarray(values[None, :])
    states, outputs = [], []
    for rate, on, days in phases:
        moved = kernel.advance(state, row, rate[None, :], on, days, relative_tolerance=1e-12)
        assert not moved.status.any()
        state = moved.states
        states.append(state[0])
        off = rate[None, :] if on >= days else np.zeros((1, len(rate)))
        outputs.append(kernel.observe(state, row, off)[0])
    return np.array(states), np.array(outputs)


def _agree(model: Model, theirs: tuple[np.ndarray, np.ndarray], ours: tuple[np.ndarray, np.ndarray]) -> None:
    """1e-6 relative; states with a floor of a thousandth of the size that matters, outputs with one of their own size.

    An output that cancels to rounding (an error of the books) is judged by the largest size that it has.
    """
    floor = 1e-3 * np.array([state.scale for state in model.state_table])
    error = np.abs(theirs[0] - ours[0]) / (np.abs(ours[0]) + floor)
    assert error.max() <= 1e-6, f"{model.states[np.argmax(error.max(axis=0))]} is off by {error.max():.1e}"
    size = np.abs(ours[1]) + 1e-6 * np.abs(ours[1]).max(axis=0) + 1e-9
    error = np.abs(theirs[1] - ours[1]) / size
    assert error.max() <= 1e-6, f"{model.outputs[np.argmax(error.max(axis=0))]} is off by {error.max():.1e}"


@BY_NAME
def test_course_by_roadrunner_against_the_kernel(name: str) -> None:
    """A patient far out: two cycles of infusions as events, seen twice a cycle; cells in a dish over five days."""
    made = written(name)
    model, course = made.model, made.course
    if course is None:
        days = np.array([1.0, 3.0, 5.0])
        phases = [(np.zeros(0), 0.0, span) for span in np.diff(days, prepend=0.0)]
    else:
        # Not on the day of a dose, where a file may be seen before or after the event.
        days = np.array([7.0, 20.0, 28.0, 42.0])
        phases = []
        for length in (FIRST, LATER)[:CYCLES]:
            rate = np.array([course.dose_mg / length if one == course.drug else 0.0 for one in model.inputs])
            phases += [(rate, length, 7.0), (0.0 * rate, 0.0, 13.0), (0.0 * rate, 0.0, EVERY_DAYS - 20.0)]
    ends = np.cumsum([span for _, _, span in phases])
    states, outputs = _by_kernel(model, made.values, phases)
    seen = np.isin(ends, days)
    _agree(model, _simulated(_runner(made.text), model, days), (states[seen], outputs[seen]))


def test_inputs_set_by_hand_against_the_kernel() -> None:
    """Without a course the two infusion rates (mg/day) are the user's to set."""
    made = written("plasma_t_dm1")
    runner = _runner(sbml.document(made.model, by_name(made.model, made.values)))
    rates = np.array([20.0, 35.0])
    for name, rate in zip(made.model.inputs, rates, strict=True):
        runner[name] = rate
    theirs = _simulated(runner, made.model, np.array([1.0, 4.0]))
    _agree(made.model, theirs, _by_kernel(made.model, made.values, [(rates, 1.0, 1.0), (rates, 3.0, 3.0)]))


def test_initial_states_follow_a_parameter_that_the_user_changes() -> None:
    """Initial assignments, not numbers: baseline trastuzumab set in the file moves the start as in the model."""
    made = written("t_dm1_plasma")
    runner = _runner(sbml.document(made.model, by_name(made.model, made.values)))
    changed = made.values.copy()
    changed[made.model.parameters.index("baseline_trastuzumab")] = 25.0
    runner["baseline_trastuzumab"] = 25.0
    runner.reset()
    start = [runner[name] for name in made.model.states]
    np.testing.assert_allclose(start, made.model.initial(list(changed)), rtol=1e-12)
    assert max(start) > 0.0
