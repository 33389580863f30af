"""Confidence intervals of published values that were printed without one.

- A share of patients: the exact interval of Clopper and Pearson (Biometrika 1934;26:404-413), which
  never covers less than it says.
- A printed percentage: first the patients it can stand for, because labels round to whole percent
  and print `<1`; then the exact interval of that count.
- A median survival time: normal on the logarithm with standard error sqrt(1/events), the error of a
  log rate under a constant hazard (Collett, Modelling Survival Data in Medical Research, chapter 5).
  The median is then scaled by the same factor, so it is an approximation, and rows that use it say so.
"""

from __future__ import annotations

from math import ceil, exp, floor, isfinite, sqrt
from typing import NamedTuple

from tdm1.evidence._errors import EvidenceError


class Interval(NamedTuple):
    """A two-sided confidence interval, in the unit of the value it belongs to."""

    lower: float
    upper: float

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside, the bounds included. NaN never does."""
        return self.lower <= value <= self.upper


def _level(level: float) -> float:
    if not 0 < level < 1:
        raise EvidenceError(f"confidence level {level} is not between 0 and 1; write 0.95 for 95 %")
    return 1 - level


def binomial_interval(count: int, n: int, level: float = 0.95) -> Interval:
    """The exact (Clopper-Pearson) interval of a share, as fractions between 0 and 1.

    `count` of `n` patients had the event. Raises EvidenceError unless 0 <= count <= n and n >= 1.
    """
    alpha = _level(level)
    if n < 1 or not 0 <= count <= n:
        raise EvidenceError(f"{count} of {n} patients is no share; it needs n of 1 or more and 0 to n events")
    from scipy.special import betaincinv

    lower = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, alpha / 2))
    upper = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - alpha / 2))
    return Interval(lower, upper)


def printed_counts(text: str, n: int) -> tuple[int, int]:
    """The fewest and the most of `n` patients that print as the percentage `text`.

    `14` stands for 13.5 up to but not including 14.5 %, `0.4` for 0.35 to 0.45 %, and `<1` for one
    patient or more but less than 1 %. Where no count prints so (few patients and many decimals, or
    the source divided by another number), the nearest count is both. Raises EvidenceError for
    another text or n below 1.
    """
    if n < 1:
        raise EvidenceError(f"a percentage of {n} patients has no count; n must be 1 or more")
    less = text.startswith("<")
    try:
        percent = float(text[1:] if less else text)
    except ValueError as error:
        raise EvidenceError(f"'{text}' is not a printed percentage such as 14, 2.5 or <1") from error
    if not isfinite(percent) or not 0 <= percent <= 100:
        raise EvidenceError(f"'{text}' is not a percentage between 0 and 100")
    if less:
        most = max(ceil(percent * n / 100) - 1, 0)
        return min(1, most), most
    decimals = len(text.partition(".")[2])
    half = 0.5 * 10.0**-decimals
    fewest = max(ceil((percent - half) * n / 100), 0)
    most = min(ceil((percent + half) * n / 100) - 1, n)
    if fewest <= most:
        return fewest, most
    near = min(max(floor(percent * n / 100 + 0.5), 0), n)
    return near, near


def percent_interval(text: str, n: int, level: float = 0.95) -> Interval:
    """The interval, in percent, of a printed percentage of `n` patients.

    For `14` it is the exact interval of the count nearest to the printed value. For `<1` it runs
    from 0 to the upper bound of the largest count that is less than 1 %.
    """
    fewest, most = printed_counts(text, n)
    if text.startswith("<"):
        return Interval(0.0, 100 * binomial_interval(most, n, level).upper)
    near = min(max(floor(float(text) * n / 100 + 0.5), fewest), most)
    lower, upper = binomial_interval(near, n, level)
    return Interval(100 * lower, 100 * upper)


def median_interval(median: float, events: int, level: float = 0.95) -> Interval:
    """The approximate interval of a median survival time from its number of events.

    `median` in any unit of time, greater than 0; the bounds are in the same unit:
    median * exp(-/+ z / sqrt(events)). Raises EvidenceError for a median of 0 or less or no event.
    """
    alpha = _level(level)
    if not median > 0 or not isfinite(median):
        raise EvidenceError(f"a median survival time of {median} has no interval; it must be greater than 0")
    if events < 1:
        raise EvidenceError(f"{events} events give no interval of a median; it needs 1 or more")
    from scipy.special import ndtri

    width = float(ndtri(1 - alpha / 2)) * sqrt(1 / events)
    return Interval(median * exp(-width), median * exp(width))
