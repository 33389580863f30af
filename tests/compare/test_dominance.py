"""Domination against asking every pair of regimens in plain words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1.trial.dominance import dominates, standings

PLANE = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=6)


def _beats(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """(efficacy, toxicity) of `one` is no worse in both than that of `other`, and not the same."""
    return one != other and one[0] >= other[0] and one[1] <= other[1]


@given(PLANE)
def test_domination_against_naive_pairs(points: list[tuple[int, int]]) -> None:
    efficacy, toxicity = np.array(points, float).T
    found = dominates(efficacy, toxicity)
    assert found.tolist() == [[_beats(one, other) for other in points] for one in points]
    assert not found.all(axis=0).any()


@given(PLANE, st.integers(0, 9))
def test_share_of_resamples_against_counting(points: list[tuple[int, int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    good, bad = rng.integers(0, 4, (2, len(points), 20))
    names = [f"regimen {place}" for place in range(len(points))]
    efficacy, toxicity = np.array(points, float).T
    for place, one in enumerate(standings(names, efficacy, toxicity, good.astype(float), bad.astype(float))):
        assert one.dominated_by == tuple(
            name for name, other in zip(names, points, strict=True) if _beats(other, points[place])
        )
        counted = sum(
            any(_beats((good[row, b], bad[row, b]), (good[place, b], bad[place, b])) for row in range(len(points)))
            for b in range(20)
        )
        assert one.dominated_pct == pytest.approx(5.0 * counted)


def test_an_undefined_value_dominates_nothing_and_is_not_dominated() -> None:
    assert not dominates(np.array([np.nan, 1.0]), np.array([0.0, 1.0])).any()
