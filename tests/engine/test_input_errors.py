"""What a caller can get wrong: one error that names the argument, the patient and what to give instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine.small_models import TWO_COMPARTMENTS, two_compartments_patients

from tdm1 import engine


def good() -> dict[str, Any]:
    return {
        "states": np.zeros((3, 3)),
        "parameters": two_compartments_patients(3),
        "inputs": np.ones((3, 1)),
        "input_day": np.full(3, 0.1),
        "days": np.full(3, 7.0),
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"states": np.zeros((3, 2))}, ["states", "(patients, 3)", "central, peripheral, exposure"]),
        ({"states": np.zeros(3)}, ["states", "(3,)"]),
        ({"parameters": np.ones((2, 4))}, ["parameters", "2 rows for 3 patients"]),
        ({"parameters": np.ones((3, 5))}, ["parameters", "clearance, volume"]),
        ({"inputs": np.ones((3, 2))}, ["inputs", "infusion"]),
        ({"days": [7.0, -1.0, 7.0]}, ["days", "patient 1", "-1.0"]),
        ({"days": [7.0, 7.0, np.nan]}, ["days", "patient 2", "nan"]),
        ({"days": np.inf}, ["days", "patient 0", "inf"]),
        ({"days": [7.0, 7.0]}, ["days", "(3,)"]),
        ({"input_day": 8.0}, ["input_day", "patient 0", "8.0", "7.0"]),
        ({"input_day": -0.1}, ["input_day", "patient 0"]),
        ({"relative_tolerance": 0.0}, ["relative_tolerance", "1e-13"]),
        ({"relative_tolerance": 1.0}, ["relative_tolerance", "0.1"]),
        ({"relative_tolerance": np.nan}, ["relative_tolerance"]),
        ({"threads": 0}, ["threads", "1 or more"]),
        ({"status": [0, 0]}, ["status", "(3,)"]),
    ],
)
def test_wrong_argument_against_a_clear_error(change: dict[str, Any], words: list[str]) -> None:
    kernel = engine.compile(TWO_COMPARTMENTS)
    with pytest.raises(ValueError, match=words[0]) as raised:
        kernel.advance(**{**good(), **change})
    for word in words:
        assert word in str(raised.value)


def test_one_number_of_days_against_one_for_each() -> None:
    kernel = engine.compile(TWO_COMPARTMENTS)
    one = kernel.advance(**{**good(), "input_day": 0.1, "days": 7})
    np.testing.assert_array_equal(one.states, kernel.advance(**good()).states)
