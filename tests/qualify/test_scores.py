"""Scores against rows worked by hand, closed forms and naive counting."""

from __future__ import annotations

from dataclasses import replace
from math import exp, inf, isnan, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qualify.rows import mixed, row

from tdm1.evidence.intervals import binomial_interval
from tdm1.trial.scores import failures, score, scores


def test_score_against_rows_worked_by_hand() -> None:
    """Of seven rows six have an interval and one lies inside; five have a simulated interval; four have a ratio."""
    found = score("overall", "all rows", mixed())
    assert (found.rows, found.with_interval, found.inside) == (7, 6, 1)
    assert found.share_inside == pytest.approx(1 / 6)
    # Covered: 40 in 36 to 46 twice. Not: 40 in 85 to 95, 4 in 0 to 0.7, 20 in 21 and more. None: the two without.
    assert (found.with_simulated_interval, found.covered) == (5, 2)
    assert found.coverage == pytest.approx(0.4)
    by_hand = [log(41 / 40), log(90 / 40), log(19 / 14), log(40 / 30)]
    assert (found.with_ratio, found.without_ratio) == (4, 3)
    assert found.mean_abs_log_ratio == pytest.approx(sum(by_hand) / 4)


def test_states_against_words() -> None:
    states = [one.state for one in mixed()]
    assert states == ["inside", "outside", "outside", "outside", "outside", "no interval", "outside"]


@pytest.mark.parametrize(
    ("changes", "distance"),
    [
        ({}, 0.0),
        ({"simulated": 35.0}, 0.0),
        ({"simulated": 90.0}, log(2.0)),
        ({"simulated": 17.5}, log(2.0)),
        # No patient of 500 is half a patient: 0.1 %, 20 times below 2 %.
        ({"simulated": 0.0, "lower95": 2.0}, log(20.0)),
        # No event was published: the upper bound cannot be below half a patient either.
        ({"simulated": 1.0, "lower95": 0.0, "upper95": 0.05}, log(10.0)),
        ({"simulated": inf}, inf),
        ({"simulated": nan}, inf),
        ({"simulated": 0.0, "unit": "ug/mL"}, inf),
        ({"simulated": inf, "upper95": inf}, 0.0),
        ({"simulated": 1e9, "lower95": nan, "upper95": nan}, 0.0),
    ],
)
def test_distance_outside_against_hand_worked_factor(changes: dict[str, float], distance: float) -> None:
    assert row(**changes).log_distance == pytest.approx(distance)


def test_failures_are_sorted_by_distance_against_hand_order() -> None:
    order = [(one.trial, one.endpoint) for one in failures(mixed())]
    assert order == [
        ("two", "os_median_month"),  # infinitely far, in the order of the rows
        ("two", "pfs_median_month"),
        ("two", "labs.alt_increased.g3_pct"),  # 0.1 against 2: a factor of 20
        ("one", "adverse_events.fatigue.any_pct"),  # 90 against 45: 2
        ("three", "adverse_events.nausea.any_pct"),  # 30 against 35: 1.17
    ]


def test_a_group_without_any_interval_has_no_share() -> None:
    found = score("x", "y", [one for one in mixed() if one.state == "no interval"])
    assert found.share_inside is None and found.coverage is None
    assert found.mean_abs_log_ratio == pytest.approx(log(19 / 14))
    assert score("x", "y", []).mean_abs_log_ratio is None


_VALUES = st.one_of(st.floats(0.0, 1e6), st.just(inf), st.just(nan))


@given(
    st.lists(
        st.tuples(_VALUES, st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e6), _VALUES, _VALUES), max_size=20
    )
)
def test_score_against_naive_count(values: list[tuple[float, ...]]) -> None:
    rows = [
        row(simulated=v, published=p, lower95=min(a, b), upper95=max(a, b), simulated_lower95=c, simulated_upper95=d)
        for v, p, a, b, c, d in values
    ]
    found = score("x", "y", rows)
    inside = covered = with_own = 0
    ratios: list[float] = []
    for one in rows:
        inside += not isnan(one.simulated) and one.lower95 <= one.simulated <= one.upper95
        low, high = one.simulated_lower95, one.simulated_upper95
        if not isnan(low) and not isnan(high) and not (low == inf and high == inf):
            with_own += 1
            covered += low <= one.published <= high
        if one.published > 0 and 0 < one.simulated < inf:
            ratios.append(abs(log(one.simulated) - log(one.published)))
    assert (found.inside, found.with_simulated_interval, found.covered) == (inside, with_own, covered)
    assert found.with_ratio == len(ratios) and found.with_ratio + found.without_ratio == len(rows)
    assert found.mean_abs_log_ratio == pytest.approx(np.mean(ratios) if ratios else None)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_log_ratio_against_symmetry(one: float, other: float) -> None:
    """Half as much and twice as much are equally wrong; exp gives the factor back."""
    there = row(published=one, simulated=other).log_ratio
    back = row(published=other, simulated=one).log_ratio
    assert there is not None and back is not None
    assert there == pytest.approx(-back, abs=1e-12)
    assert exp(there) == pytest.approx(other / one)


def test_coverage_of_a_right_model_against_the_nominal_level() -> None:
    """Shares of 400 drawn at the published value: exact intervals hold it in 95 % or more, and not in nearly all."""
    drawn = np.random.default_rng(1).binomial(400, 0.3, 4000)
    bounds = {count: binomial_interval(count, 400) for count in map(int, np.unique(drawn))}
    rows = [
        row(published=30.0, simulated=count / 4, simulated_lower95=100 * bounds[count].lower,
            simulated_upper95=100 * bounds[count].upper, n=400)
        for count in map(int, drawn)
    ]
    coverage = score("x", "y", rows).coverage
    assert coverage is not None and 0.945 <= coverage <= 0.975


def test_groups_against_partition() -> None:
    """Every grouping but the overall one holds each row once."""
    rows = mixed()
    found = scores(rows)
    for group in ("trial", "role", "kind", "reading", "arm"):
        parts = [one for one in found if one.group == group]
        assert sum(one.rows for one in parts) == len(rows)
        assert sum(one.inside for one in parts) == 1
    overall = {one.name: one.rows for one in found if one.group == "overall"}
    assert overall == {
        "all rows": 7, "read in the source only": 5, "simulated arms only": 6, "predicted, simulated arms only": 5,
        "predicted, simulated arms, read only": 3,
    }


def test_rows_from_memory_do_not_touch_the_score_of_read_ones() -> None:
    rows = mixed()
    changed = [replace(one, simulated=1e-3) if one.read == "recall" else one for one in rows]
    before, after = (next(s for s in scores(r) if s.name == "read in the source only") for r in (rows, changed))
    assert before == after


def test_ratio_beyond_the_smallest_number_against_its_logarithms() -> None:
    """The smallest number over a million is 0 to the machine, and 0 has no logarithm."""
    tiny = row(unit="ug/mL", published=1e6, simulated=5e-324, lower95=9e5, upper95=2e6)
    assert tiny.log_ratio == pytest.approx(-1074 * log(2.0) - log(1e6))
    assert tiny.log_distance == pytest.approx(1074 * log(2.0) + log(9e5))
