"""Derivatives by paired lanes against variational equations, a closed form, and the course itself."""

from __future__ import annotations

import numpy as np
import pytest
from engine.small_models import LOGISTIC, TWO_COMPARTMENTS, two_compartments_patients
from hypothesis import given, settings
from hypothesis import strategies as st
from mechanism import people
from oracles import variational

from tdm1 import engine, mechanism
from tdm1.engine import Segment, Status
from tdm1.mechanism import Model
from tdm1.mechanism.models import full, plasma_of

#: Below this share of the state's size a derivative (by the logarithm of the parameter) counts as zero.
NOTHING = 1e-5


def largest_error(model: Model, found: np.ndarray, exact: np.ndarray, states: np.ndarray, values: np.ndarray) -> float:
    """Of derivatives (T, S, K), relative to the largest over time of each."""
    scales = np.array([state.scale for state in model.state_table])
    size = np.abs(exact).max(axis=0) + NOTHING * (scales + np.abs(states).max(axis=0))[:, np.newaxis] / np.abs(values)
    return float((np.abs(found - exact) / size).max())


@pytest.mark.parametrize(
    ("model", "names", "days"),
    [
        (mechanism.t_dm1(), ("clearance", "kill_half_concentration"), (7.0, 7.0)),
        (plasma_of("t_dm1"), ("proteolytic_clearance", "central_volume"), (7.0,)),
        pytest.param(full("t_dm1"), ("central_volume",), (7.0,), marks=pytest.mark.long),
    ],
    ids=["t_dm1", "plasma_t_dm1", "full_t_dm1"],
)
def test_derivatives_against_variational_equations(
    model: Model, names: tuple[str, ...], days: tuple[float, ...]
) -> None:
    who, dose_mg = people.emilia(model, 2)
    start, values, on = people.initial_states(who), who.values, people.LATER
    rates = people.inputs_of(model, dose_mg / on)
    nothing = np.zeros_like(rates)
    segments = [Segment(rates if turn == 0 else nothing, 0.0 if turn else on, day) for turn, day in enumerate(days)]
    found = engine.sensitivity(engine.compile(model), start, values, segments, names)
    phases = [(on, rates[1]), (days[0] - on, nothing[1]), *((day, nothing[1]) for day in days[1:])]
    states, exact = variational.solve(model, values[1], start[1], phases, names)
    chosen = values[1, [model.parameters.index(name) for name in names]]
    assert largest_error(model, found.state_derivatives[:, 1], exact[1:], states[1:], chosen) <= 1e-5
    assert not found.status.any()


def _decay(clearance: float, volume: float, dose: float, day: float) -> tuple[float, float, float]:
    """Amount after a dose into one compartment, and its derivatives by clearance and volume."""
    amount = dose * np.exp(-clearance / volume * day)
    return amount, -day / volume * amount, clearance * day / volume**2 * amount


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 3.0), st.floats(1.0, 8.0), st.floats(0.5, 400.0), st.floats(0.5, 15.0))
def test_one_compartment_against_closed_form(clearance: float, volume: float, dose: float, day: float) -> None:
    kernel = engine.compile(TWO_COMPARTMENTS)
    values = np.array([[clearance, volume, 0.0, 1.0]])
    found = engine.sensitivity(
        kernel, np.array([[dose, 0.0, 0.0]]), values, [Segment([[0.0]], 0.0, day)], ["volume", "clearance"]
    )
    amount, by_clearance, by_volume = _decay(clearance, volume, dose, day)
    np.testing.assert_allclose(found.states[0, 0, 0], amount, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found.state_derivatives[0, 0, 0], [by_volume, by_clearance], rtol=1e-3, atol=1e-3)
    concentration = found.output_derivatives[0, 0, 0]
    expected = [by_volume / volume - amount / volume**2, by_clearance / volume]
    np.testing.assert_allclose(concentration, expected, rtol=1e-3, atol=1e-3)


def test_start_that_depends_on_a_parameter_against_closed_form() -> None:
    """A start of 50 mg/L times the volume: d(amount)/d(volume) has a second term."""
    kernel = engine.compile(TWO_COMPARTMENTS)
    values = np.array([[0.7, 3.0, 0.0, 1.0]])

    def start(parameters: np.ndarray) -> np.ndarray:
        return np.column_stack([50.0 * parameters[:, 1], np.zeros((len(parameters), 2))])

    found = engine.sensitivity(kernel, start, values, [Segment([[0.0]], 0.0, 4.0)], ["volume"], relative_tolerance=1e-9)
    amount, _, by_volume = _decay(0.7, 3.0, 150.0, 4.0)
    np.testing.assert_allclose(found.state_derivatives[0, 0, 0, 0], by_volume + amount / 3.0, rtol=1e-7)


def test_values_against_the_course_and_others_of_the_batch() -> None:
    """The values are the course's, within the square of the difference; a patient's do not depend on the others'."""
    kernel = engine.compile(TWO_COMPARTMENTS)
    parameters = two_compartments_patients(5)
    start, rates = np.full((5, 3), 10.0), np.full((5, 1), 4000.0)
    segments = [Segment(rates, 0.05, 7.0), Segment(np.zeros_like(rates), 0.0, 7.0)]
    names = ["clearance", "volume", "exchange", "volume_2"]
    both = engine.sensitivity(kernel, start, parameters, segments, names)
    course = kernel.course(start, parameters, segments, relative_tolerance=1e-9)
    np.testing.assert_allclose(both.states, course.states, rtol=1e-5, atol=1e-6)
    one = [Segment(rates[3:4], 0.05, 7.0), Segment(np.zeros_like(rates[3:4]), 0.0, 7.0)]
    alone = engine.sensitivity(kernel, start[3:4], parameters[3:4], one, names)
    np.testing.assert_array_equal(alone.state_derivatives[:, 0], both.state_derivatives[:, 3])


def test_patient_who_fails_against_nan_and_status() -> None:
    """The one with a missing parameter has a status and NaN; the other is as if alone."""
    kernel = engine.compile(LOGISTIC)
    segments = [Segment(np.empty((2, 0)), 0.0, 3.0)]
    found = engine.sensitivity(kernel, [[0.1], [0.1]], [[np.nan], [1.0]], segments, ["rate"])
    assert found.status[:, 0].tolist() == [Status.NOT_FINITE, Status.OK]
    assert np.isnan(found.state_derivatives[0, 0]).all()
    assert np.isnan(found.states[0, 0]).all()
    growth = np.exp(3.0)
    assert found.state_derivatives[0, 1, 0, 0] == pytest.approx(3.0 * 9.0 * growth / (9.0 + growth) ** 2, rel=1e-4)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["clearence"], r"has no parameter 'clearence'; did you mean 'clearance'\?"),
        (["clearance", "clearance"], "named twice"),
        ([], "no parameter; name one"),
        (["exchange"], "'exchange' is 0 for patient 0"),
    ],
)
def test_wrong_names_against_a_clear_error(names: list[str], message: str) -> None:
    kernel = engine.compile(TWO_COMPARTMENTS)
    with pytest.raises(ValueError, match=message):
        engine.sensitivity(
            kernel, np.zeros((1, 3)), np.array([[0.7, 3.0, 0.0, 1.0]]), [Segment([[0.0]], 0.0, 1.0)], names
        )


def test_wrong_shape_against_a_clear_error() -> None:
    kernel = engine.compile(TWO_COMPARTMENTS)
    with pytest.raises(ValueError, match="states: 2 rows for 1 patients"):
        engine.sensitivity(
            kernel, np.zeros((2, 3)), np.ones((1, 4)), [Segment([[0.0]], 0.0, 1.0)], ["volume"]
        )
    with pytest.raises(ValueError, match=r"input_day: patient 0 has 2\.0 but only 1\.0 days"):
        engine.sensitivity(kernel, np.zeros((1, 3)), np.ones((1, 4)), [Segment([[0.0]], 2.0, 1.0)], ["volume"])
