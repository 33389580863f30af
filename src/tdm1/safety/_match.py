"""Which rules a visit's findings meet: true, not met, or not to be judged for want of the LVEF baseline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tdm1.safety._labs import LABS
from tdm1.safety._rule import All, Condition, Rule
from tdm1.safety.findings import Findings

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Differences of printed percentages carry rounding noise near 1e-14; a bound of 10 points must not feel it.
_POINTS_DECIMALS = 6


def column_of(condition: Condition) -> str:
    """The column of `Findings` that a condition looks at."""
    return LABS[condition.lab].column if condition.lab in LABS else condition.lab


def _value(condition: Condition, findings: Findings) -> Floats | None:
    """The number the condition bounds, NaN where it cannot be known."""
    found = findings.column(column_of(condition))
    if found is None or condition.basis != "points_below_baseline":
        return found
    baseline = findings.lvef_baseline
    if baseline is None:
        return np.full(len(findings), np.nan)
    return np.round(baseline - found, _POINTS_DECIMALS)


def holds(condition: Condition, findings: Findings) -> Bools:
    """(N,) True where the condition is measured and met."""
    value = _value(condition, findings)
    if value is None:
        return np.zeros(len(findings), dtype=np.bool_)
    if condition.basis == "sign":
        return value == 1.0
    if condition.basis == "event":
        return value == float(condition.event or 0)
    met = ~np.isnan(value)
    if condition.lower is not None:
        met &= value >= condition.lower if condition.lower_closed else value > condition.lower
    if condition.upper is not None:
        met &= value <= condition.upper if condition.upper_closed else value < condition.upper
    return met


def lacks_baseline(condition: Condition, findings: Findings) -> Bools:
    """(N,) True where the ejection fraction is measured but the drop cannot be known without its baseline."""
    none = np.zeros(len(findings), dtype=np.bool_)
    if condition.basis != "points_below_baseline" or findings.lvef is None:
        return none
    measured = ~np.isnan(findings.lvef)
    return measured if findings.lvef_baseline is None else measured & np.isnan(findings.lvef_baseline)


def all_hold(conditions: All, findings: Findings) -> tuple[Bools, Bools]:
    """((N,) all met, (N,) only the LVEF baseline is lacking to judge it)."""
    met = np.ones(len(findings), dtype=np.bool_)
    rest_met = met.copy()
    lacking = np.zeros(len(findings), dtype=np.bool_)
    for condition in conditions:
        now, lacks = holds(condition, findings), lacks_baseline(condition, findings)
        met &= now
        rest_met &= now | lacks
        lacking |= lacks
    return met, rest_met & lacking


def fired(rules: Sequence[Rule], findings: Findings, dose_due: Bools) -> tuple[Bools, Bools]:
    """((N, R) rules whose finding is there now, (N,) an ejection fraction cannot be judged without its baseline)."""
    met = np.zeros((len(findings), len(rules)), dtype=np.bool_)
    lacking = np.zeros(len(findings), dtype=np.bool_)
    for index, rule in enumerate(rules):
        for conditions in rule.when:
            if any(findings.column(column_of(condition)) is None for condition in conditions):
                continue
            now, lacks = all_hold(conditions, findings)
            met[:, index] |= now
            lacking |= lacks
        if rule.dose_day_only:
            met[:, index] &= dose_due
    return met, lacking


def _fails(conditions: All, findings: Findings) -> Bools:
    """(N,) True where a condition is measured and not met, whatever the others are."""
    fails = np.zeros(len(findings), dtype=np.bool_)
    for condition in conditions:
        value = _value(condition, findings)
        if value is not None:
            fails |= ~np.isnan(value) & ~holds(condition, findings)
    return fails


def recovered(rules: Sequence[Rule], findings: Findings) -> tuple[Bools, Bools]:
    """((N, R) what the rule wants recovered is measured and has recovered, (N, R) measured and has not).

    Where too little is measured both are False: nothing is known, nothing changes. A rule that only asks for
    a repeat counts as recovered by the repeat itself.
    """
    yes = np.zeros((len(findings), len(rules)), dtype=np.bool_)
    no = yes.copy()
    for index, rule in enumerate(rules):
        if rule.until:
            yes[:, index] = np.any([all_hold(part, findings)[0] for part in rule.until], axis=0)
            no[:, index] = np.all([_fails(part, findings) for part in rule.until], axis=0)
        elif rule.repeat_within_day is not None and findings.lvef is not None:
            yes[:, index] = ~np.isnan(findings.lvef)
    return yes, no
