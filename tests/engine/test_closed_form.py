"""The engine against answers known on paper."""

from __future__ import annotations

import numpy as np
import pytest
from engine.small_models import (
    LOGISTIC,
    TWO_COMPARTMENTS,
    two_compartments_exact,
    two_compartments_patients,
)

from tdm1 import engine


@pytest.mark.parametrize(("tolerance", "expected"), [(1e-5, 1e-5), (1e-9, 1e-8)])
def test_two_compartment_infusion_against_closed_form(tolerance: float, expected: float) -> None:
    """Each of 11 patients has a dose, an infusion and an interval of his own, one has no infusion."""
    count = 11
    parameters = two_compartments_patients(count)
    rates = np.linspace(500.0, 9000.0, count)[:, None]
    on, days = np.linspace(0.0, 0.2, count), np.linspace(21.0, 3.0, count)
    start = np.tile([5.0, 2.0, 0.0], (count, 1))
    after = engine.compile(TWO_COMPARTMENTS).advance(start, parameters, rates, on, days, relative_tolerance=tolerance)
    assert not after.status.any()
    for patient in range(count):
        first, last = two_compartments_exact(
            parameters[patient], rates[patient, 0], on[patient], days[patient], start[patient]
        )
        assert np.max(np.abs(after.after_input[patient] - first) / (np.abs(first) + 1.0)) <= expected
        assert np.max(np.abs(after.states[patient] - last) / (np.abs(last) + 1.0)) <= expected


def test_exposure_against_dose_over_clearance() -> None:
    """The exposure to infinity of a linear system is dose / clearance."""
    parameters = two_compartments_patients(8)
    kernel = engine.compile(TWO_COMPARTMENTS)
    after = kernel.advance(np.zeros((8, 3)), parameters, np.full((8, 1), 2520.0), 0.1, 400.0, relative_tolerance=1e-9)
    np.testing.assert_allclose(after.states[:, 2], 252.0 / parameters[:, 0], rtol=1e-7)


def test_logistic_growth_against_closed_form() -> None:
    rates = np.linspace(0.05, 2.0, 8)[:, None]
    start = np.linspace(1e-3, 0.9, 8)[:, None]
    after = engine.compile(LOGISTIC).advance(start, rates, np.empty((8, 0)), 0.0, 5.0, relative_tolerance=1e-10)
    exact = 1.0 / (1.0 + (1.0 / start - 1.0) * np.exp(-rates * 5.0))
    np.testing.assert_allclose(after.states, exact, rtol=1e-8)


def test_observe_and_derivatives_against_the_models_own_functions() -> None:
    kernel = engine.compile(TWO_COMPARTMENTS)
    parameters = two_compartments_patients(5)
    states = np.arange(15.0).reshape(5, 3) + 1.0
    inputs = np.full((5, 1), 100.0)
    expected = [TWO_COMPARTMENTS.derivatives(*rows) for rows in zip(states, parameters, inputs, strict=True)]
    np.testing.assert_allclose(
        kernel.derivatives(states, parameters, inputs), np.array(expected), rtol=1e-13, atol=1e-13
    )
    np.testing.assert_allclose(kernel.observe(states, parameters, inputs)[:, 0], states[:, 0] / parameters[:, 1])
    assert kernel.model is TWO_COMPARTMENTS
