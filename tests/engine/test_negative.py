"""An amount that ends below zero is a failure with a status; a state that may be below zero is let be."""

from __future__ import annotations

import numpy as np
import pytest
from engine.small_models import model

from tdm1 import engine
from tdm1.engine import Status

#: y' = -rate, whatever is there: the equations themselves go below zero at day y0/rate.
FALLING = model("falling", {"y": 1e-3}, ("rate",), (), lambda v: {"y": -v["rate"]})
SIGNED = model("falling_signed", {"y": 1e-3}, ("rate",), (), lambda v: {"y": -v["rate"]}, signed=True)


def test_amount_below_zero_against_its_closed_form() -> None:
    start = np.array([[3.0], [2.0], [1.0], [0.5], [1e-6]])
    after = engine.compile(FALLING).advance(start, np.ones((5, 1)), np.empty((5, 0)), 0.0, 1.5)
    assert after.status.tolist() == [Status.OK, Status.OK, Status.NEGATIVE, Status.NEGATIVE, Status.NEGATIVE]
    np.testing.assert_allclose(after.states[:2, 0], start[:2, 0] - 1.5)
    np.testing.assert_array_equal(after.states[2:], start[2:])
    np.testing.assert_array_equal(after.after_input[2:], start[2:])


def test_signed_state_against_its_closed_form() -> None:
    start = np.array([[1.0], [-2.0]])
    after = engine.compile(SIGNED).advance(start, np.ones((2, 1)), np.empty((2, 0)), 0.0, 1.5)
    assert after.status.tolist() == [Status.OK, Status.OK]
    np.testing.assert_allclose(after.states[:, 0], start[:, 0] - 1.5)


def test_rounding_below_zero_is_no_failure() -> None:
    """A thousandth of the scale, and of the size it had, is rounding."""
    start = np.array([[1.0], [1.0]])
    after = engine.compile(FALLING).advance(start, np.array([[1.0005], [1.002]]), np.empty((2, 0)), 0.0, 1.0)
    assert after.status.tolist() == [Status.OK, Status.NEGATIVE]


def test_status_on_entry_and_not_finite_stay_as_they_are() -> None:
    start = np.array([[0.5], [0.5], [np.nan]])
    after = engine.compile(FALLING).advance(
        start, np.ones((3, 1)), np.empty((3, 0)), 0.0, 1.0, status=[int(Status.STEP_TOO_SMALL), 0, 0]
    )
    assert after.status.tolist() == [Status.STEP_TOO_SMALL, Status.NEGATIVE, Status.NOT_FINITE]


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_words(status: Status) -> None:
    assert len(status.explain) > 20
