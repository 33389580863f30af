"""The number needed to treat, with its interval, from a difference of two shares."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isnan


@dataclass(frozen=True, slots=True)
class NumberNeeded:
    """Patients to treat for one more good outcome (positive) or one more bad one (negative).

    value, lower, upper   lower and upper bound the interval; where no difference is shown it runs from `lower`
                          (negative: to harm) through infinity to `upper` (positive: to benefit), as in
                          Altman, BMJ 1998;317:1309
    shown                 True where the interval of the difference leaves out 0
    """

    value: float
    lower: float
    upper: float
    shown: bool

    def __str__(self) -> str:
        """The number in words, its interval in brackets."""
        if not self.shown:
            ends = [f"{_words(end)}" for end in (self.lower, self.upper) if isfinite(end)]
            return f"no difference shown{' (' + ' to ∞ to '.join(ends) + ')' if len(ends) == 2 else ''}"
        low, high = sorted((abs(self.lower), abs(self.upper)))
        return f"{_words(self.value)} ({low:.0f} to {high:.0f})" if isfinite(high) else _words(self.value)


def _words(number: float) -> str:
    return f"{abs(number):.0f} to {'benefit' if number > 0 else 'harm'}"


def _inverse(percent: float) -> float:
    return inf if percent == 0 else 100.0 / percent


def number_needed(benefit_pct: float, lower_pct: float, upper_pct: float) -> NumberNeeded | None:
    """From the gain in good outcomes (percentage points) and its 95 % interval; None where there is none."""
    if any(isnan(one) for one in (benefit_pct, lower_pct, upper_pct)):
        return None
    shown = lower_pct > 0 or upper_pct < 0
    bounds = (_inverse(lower_pct), _inverse(upper_pct))
    return NumberNeeded(_inverse(benefit_pct), *(sorted(bounds) if shown else bounds), shown)
