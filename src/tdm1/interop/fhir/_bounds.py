"""Values given as a bound (`<5`): used as a number only where that cannot make a dose rule more lenient."""

from __future__ import annotations

from functools import cache
from typing import Literal

from tdm1.person import LabTest, Measured
from tdm1.safety import LABS, label

_SETTINGS = ("early", "metastatic")
_REGIONS = ("US", "EU")
#: The rules for it compare with the value before treatment, so no bound lies beyond all of them.
_AGAINST_BASELINE = "lvef"


@cache
def _edges(column: str) -> tuple[float, ...]:
    """Every bound of the dose rules on a finding, of all labels."""
    names = {name for name, lab in LABS.items() if lab.column == column}
    found: set[float] = set()
    for setting in _SETTINGS:
        for region in _REGIONS:
            for rule in label.load(setting, region).rules:
                for conditions in (*rule.when, *rule.until):
                    for condition in conditions:
                        if condition.lab in names and condition.basis in ("absolute", "x_uln"):
                            found |= set(condition.edges())
    return tuple(found)


def use(test: LabTest, comparator: str, bound: Measured) -> Literal["value", "ignore", "refuse"]:
    """How a bound is used: as the value where it is the worse side or beyond every rule; never where it may hide harm.

    A test that no dose rule asks for is not used by its bound.
    """
    if test.finding is None:
        return "ignore"
    high_is_worse = test.x_uln
    below = comparator.startswith("<")
    if below == high_is_worse:
        return "value"
    number = bound.x_uln if test.x_uln else bound.value
    if test.finding == _AGAINST_BASELINE:
        return "refuse"
    if number is None:
        # Without the upper limit of normal the value is asked for again anyway.
        return "value"
    edges = _edges(test.finding)
    beyond = all(number > edge if high_is_worse else number < edge for edge in edges)
    return "value" if edges and beyond else "refuse"
