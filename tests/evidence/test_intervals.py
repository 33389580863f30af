"""Intervals of published values against closed forms, printed tables and the definition of coverage."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tdm1.evidence import EvidenceError
from tdm1.evidence.intervals import binomial_interval, median_interval, percent_interval, printed_counts


def test_no_event_against_closed_form() -> None:
    """With 0 of n the upper bound is 1 - (alpha/2)^(1/n)."""
    lower, upper = binomial_interval(0, 20)
    assert lower == 0
    assert upper == pytest.approx(1 - 0.025 ** (1 / 20), rel=1e-12)


@given(st.integers(1, 600).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_binomial_interval_against_scipy_exact(case: tuple[int, int]) -> None:
    count, n = case
    oracle = stats.binomtest(count, n).proportion_ci(0.95, method="exact")
    assert binomial_interval(count, n) == pytest.approx((oracle.low, oracle.high), abs=1e-9)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_lower_bound_leaves_half_of_alpha_above(case: tuple[int, int]) -> None:
    """By definition P(X >= count) = 2.5 % at the lower bound."""
    count, n = case
    assert stats.binom.sf(count - 1, n, binomial_interval(count, n).lower) == pytest.approx(0.025, rel=1e-6)


def test_published_exact_interval_of_tdm4258g() -> None:
    """Register of NCT00509769: 25.7 % of 109 patients, 95 % interval 17.9 to 34.5."""
    lower, upper = percent_interval("25.7", 109)
    assert lower == pytest.approx(17.9, abs=0.3)
    assert upper == pytest.approx(34.5, abs=0.6)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_printed_counts_hold_the_count_that_was_printed(case: tuple[int, int]) -> None:
    count, n = case
    percent = 100 * count / n
    if abs(percent % 1 - 0.5) < 1e-9:
        return  # a tie is rounded either way in print
    fewest, most = printed_counts(f"{percent:.0f}", n)
    assert fewest <= count <= most


def test_whole_percent_of_emilia_against_counting() -> None:
    counts = [count for count in range(491) if 13.5 <= 100 * count / 490 < 14.5]
    assert printed_counts("14", 490) == (counts[0], counts[-1])


def test_less_than_one_percent_against_counting() -> None:
    counts = [count for count in range(1, 491) if 100 * count / 490 < 1]
    assert printed_counts("<1", 490) == (counts[0], counts[-1])
    assert percent_interval("<1", 490).lower == 0
    assert percent_interval("<1", 490).upper == pytest.approx(100 * binomial_interval(counts[-1], 490).upper)


def test_zero_percent_has_a_zero_lower_bound() -> None:
    lower, upper = percent_interval("0", 490)
    assert lower == 0
    assert 0 < upper < 1


def test_median_interval_against_the_published_interval_of_kamilla() -> None:
    """KAMILLA cohort 1: median 27.2 (25.5-28.7) months; the log-width 0.118 belongs to about 1100 deaths."""
    lower, upper = median_interval(27.2, 1100)
    assert lower == pytest.approx(25.5, abs=0.3)
    assert upper == pytest.approx(28.7, abs=0.4)


@given(st.floats(0.1, 1000), st.integers(1, 5000))
def test_median_interval_is_symmetric_on_the_logarithm(median: float, events: int) -> None:
    lower, upper = median_interval(median, events)
    assert lower < median < upper
    assert math.log(upper / median) == pytest.approx(math.log(median / lower))


def test_interval_holds_its_bounds_and_no_nan() -> None:
    found = binomial_interval(5, 10)
    assert found.holds(found.lower)
    assert found.holds(found.upper)
    assert not found.holds(found.upper + 1e-9)
    assert not found.holds(math.nan)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: binomial_interval(11, 10), "11 of 10"),
        (lambda: binomial_interval(-1, 10), "-1 of 10"),
        (lambda: binomial_interval(0, 0), "0 of 0"),
        (lambda: binomial_interval(1, 10, level=95), "0.95"),
        (lambda: percent_interval("about 5", 10), "about 5"),
        (lambda: percent_interval("nan", 10), "nan"),
        (lambda: percent_interval("101", 10), "101"),
        (lambda: percent_interval("5", 0), "n must be 1"),
        (lambda: median_interval(0.0, 10), "greater than 0"),
        (lambda: median_interval(math.nan, 10), "greater than 0"),
        (lambda: median_interval(5.0, 0), "0 events"),
    ],
)
def test_impossible_input_is_refused(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EvidenceError, match=message):
        call()
