"""Recurrence after surgery against the closed form of the promotion-time model and a naive draw of clonogens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import evidence
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.definition import Recurrence
from tdm1.trial.recurrence import Ends, Relapses

COUNT = 20_000
OUTSIDE, BRAIN, MEAN = 0.4, 0.1, 1000.0
YEARS = np.array([1.0, 3.0, 7.0]) * 365.25


def _risk(outside: float = OUTSIDE, brain: float = BRAIN) -> Recurrence:
    return Recurrence.model_validate(
        {"clonogens": f"{outside} 1", "brain_clonogens": f"{brain} 1", "mean_time": f"{MEAN} day"}
    )


def _people(first: int, count: int) -> Any:
    return SimpleNamespace(first=first, count=count)


def _course(doses: int, *, every: float = 21.0, count: int = COUNT, first: int = 0, seed: int = 5) -> Ends:
    """Everyone gets `doses` full doses, the first on day 0, and is then followed without."""
    relapses = Relapses.of(_risk(), _people(first, count), seed)
    everyone = np.ones(count, bool)
    for cycle in range(doses):
        relapses.step(cycle * every, (cycle + 1) * every, np.full(count, cycle + 1.0), everyone)
    return relapses.finish(np.full(count, float(doses)))


def _found(day: np.ndarray | float) -> np.ndarray | float:
    return 1.0 - np.exp(-np.asarray(day) / MEAN)


def _free(day: float, doses: int, every: float = 21.0) -> float:
    """Closed form: S(t) = exp(-theta F(t)), theta thinned by every dose from the day it is given."""
    kill = evidence.value("recurrence.log_kill_per_dose", "1")
    edges = np.minimum(np.append(np.arange(doses + 1) * every, np.inf), day)
    survive = np.exp(-kill * np.append(np.arange(1, doses + 1), doses))
    outside = OUTSIDE * np.sum(survive * np.diff(_found(edges)))
    return float(np.exp(-outside - BRAIN * _found(day)))


@pytest.mark.parametrize("doses", [0, 1, 14])
def test_free_of_recurrence_against_closed_form(doses: int) -> None:
    day = _course(doses).day
    for time in YEARS:
        share = _free(time, doses)
        error = np.sqrt(share * (1.0 - share) / COUNT)
        assert (day > time).mean() == pytest.approx(share, abs=4.0 * error)


def test_first_recurrence_against_naive_clonogens() -> None:
    """A Poisson number of clonogens, each found after an exponential time: the first is the event."""
    rng = np.random.default_rng(1)
    number = rng.poisson(OUTSIDE + BRAIN, COUNT)
    first = np.array([rng.exponential(MEAN, n).min() if n else np.inf for n in number])
    day = _course(0).day
    for time in YEARS:
        # Two samples of the same size: the error of a difference.
        assert (day > time).mean() == pytest.approx((first > time).mean(), abs=4.0 * np.sqrt(0.5 / COUNT))
    assert np.isinf(day).mean() == pytest.approx(np.isinf(first).mean(), abs=4.0 * np.sqrt(0.5 / COUNT))


def test_cured_share_against_closed_form() -> None:
    kill = evidence.value("recurrence.log_kill_per_dose", "1")
    for doses in (0, 14):
        cured = float(np.isinf(_course(doses).day).mean())
        share = _free(np.inf, doses)
        assert cured == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / COUNT))
        assert 0.0 < share < 1.0
    assert np.exp(-OUTSIDE - BRAIN) < np.exp(-OUTSIDE * np.exp(-14.0 * kill) - BRAIN)


def test_a_dose_never_brings_a_recurrence_forward() -> None:
    none, few, all_of_them = (_course(doses, count=4000) for doses in (0, 4, 14))
    outside = none.site != "cns"
    assert (few.day[outside] >= none.day[outside] - 1e-9).all()
    assert (all_of_them.day >= few.day - 1e-9).all()
    assert np.isinf(all_of_them.day).sum() > np.isinf(none.day).sum()


def test_the_brain_is_not_reached() -> None:
    """With clonogens in the brain alone, doses change nothing."""
    found = []
    for doses in (0.0, 14.0):
        relapses = Relapses.of(_risk(outside=0.0, brain=0.5), _people(0, 3000), 5)
        found.append(relapses.finish(np.full(3000, doses)))
    np.testing.assert_array_equal(found[0].day, found[1].day)
    assert set(found[0].site) == {"", "cns"}


@given(edges=st.lists(st.floats(0.5, 400.0), min_size=0, max_size=12))
def test_the_day_does_not_depend_on_the_steps(edges: list[float]) -> None:
    """Any steps, or none, find every recurrence on the same day, and tell of it in the step that holds it."""
    count = 64
    at_once = Relapses.of(_risk(), _people(0, count), 9).finish(np.zeros(count))
    relapses = Relapses.of(_risk(), _people(0, count), 9)
    day = 0.0
    for length in edges:
        told = relapses.step(day, day + length, np.zeros(count), np.ones(count, bool))
        inside = (at_once.day > day + 1e-6) & (at_once.day < day + length - 1e-6)
        assert told[inside].all()
        day += length
    found = relapses.finish(np.zeros(count))
    np.testing.assert_allclose(found.day, at_once.day, rtol=1e-9)
    np.testing.assert_array_equal(found.site, at_once.site)
    np.testing.assert_allclose(found.death_day, at_once.death_day, rtol=1e-9)


def test_those_not_followed_stand_still() -> None:
    relapses = Relapses.of(_risk(), _people(0, 200), 5)
    who = np.arange(200) < 100
    told = relapses.step(0.0, 3000.0, np.zeros(200), who)
    assert told[:100].any()
    assert not told[100:].any()
    assert not relapses.hazard[100:].any()


def test_sites_against_the_published_share() -> None:
    ends = _course(0)
    came = np.isfinite(ends.day)
    assert ((ends.site == "") == ~came).all()
    outside = ends.site[came & (ends.site != "cns")]
    share = evidence.value("recurrence.distant_share", "1")
    assert (outside == "distant").mean() == pytest.approx(share, abs=4.0 * np.sqrt(share * (1 - share) / len(outside)))
    # Both kinds of clonogens are found at the same pace, so the first is in the brain as often as clonogens are.
    brain = BRAIN / (OUTSIDE + BRAIN)
    error = np.sqrt(brain * (1 - brain) / came.sum())
    assert (ends.site[came] == "cns").mean() == pytest.approx(brain, abs=4.0 * error)


def test_death_follows_recurrence_after_the_published_median() -> None:
    ends = _course(0)
    came = np.isfinite(ends.day)
    after = (ends.death_day[came] - ends.day[came]) / MONTH_DAY
    assert after.min() > 0.0
    median = evidence.value("recurrence.survival_median", "month")
    # Standard error of an exponential's median: median / (ln 2 sqrt(n)).
    assert np.median(after) == pytest.approx(median, rel=4.0 / (np.log(2.0) * np.sqrt(came.sum())))
    assert np.isinf(ends.death_day[~came]).all()


def test_a_patient_does_not_depend_on_the_number() -> None:
    many, few = _course(14, count=2100), _course(14, count=37, first=1020)
    np.testing.assert_array_equal(many.day[1020:1057], few.day)
    np.testing.assert_array_equal(many.death_day[1020:1057], few.death_day)
