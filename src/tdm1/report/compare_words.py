"""The values of a comparison of regimens as words: the same rounding in the terminal and on the page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tdm1.report import numbers

if TYPE_CHECKING:
    from tdm1.trial.compared_outcomes import Outcome
    from tdm1.trial.comparing import RegimenDifference, RegimenEstimate
    from tdm1.trial.dominance import Standing

#: Decimals by unit.
_DECIMALS = {"%": 1, "month": 1, "mg": 0, "mg/kg/week": 2}


def name(outcome: Outcome) -> str:
    """The outcome with its unit, such as `median PFS (months)`."""
    return f"{outcome.words} ({numbers.unit_words(outcome.unit)})"


def _number(value: float, unit: str, sign: str = "") -> str:
    # Adding 0 turns the negative zero of rounding into 0.
    rounded = round(value, _DECIMALS[unit]) + 0.0
    return f"{rounded:{sign if rounded else ''}.{_DECIMALS[unit]}f}"


def value(number: float, unit: str) -> str:
    """A value; `not reached` for an infinite median, `none` where it is not defined."""
    return "none" if math.isnan(number) else "not reached" if math.isinf(number) else _number(number, unit)


def _interval(low: float, high: float, unit: str, sign: str = "") -> str:
    if math.isnan(low):
        return "[no interval]"
    ends = ("open" if math.isinf(end) else _number(end, unit, sign) for end in (low, high))
    return f"[{', '.join(ends)}]"


def estimate(one: RegimenEstimate, unit: str) -> str:
    """A value with its 95 % interval; an end that is not reached is `open`."""
    if math.isnan(one.value):
        return "none"
    return f"{value(one.value, unit)} {_interval(one.lower95, one.upper95, unit)}"


def difference(one: RegimenDifference, unit: str) -> str:
    """A difference with its sign and 95 % interval; `none` where one of the two values was not reached."""
    if not math.isfinite(one.value):
        return "none"
    return f"{_number(one.value, unit, '+')} {_interval(one.lower95, one.upper95, unit, '+')}"


def needed(one: RegimenDifference) -> str:
    """The number needed as Altman writes it; empty where there is none."""
    return "" if one.number_needed is None else str(one.number_needed)


def dominated_by(standing: Standing) -> str:
    """The regimens that dominate one; `none` for one on the frontier."""
    return ", ".join(standing.dominated_by) or "none"


def share(percent: float) -> str:
    """A share of resamples (%) in whole numbers."""
    return f"{percent:.0f} %"
