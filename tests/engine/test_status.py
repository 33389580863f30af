"""Failures: a status and the last good state, never a number that looks right, and the neighbours go on."""

from __future__ import annotations

import numpy as np
import pytest
from engine.small_models import BLOW_UP, TWO_COMPARTMENTS, model, two_compartments_exact, two_compartments_patients

from tdm1 import engine
from tdm1.engine import Status, _kernel
from tdm1.mechanism.arithmetic import log

NOT_FINITE, OK = int(Status.NOT_FINITE), int(Status.OK)


@pytest.mark.parametrize("lanes", [[3], [0], [0, 1, 2, 3, 4, 5, 6], [15], list(range(16))])
@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_bad_parameter_against_healthy_neighbours(lanes: list[int], value: float) -> None:
    """A missing, infinite or zero volume fails its own patient alone; the others meet the closed form."""
    parameters = two_compartments_patients(16)
    parameters[lanes, 1] = value
    start = np.full((16, 3), 2.0)
    after = engine.compile(TWO_COMPARTMENTS).advance(
        start, parameters, np.full((16, 1), 1000.0), 0.1, 7.0, relative_tolerance=1e-9
    )
    expected = np.zeros(16, int)
    expected[lanes] = NOT_FINITE
    if np.isinf(value):  # an infinite volume is a finite equation: nothing leaves and nothing is seen
        expected[:] = OK
    np.testing.assert_array_equal(after.status, expected)
    bad = after.status != OK
    np.testing.assert_array_equal(after.states[bad], start[bad])
    np.testing.assert_array_equal(after.after_input[bad], start[bad])
    for patient in np.flatnonzero(np.isfinite(parameters).all(axis=1) & ~bad):
        _, last = two_compartments_exact(parameters[patient], 1000.0, 0.1, 7.0, start[patient])
        np.testing.assert_allclose(after.states[patient], last, rtol=1e-7)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_bad_start_against_not_finite(bad: float) -> None:
    start = np.full((3, 3), 2.0)
    start[1, 0] = bad
    after = engine.compile(TWO_COMPARTMENTS).advance(start, two_compartments_patients(3), np.zeros((3, 1)), 0.0, 7.0)
    assert after.status.tolist() == [OK, NOT_FINITE, OK]
    np.testing.assert_array_equal(after.states[1], start[1])


def test_blow_up_against_closed_form_before_and_a_status_after() -> None:
    """y' = y^2 is infinite at day 1/y0: patients below stay right, those beyond stop close to it."""
    start = np.array([[0.1], [0.4], [0.9], [1.5], [3.0]])
    after = engine.compile(BLOW_UP).advance(start, np.ones((5, 1)), np.empty((5, 0)), 0.0, 1.0, relative_tolerance=1e-8)
    np.testing.assert_allclose(after.states[:3, 0], start[:3, 0] / (1.0 - start[:3, 0]), rtol=1e-5)
    assert after.status[:3].tolist() == [OK, OK, OK]
    assert (after.status[3:] != OK).all()
    assert np.isfinite(after.states).all()
    assert (after.states[3:] > start[3:]).all(), "they keep the last good state, not the first"
    assert (after.steps > 0).all()


def test_failure_in_the_first_phase_against_no_second_phase() -> None:
    grow = model("grow", {"y": 1e-3}, (), ("push",), lambda v: {"y": v["push"] * v["y"] * v["y"] - v["y"]})
    after = engine.compile(grow).advance(
        np.ones((2, 1)), np.empty((2, 0)), np.array([[0.0], [50.0]]), 1.0, 3.0, relative_tolerance=1e-8
    )
    assert after.status[0] == OK
    assert after.status[1] != OK
    assert after.states[0, 0] == pytest.approx(np.exp(-3.0), rel=1e-6)
    assert after.states[1, 0] == after.after_input[1, 0] > 1.0


def test_logarithm_of_a_falling_state_against_a_status() -> None:
    """A state pushed through zero under a logarithm cannot be integrated further."""
    falling = model("falling", {"y": 1.0}, (), (), lambda v: {"y": 0.1 * log(v["y"]) - 1.0})
    after = engine.compile(falling).advance(np.array([[0.5]]), np.empty((1, 0)), np.empty((1, 0)), 0.0, 5.0)
    assert after.status[0] != OK
    assert 0.0 <= after.states[0, 0] < 0.5


def test_too_many_steps_against_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_kernel, "MOST_STEPS", 5)
    turn = model(
        "turn", {"x": 1.0, "y": 1.0}, ("rate",), (), lambda v: {"x": v["rate"] * v["y"], "y": -v["rate"] * v["x"]},
        signed=True,
    )
    start = np.tile([1.0, 0.0], (4, 1))
    rates = np.array([[0.01], [500.0], [0.02], [0.0]])
    after = engine.compile(turn).advance(start, rates, np.empty((4, 0)), 0.0, 1.0)
    assert after.status[1] == int(Status.TOO_MANY_STEPS)
    assert after.status[[0, 2, 3]].tolist() == [OK] * 3
    np.testing.assert_allclose(after.states[[0, 2, 3], 0], np.cos(rates[[0, 2, 3], 0]), rtol=1e-5)


@pytest.mark.parametrize(("decades", "failures"), [(6.0, 0), (15.0, 800)])
def test_extreme_values_against_status_or_finite(decades: float, failures: int) -> None:
    """Rates up to 1e12 a day are integrated; beyond, a patient may fail, but never with NaN and status 0."""
    stream = np.random.default_rng(11)
    parameters = 10.0 ** stream.uniform(-decades, decades, (800, 4))
    start = 10.0 ** stream.uniform(-6.0, 6.0, (800, 3))
    rates = 10.0 ** stream.uniform(-5.0, 8.0, (800, 1))
    after = engine.compile(TWO_COMPARTMENTS).advance(start, parameters, rates, 0.05, 21.0)
    assert np.isfinite(after.states).all()
    assert np.isfinite(after.after_input).all()
    assert (after.status != OK).sum() <= failures, np.bincount(after.status)


def test_every_status_against_its_words() -> None:
    sentences = {status.explain for status in Status}
    assert len(sentences) == len(Status)
    assert all(sentence.endswith(".") for sentence in sentences)


#: y' = rate * y: e^(21 rate) after 21 days.
GROWTH = model("growth", {"y": 1.0}, ("rate",), (), lambda v: {"y": v["rate"] * v["y"]})


def test_absurd_but_finite_states_against_out_of_range() -> None:
    """1e300 is a number, but not an amount: the patient is failed with his states of the start of the phase."""
    start = np.array([[1.0], [2.0], [1e101], [1.0]])
    rates = np.array([[10.0], [33.0], [-1.0], [0.1]])
    after = engine.compile(GROWTH).advance(start, rates, np.empty((4, 0)), 0.0, 21.0, relative_tolerance=1e-8)
    assert after.status.tolist() == [OK, int(Status.OUT_OF_RANGE), int(Status.OUT_OF_RANGE), OK]
    np.testing.assert_array_equal(after.states[1:3], start[1:3])
    np.testing.assert_allclose(after.states[[0, 3], 0], np.exp([210.0, 2.1]), rtol=1e-5)


def test_pole_below_zero_against_closed_form_before_and_a_status_after() -> None:
    """y' = -y^2 from y0 < 0 falls to minus infinity at day -1/y0; the closed form beyond it is not an answer."""
    start = np.array([[-0.5], [-0.9], [-2.0], [-20.0], [0.5]])
    falling, none = np.full((5, 1), -1.0), np.empty((5, 0))
    after = engine.compile(BLOW_UP).advance(start, falling, none, 0.0, 1.0, relative_tolerance=1e-8)
    assert (after.status == OK).tolist() == [True, True, False, False, True]
    healthy = [0, 1, 4]
    np.testing.assert_allclose(after.states[healthy], start[healthy] / (1.0 + start[healthy]), rtol=1e-5)
    assert np.isfinite(after.states).all()


@pytest.mark.parametrize("tolerance", [1e-2, 1e-3, 1e-5])
def test_many_starts_beyond_the_pole_against_no_ok(tolerance: float) -> None:
    """A long step must not carry a patient over the pole to the finite branch behind it."""
    start = np.linspace(1.05, 20.0, 400)[:, None]
    after = engine.compile(BLOW_UP).advance(
        start, np.ones((400, 1)), np.empty((400, 0)), 0.0, 1.0, relative_tolerance=tolerance
    )
    assert (after.status != OK).all(), start[after.status == OK, 0]


def test_missing_rate_of_a_patient_without_infusion_against_zero_rate() -> None:
    """What is not given does not count: a NaN rate with input_day 0 changes no digit, of nobody."""
    rates = np.full((8, 1), 1000.0)
    on = np.full(8, 0.1)
    rates[2], on[2] = np.nan, 0.0
    kernel, parameters, start = engine.compile(TWO_COMPARTMENTS), two_compartments_patients(8), np.ones((8, 3))
    found = kernel.advance(start, parameters, rates, on, 7.0)
    zero = kernel.advance(start, parameters, np.nan_to_num(rates), on, 7.0)
    assert not found.status.any()
    np.testing.assert_array_equal(found.states, zero.states)
