"""Which rules a visit's findings meet: true, not met, or not to be judged for want of the LVEF baseline.

Patients run along the last axis. What was not measured is NaN, which lies within no bounds.
"""

from __future__ import annotations

from operator import attrgetter

import numpy as np

from tdm1.safety._rule import All, Condition
from tdm1.safety._table import COLUMNS, ROWS, Bools, Conditions, Floats
from tdm1.safety.findings import Findings

#: Differences of printed percentages carry rounding noise near 1e-14; a bound of 10 points must not feel it.
_POINTS_PARTS = 1e6
_LVEF, _BASELINE, _DROP = ROWS["lvef"], ROWS["lvef_baseline"], ROWS["lvef_drop"]
_columns = attrgetter(*COLUMNS)
_any, _all = np.bitwise_or.reduce, np.bitwise_and.reduce


def known(findings: Findings) -> Floats:
    """(rows of `ROWS`, N) the numbers that conditions bound, NaN where one cannot be known."""
    found = np.empty((len(ROWS), len(findings)))
    found.fill(np.nan)
    for row, column in enumerate(_columns(findings)):
        if column is not None:
            found[row] = column
    if findings.lvef is not None and findings.lvef_baseline is not None:
        found[_DROP] = np.rint((findings.lvef_baseline - findings.lvef) * _POINTS_PARTS) / _POINTS_PARTS
    return found


def _within(conditions: Conditions, values: Floats) -> Bools:
    return (values >= conditions.least) & (values <= conditions.greatest)


def met(conditions: Conditions, numbers: Floats) -> tuple[Bools, Bools]:
    """((R, N) rules that are met, (N,) an ejection fraction cannot be judged without its baseline)."""
    holds = _within(conditions, numbers[conditions.row])
    # With the baseline alone lacking, a part is not judged if all the rest of it is met.
    lacking = np.isnan(numbers[_DROP]) > np.isnan(numbers[_LVEF])
    if np.count_nonzero(lacking):
        lacking &= _any(_all((holds | conditions.of_drop)[conditions.drop_parts]))
    return _any(_all(holds[conditions.parts])[conditions.rules]), lacking


def settled(conditions: Conditions, numbers: Floats) -> tuple[Bools, Bools]:
    """((R, N) what a rule wants recovered is measured and has recovered, (R, N) measured and has not).

    Where too little is measured both are False: nothing is known, nothing changes. A rule that only asks for
    a repeat counts as recovered by the repeat itself.
    """
    values = numbers[conditions.row]
    holds = _within(conditions, values)
    fails = (values == values) ^ holds
    return (
        _any(_all(holds[conditions.parts])[conditions.rules]), _all(_any(fails[conditions.parts])[conditions.rules]),
    )


def holds(condition: Condition, findings: Findings) -> Bools:
    """(N,) True where the condition is measured and met."""
    return all_hold((condition,), findings)[0]


def all_hold(conditions: All, findings: Findings) -> tuple[Bools, Bools]:
    """((N,) all met, (N,) only the LVEF baseline is lacking to judge it)."""
    found, lacking = met(Conditions.of([[conditions]]), known(findings))
    return found[0], lacking
