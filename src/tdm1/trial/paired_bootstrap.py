"""Estimates of one outcome in the same patients under each regimen, and their paired bootstrap.

A resample draws patients, not arms: the same people are drawn under every regimen, so that what is
common to a patient cancels in a difference (Efron and Tibshirani 1993, chapter 8; percentile intervals).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tdm1.population import streams

Array = NDArray[np.float64]

#: Resamples of the patients. Beyond each end of an interval then lie 25 of them.
RESAMPLES = 1000
#: Share of the resamples beyond each end of a 95 % interval.
_TAIL = 0.025
#: Weights held at a time: resamples times patients.
_AT_A_TIME = 2_000_000


class Estimator(Protocol):
    """One outcome of one regimen; `estimate` takes weights (B, N) of the patients and gives (B,) values."""

    def estimate(self, weights: Array) -> Array:
        """The outcome of each of the B weighted samples; NaN where it is not defined."""
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """Weighted mean of (N,) values times a factor; NaN values are left out."""

    values: Array
    factor: float = 1.0

    def estimate(self, weights: Array) -> Array:
        """The mean of each weighted sample, shape (B,); NaN where nobody of it has a value."""
        known = np.isfinite(self.values)
        if not known.any():
            return np.full(len(weights), np.nan)
        with np.errstate(invalid="ignore"):
            mean = weights[:, known] @ self.values[known] / weights[:, known].sum(axis=1)
        return self.factor * mean


@dataclass(frozen=True, slots=True)
class Median:
    """Weighted lower median of (N,) values; NaN values are left out."""

    values: Array

    def estimate(self, weights: Array) -> Array:
        """The median of each weighted sample, shape (B,); NaN where nobody of it has a value."""
        known = np.flatnonzero(np.isfinite(self.values))
        if not known.size:
            return np.full(len(weights), np.nan)
        order = known[np.argsort(self.values[known], kind="stable")]
        below = np.cumsum(weights[:, order], axis=1)
        at = np.argmax(below >= below[:, -1:] / 2.0, axis=1)
        return np.where(below[:, -1] > 0, self.values[order][at], np.nan)


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """Kaplan-Meier estimate from (N,) times and events: percent free of the event `at` a time, or the median time."""

    time: Array
    event: NDArray[np.bool_]
    at: float | None = None

    def estimate(self, weights: Array) -> Array:
        """Percent free or median time of each weighted sample, shape (B,); a median not reached is infinite."""
        # Events come before censorings of the same time; within ties the product telescopes to the usual factor.
        order = np.lexsort((~self.event, self.time))
        drawn = weights[:, order]
        at_risk = np.cumsum(drawn[:, ::-1], axis=1)[:, ::-1]
        lost = np.where(self.event[order], drawn, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            free: Array = np.cumprod(np.where(at_risk > 0, 1.0 - lost / at_risk, 1.0), axis=1, dtype=np.float64)
        times = self.time[order]
        if self.at is not None:
            before = int(np.searchsorted(times, self.at, side="right"))
            return 100.0 * (free[:, before - 1] if before else np.ones(len(free)))
        # A billionth more than a half: a sum of rounded factors must not hide a curve that stands on it.
        reached = free <= 0.5 + 1e-9
        return np.where(reached.any(axis=1), times[np.argmax(reached, axis=1)], np.inf)


def _weights(seed: int, patients: int) -> Iterator[Array]:
    """Blocks of (B, N) counts: how often each patient is drawn in each resample. They depend on seed and N alone."""
    block = max(1, min(RESAMPLES, _AT_A_TIME // max(patients, 1)))
    for start in range(0, RESAMPLES, block):
        counts = np.empty((min(block, RESAMPLES - start), patients))
        for row in range(len(counts)):
            uniform = streams.uniform(seed, f"bootstrap {start + row}", 0, patients, 1)[:, 0]
            drawn = np.minimum((uniform * patients).astype(np.int64), patients - 1)
            counts[row] = np.bincount(drawn, minlength=patients)
        yield counts


def resample(seed: int, patients: int, estimators: list[Estimator]) -> tuple[Array, Array]:
    """Point estimates (E,) and resampled ones (E, B) of estimators over the same N patients."""
    point = np.array([one.estimate(np.ones((1, patients)))[0] for one in estimators])
    blocks = [np.array([one.estimate(weights) for one in estimators]) for weights in _weights(seed, patients)]
    return point, np.concatenate(blocks, axis=1)


def interval(resampled: Array) -> tuple[float, float]:
    """The 95 % percentile interval of (B,) values; NaN where too many resamples have none.

    Both ends are values that stand equally far from the ends of the sorted ones, so that exchanging the two sides of
    a difference mirrors its interval exactly.
    """
    known = np.sort(resampled[~np.isnan(resampled)])
    if not known.size or np.isnan(resampled).mean() > _TAIL:
        return float("nan"), float("nan")
    # An infinite median can be a bound, so no interpolation between values.
    place = max(ceil(_TAIL * known.size), 1)
    return float(known[place - 1]), float(known[-place])


def difference(value: Array, reference: Array) -> Array:
    """value - reference; NaN where both are infinite (neither median was reached)."""
    with np.errstate(invalid="ignore"):
        return value - reference
