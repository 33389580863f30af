"""The paired bootstrap against closed forms, plain counting and lifelines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy.stats import binom, norm

from tdm1.trial.paired_bootstrap import RESAMPLES, KaplanMeier, Mean, Median, difference, interval, resample

_CHANCE = 1e-5
TIMES = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=30)


def _weights(seed: int, samples: int, patients: int) -> np.ndarray:
    return np.random.default_rng(seed).multinomial(patients, np.full(patients, 1 / patients), samples).astype(float)


@pytest.mark.parametrize(("events", "patients"), [(3, 40), (60, 200), (150, 300)])
def test_interval_of_a_share_against_the_binomial(events: int, patients: int) -> None:
    """The bootstrap of a share is a binomial; at most so many resamples lie beyond each end as chance allows."""
    flags = np.arange(patients) < events
    _, drawn = resample(7, patients, [Mean(flags.astype(float))])
    low, high = interval(drawn[0])
    share = binom(patients, events / patients)
    beyond = int(binom(RESAMPLES, 0.025).ppf(1 - _CHANCE)) / RESAMPLES
    within = int(binom(RESAMPLES, 0.025).ppf(_CHANCE)) / RESAMPLES
    for end in (low, high):
        assert end * patients == pytest.approx(round(end * patients))
    assert share.cdf(round(low * patients) - 1) <= beyond and share.cdf(round(low * patients)) >= within
    assert share.sf(round(high * patients)) <= beyond and share.sf(round(high * patients) - 1) >= within


def test_interval_of_a_paired_difference_against_the_normal_form() -> None:
    """Of n pairs b improve and c worsen: standard error sqrt(b + c - (b - c)^2 / n) / n, far from the unpaired one."""
    first, second = np.zeros(400), np.zeros(400)
    first[:200] = second[:200] = 1.0
    second[200:230], second[:10] = 1.0, 0.0
    _, drawn = resample(3, 400, [Mean(first), Mean(second)])
    low, high = interval(difference(drawn[1], drawn[0]))
    error = np.sqrt(40 - 20**2 / 400) / 400
    assert (low + high) / 2 == pytest.approx(20 / 400, abs=0.4 * error)
    assert (high - low) / 2 == pytest.approx(norm.ppf(0.975) * error, rel=0.15)
    unpaired = np.sqrt(0.5 * 0.5 / 400 + 0.55 * 0.45 / 400)
    assert (high - low) / 2 < 0.7 * norm.ppf(0.975) * unpaired


@settings(max_examples=40)
@given(TIMES, st.integers(1, 13), st.integers(0, 5))
def test_kaplan_meier_against_lifelines(rows: list[tuple[int, bool]], at: int, seed: int) -> None:
    time, event = np.array([float(row[0]) for row in rows]), np.array([row[1] for row in rows])
    weights = np.vstack([np.ones((1, len(rows))), _weights(seed, 1, len(rows))])
    shares = KaplanMeier(time, event, float(at)).estimate(weights)
    medians = KaplanMeier(time, event).estimate(weights)
    for weight, share, median in zip(weights, shares, medians, strict=True):
        drawn = weight > 0
        fitted = KaplanMeierFitter().fit(time[drawn], event[drawn], weights=weight[drawn])
        assert share == pytest.approx(100 * float(fitted.predict(float(at))), abs=1e-9)
        curve = fitted.survival_function_.iloc[:, 0]
        # A curve that stands on a half has reached it, whatever its last bit.
        reached = curve.index[curve.to_numpy() <= 0.5 + 1e-9]
        assert median == (reached[0] if len(reached) else np.inf)


@given(st.lists(st.one_of(st.integers(-5, 5), st.just(None)), min_size=1, max_size=25), st.integers(0, 5))
def test_mean_and_median_against_repeating_the_patients(values: list[int | None], seed: int) -> None:
    known = np.array([np.nan if value is None else float(value) for value in values])
    weights = _weights(seed, 4, len(values))
    means, medians = Mean(known, 100.0).estimate(weights), Median(known).estimate(weights)
    for weight, mean, median in zip(weights, means, medians, strict=True):
        repeated = np.repeat(known, weight.astype(int))
        repeated = np.sort(repeated[np.isfinite(repeated)])
        if not repeated.size:
            assert np.isnan(mean) and np.isnan(median)
            continue
        assert mean == pytest.approx(100 * repeated.mean())
        assert median == repeated[(repeated.size - 1) // 2]


@given(st.lists(st.floats(-50, 50), min_size=40, max_size=120))
def test_interval_of_exchanged_sides_is_mirrored(values: list[float]) -> None:
    low, high = interval(np.array(values))
    assert interval(-np.array(values)) == (-high, -low)
    beyond = int(np.ceil(0.025 * len(values))) - 1
    assert sum(value < low for value in values) <= beyond and sum(value > high for value in values) <= beyond


def test_undefined_resamples_give_no_interval_and_infinite_ones_an_open_end() -> None:
    values = np.arange(1000.0)
    assert np.isnan(interval(np.where(values < 26, np.nan, values))).all()
    assert interval(np.where(values < 20, np.nan, values))[1] > 950
    assert interval(np.where(values > 960, np.inf, values)) == (24.0, np.inf)


def test_resamples_do_not_depend_on_the_other_estimators() -> None:
    rng = np.random.default_rng(1)
    one, other = Mean(rng.normal(size=90)), Median(rng.normal(size=90))
    assert (resample(5, 90, [one, other])[1][0] == resample(5, 90, [one])[1][0]).all()
    assert (resample(6, 90, [one])[1] != resample(5, 90, [one])[1]).any()
