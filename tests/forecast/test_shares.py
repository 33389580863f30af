"""Intervals of a share: against closed forms and by their properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from tdm1.forecast.shares import InTrial, Share, compared, plausible, through_median, wilson


@given(st.integers(1, 3000), st.data())
def test_wilson_against_scipy(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    expected = binomtest(count, n).proportion_ci(method="wilson")
    assert wilson(count, n) == pytest.approx((100 * expected.low, 100 * expected.high), abs=1e-9)


@given(st.integers(1, 1024), st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_plausible_holds_chance_and_stays_a_share(n: int, one: float, other: float, model: float) -> None:
    chance = wilson(n // 3, n)
    low, high = plausible(chance, (min(one, other), max(one, other)), model, n)
    assert 0.0 <= low <= chance[0] <= chance[1] <= high <= 100.0


def test_plausible_against_odds_by_hand() -> None:
    """The model said 50 (odds 1) and the trial 25 to 75 (odds 1/3 to 3): the person's odds of 1 become 1/3 to 3."""
    low, high = plausible((50.0, 50.0), (25.0, 75.0), 50.0, 10**9)
    assert (low, high) == (pytest.approx(25.0, abs=1e-4), pytest.approx(75.0, abs=1e-4))


def test_a_share_that_the_model_missed_is_wider_on_that_side() -> None:
    trial = InTrial(31.0, 27.0, 35.0, "31", 20.0, "predicted", "somewhere", "read")
    found = compared(Share(20.0, wilson(200, 1000)), trial, 1000)
    assert found.plausible is not None
    assert found.plausible[0] == found.chance[0]
    assert found.plausible[1] > 35.0


def test_through_the_median_against_closed_form() -> None:
    """An exponential curve with a median of 10 that should be 5 to 20: 25 % at 20 become 6.25 to 50 %."""
    found = through_median(Share(25.0, (25.0, 25.0)), (5.0, 20.0), 10.0)
    assert found.plausible == (pytest.approx(6.25), pytest.approx(50.0))


def test_an_open_median_says_nothing() -> None:
    share = Share(25.0, (20.0, 30.0))
    assert through_median(share, (5.0, 20.0), float("inf")) is share


@pytest.mark.parametrize(("count", "n"), [(1, 0), (-1, 3), (4, 3)])
def test_no_share_of_nobody(count: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(count, n)
