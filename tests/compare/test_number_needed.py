"""The number needed against examples worked by hand, in the notation of Altman (BMJ 1998;317:1309)."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1.trial.number_needed import number_needed


@pytest.mark.parametrize(
    ("benefit", "numbers", "shown", "words"),
    [
        ((10.0, 5.0, 15.0), (10.0, 100 / 15, 20.0), True, "NNTB 10 (7 to 20)"),
        ((-10.0, -12.5, -8.0), (-10.0, -12.5, -8.0), True, "NNTH 10 (8 to 12)"),
        # The paper's own case: a reduction of 10 % with an interval from -5 to 25 %.
        ((10.0, -5.0, 25.0), (10.0, -20.0, 4.0), False, "NNTH 20 to ∞ to NNTB 4"),
        ((-2.0, -5.0, 0.0), (-50.0, -20.0, inf), False, "NNTH 20 to ∞"),
        ((2.0, 0.0, 5.0), (50.0, inf, 20.0), False, "∞ to NNTB 20"),
        ((0.0, 0.0, 0.0), (inf, inf, inf), False, "no difference"),
    ],
)
def test_number_needed_against_hand_worked_examples(
    benefit: tuple[float, float, float], numbers: tuple[float, float, float], shown: bool, words: str
) -> None:
    found = number_needed(*benefit)
    assert found is not None
    assert (found.value, found.lower, found.upper) == pytest.approx(numbers)
    assert found.shown is shown and str(found) == words


def test_no_number_from_an_undefined_difference() -> None:
    assert number_needed(nan, 1.0, 2.0) is None and number_needed(1.0, nan, nan) is None


@given(st.floats(0.1, 100), st.floats(0, 50), st.floats(0, 50))
def test_exchanging_the_regimens_turns_benefit_into_harm(value: float, below: float, above: float) -> None:
    one = number_needed(value, value - below, value + above)
    other = number_needed(-value, -value - above, -value + below)
    assert one is not None and other is not None
    assert one.shown is other.shown and one.value == -other.value
    if one.shown:
        assert one.lower <= one.value * (1 + 1e-12) and one.value <= one.upper * (1 + 1e-12)
        assert (one.lower, one.upper) == (-other.upper, -other.lower)
    else:
        assert (one.lower, one.upper) in {(-other.upper, -other.lower), (inf, -other.lower)}
