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
        """As Altman writes it: `NNTB 10 (7 to 15)`, or `NNTH 20 to ∞ to NNTB 4` where no difference is shown."""
        if self.shown:
            low, high = sorted((abs(self.lower), abs(self.upper)))
            return f"{_words(self.value)} ({low:.0f} to {high:.0f})"
        ends = [_words(end) for end in (self.lower, self.upper) if isfinite(end)]
        if not ends:
            return "no difference"
        if len(ends) == 2:
            return " to ∞ to ".join(ends)
        return f"{ends[0]} to ∞" if isfinite(self.lower) else f"∞ to {ends[0]}"


def _words(number: float) -> str:
    """NNTB: number needed to treat to benefit; NNTH: to harm."""
    return f"NNT{'B' if number > 0 else 'H'} {abs(number):.0f}"


def _inverse(percent: float) -> float:
    return inf if percent == 0 else 100.0 / percent


def number_needed(benefit_pct: float, lower_pct: float, upper_pct: float) -> NumberNeeded | None:
    """From the gain in good outcomes (percentage points) and its 95 % interval; None where there is none."""
    if any(isnan(one) for one in (benefit_pct, lower_pct, upper_pct)):
        return None
    shown = lower_pct > 0 or upper_pct < 0
    low, high = _inverse(lower_pct), _inverse(upper_pct)
    # Inverting turns an interval round where it leaves out 0.
    return NumberNeeded(_inverse(benefit_pct), *((high, low) if shown else (low, high)), shown)
