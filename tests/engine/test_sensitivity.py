"""Derivatives by paired lanes against variational equations, a closed form, and the course itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine.small_models import LOGISTIC, TWO_COMPARTMENTS, model, two_compartments_patients
from hypothesis import given, settings
from hypothesis import strategies as st
from mechanism import people
from oracles import variational

from tdm1 import engine, mechanism
from tdm1.engine import Segment, Status, _batch, _kernel
from tdm1.mechanism import Model
from tdm1.mechanism.models import full, plasma_of

#: A quantity that a change of a parameter moves by less than this share of the change does not depend on it.
NOTHING = 1e-4


def largest_error(found: np.ndarray, exact: np.ndarray, values: np.ndarray, sizes: np.ndarray) -> float:
    """Of derivatives (T, X, K), relative to the largest over time of each; values (K,), sizes (X,) of what it is of."""
    size = np.abs(exact).max(axis=0) + NOTHING * sizes[:, np.newaxis] / values
    return float((np.abs(found - exact) / np.maximum(size, 1e-300)).max())


@pytest.mark.parametrize(
    ("of", "weeks", "number"), [(mechanism.t_dm1(), 4, 8), (plasma_of("t_dm1"), 3, 8), (full("t_dm1"), 1, 4)],
    ids=["t_dm1", "plasma_t_dm1", "full_t_dm1"],
)  # fmt: skip
def test_derivatives_against_variational_equations(of: Model, weeks: int, number: int) -> None:
    """States and outputs at every week's end by parameters from all over the model, a dose every three weeks."""
    who, dose_mg = people.emilia(of, 2)
    start, values, on = people.initial_states(who), who.values, people.LATER
    known = [name for name, value in zip(of.parameters, values[1], strict=True) if value != 0.0]
    names = known[:: len(known) // number][:number]
    rates = people.inputs_of(of, dose_mg / on)
    nothing = np.zeros_like(rates)
    segments: list[Segment] = []
    phases: list[tuple[float, np.ndarray]] = []
    ends: list[int] = []
    for week in range(weeks):
        given = week % 3 == 0
        segments.append(Segment(rates if given else nothing, on if given else 0.0, 7.0))
        phases += [(on, rates[1]), (7.0 - on, nothing[1])] if given else [(7.0, nothing[1])]
        ends.append(len(phases) - 1)
    states, exact = (table[ends] for table in variational.solve(of, values[1], start[1], phases, names))
    seen, exact_of_seen = variational.outputs(of, values[1], states, exact, names)
    chosen = np.abs(values[1, [of.parameters.index(name) for name in names]])
    sizes = np.array([state.scale for state in of.state_table]) + np.abs(states).max(axis=0)
    found = engine.sensitivity(engine.compile(of), start, values, segments, names)
    assert not found.status.any()
    assert largest_error(found.state_derivatives[:, 1], exact, chosen, sizes) <= 1e-5
    seen_sizes = np.abs(seen).max(axis=0)
    assert largest_error(found.output_derivatives[:, 1], exact_of_seen, chosen, seen_sizes) <= 1e-5
    assert (np.abs(found.states[:, 1] - states) / sizes).max() <= 1e-6


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
        kernel, np.array([[dose, 0.0, 0.0]]), values, [Segment([[0.0]], 0.0, day)], ["volume", "clearance"],
        relative_tolerance=1e-8,
    )  # fmt: skip
    amount, by_clearance, by_volume = _decay(clearance, volume, dose, day)
    np.testing.assert_allclose(found.states[0, 0, 0], amount, rtol=1e-6, atol=1e-9 * dose)
    np.testing.assert_allclose(found.state_derivatives[0, 0, 0], [by_volume, by_clearance], rtol=1e-5, atol=1e-8 * dose)
    concentration = found.output_derivatives[0, 0, 0]
    expected = [by_volume / volume - amount / volume**2, by_clearance / volume]
    np.testing.assert_allclose(concentration, expected, rtol=1e-5, atol=1e-8 * dose)


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


def test_pair_that_fails_among_others_against_the_same_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is solved again as a pair: two copies with steps of their own would differ by the noise of step control.

    `late` moves the start so much that its copies rise days before and after those of `rate`; with a limit of steps
    the block ends some of the four, and alone they need fewer.
    """
    late = model(
        "late_logistic", {"y": 1e-3}, ("rate", "late"), (), lambda v: {"y": v["rate"] * v["y"] * (1.0 - v["y"])}
    )
    runs: list[int] = []
    run_blocks = _batch._run_blocks

    def counted(*given: Any) -> Any:
        runs.append(1)
        return run_blocks(*given)

    def derivatives(days: float) -> engine.Sensitivity:
        def start(parameters: np.ndarray) -> np.ndarray:
            return 1e-4 * np.exp(1e4 * (parameters[:, 1:] - 1.0))

        segment = Segment(np.empty((1, 0)), 0.0, days)
        return engine.sensitivity(engine.compile(late), start, [[1.0, 1.0]], [segment], ["rate", "late"])

    monkeypatch.setattr(_batch, "_run_blocks", counted)
    saved = 0
    for days in (8.0, 10.0, 12.0):
        free = derivatives(days).state_derivatives[0, 0, 0]
        for most in range(20, 70):
            monkeypatch.setattr(_kernel, "MOST_STEPS", most)
            runs.clear()
            found = derivatives(days)
            good = found.status[0] == Status.OK
            saved += bool(len(runs) == 2 and good.any())
            np.testing.assert_allclose(found.state_derivatives[0, 0, 0, good], free[good], rtol=5e-5)
            assert np.isnan(found.state_derivatives[0, 0, 0, ~good]).all()
        monkeypatch.undo()
        monkeypatch.setattr(_batch, "_run_blocks", counted)
    assert saved > 0


def test_parameter_at_zero_against_closed_form() -> None:
    """d(central)/d(exchange) at no exchange is -t / V of what is there, and of the peripheral the same that left.

    Nothing lies below 0, though the peripheral would be negative there.
    """
    kernel = engine.compile(TWO_COMPARTMENTS)
    values = np.array([[0.6, 3.0, 0.0, 1.0], [0.6, 3.0, 0.5, 1.0]])
    given = (kernel, [[90.0, 0.0, 0.0]] * 2, values, [Segment([[0.0]] * 2, 0.0, 4.0)], ["exchange"])
    found = engine.sensitivity(*given, size_at_zero={"exchange": 0.5}, relative_tolerance=1e-9)
    assert not found.status.any()
    assert found.state_derivatives[0, 0, 0, 0] == pytest.approx(-4.0 / 3.0 * 90.0 * np.exp(-0.8), rel=5e-6)
    other = engine.sensitivity(*given, size_at_zero={"exchange": 7.0}, relative_tolerance=1e-9)
    np.testing.assert_array_equal(other.state_derivatives[:, 1], found.state_derivatives[:, 1])


def test_chosen_outputs_against_all() -> None:
    kernel = engine.compile(mechanism.t_dm1())
    who, _ = people.emilia(kernel.model, 1)
    nothing = np.zeros((1, len(kernel.model.inputs)))
    given = (kernel, people.initial_states(who), who.values, [Segment(nothing, 0.0, 1.0)], ["clearance"])
    every = engine.sensitivity(*given)
    assert every.output_names == kernel.model.outputs
    names = [kernel.model.outputs[5], kernel.model.outputs[2]]
    some = engine.sensitivity(*given, outputs=names)
    assert some.output_names == tuple(names)
    np.testing.assert_array_equal(some.output_derivatives, every.output_derivatives[:, :, [5, 2]])
    np.testing.assert_array_equal(some.outputs, every.outputs[:, :, [5, 2]])
    assert engine.sensitivity(*given, outputs=[]).output_derivatives.shape == (1, 1, 0, 1)


def test_output_that_is_no_number_against_nan() -> None:
    """1 / y at y = 0: the state's derivative stands, the output's is NaN, and no infinity passes for a slope."""
    still = model(
        "reciprocal", {"y": 1.0}, ("rate",), (), lambda v: {"y": -v["rate"] * v["y"]},
        lambda v: {"inverse": 1.0 / v["y"]},
    )  # fmt: skip
    segment = Segment(np.empty((1, 0)), 0.0, 1.0)
    found = engine.sensitivity(engine.compile(still), [[0.0]], [[2.0]], [segment], ["rate"])
    assert found.status[0, 0] == Status.OK
    assert found.state_derivatives[0, 0, 0, 0] == 0.0
    assert np.isnan(found.output_derivatives[0, 0, 0, 0])


@pytest.mark.parametrize("size", [np.nan, np.inf, 5e-324])
def test_parameter_without_a_difference_against_a_status(size: float) -> None:
    """Nothing depends on the second one, so no solve fails; but there is no difference to divide by."""
    idle = model("idle", {"y": 1.0}, ("rate", "idle"), (), lambda v: {"y": -v["rate"] * v["y"]})
    segment = Segment(np.empty((1, 0)), 0.0, 1.0)
    found = engine.sensitivity(engine.compile(idle), [[1.0]], [[1.0, size]], [segment], ["rate", "idle"])
    assert found.status[0].tolist() == [Status.OK, Status.NOT_FINITE]
    assert found.state_derivatives[0, 0, 0, 0] == pytest.approx(-np.exp(-1.0), rel=1e-5)
    assert np.isnan(found.state_derivatives[0, 0, 0, 1])


def test_nobody_and_no_time_against_empty_and_the_start() -> None:
    kernel = engine.compile(TWO_COMPARTMENTS)
    none = engine.sensitivity(
        kernel, np.empty((0, 3)), np.empty((0, 4)), [Segment(np.empty((0, 1)), 0.0, 7.0)], ["volume"]
    )
    assert none.state_derivatives.shape == (1, 0, 3, 1)
    at_once = engine.sensitivity(
        kernel, [[5.0, 0.0, 0.0]], [[0.7, 2.0, 0.1, 1.0]], [Segment([[1.0]], 0.0, 0.0)], ["volume"]
    )
    np.testing.assert_array_equal(at_once.states, [[[5.0, 0.0, 0.0]]])
    np.testing.assert_array_equal(at_once.state_derivatives, np.zeros((1, 1, 3, 1)))
    assert at_once.output_derivatives[0, 0, 0, 0] == pytest.approx(-5.0 / 4.0)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"outputs": ["concentraton"]}, r"outputs: .* has no output 'concentraton'; did you mean 'concentration'\?"),
        ({"outputs": ["concentration"] * 2}, "outputs: an output is named twice"),
        ({"size_at_zero": {"volum": 1.0}}, r"size_at_zero: 'volum' is not among .*'volume'"),
        ({"size_at_zero": {"volume": 0.0}}, "size_at_zero: 'volume' has 0.0"),
        ({"relative_tolerance": 1.0}, "relative_tolerance"),
        ({"states": lambda p: p[:2, :3]}, "the function gave 2 rows for 8 rows"),
        ({"segments": []}, "segments: none"),
    ],
)
def test_wrong_argument_against_a_clear_error(more: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {
        "states": np.zeros((1, 3)), "parameters": np.ones((1, 4)), "segments": [Segment([[0.0]], 0.0, 1.0)],
        "with_respect_to": ["volume"],
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        engine.sensitivity(engine.compile(TWO_COMPARTMENTS), **{**given, **more})


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["clearence"], r"has no parameter 'clearence'; did you mean 'clearance'\?"),
        (["clearance", "clearance"], "named twice"),
        ([], "no parameter; name one"),
        (["exchange"], "'exchange' is 0 for patient 0.*size_at_zero"),
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
