"""Criteria as arrays, made once: every bound stands in one column, so that people are judged in a few comparisons.

People run along the last axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility.criteria import Criterion
from tdm1.eligibility.variables import UPPER_LIMITS, VARIABLES

Floats = NDArray[np.float64]

#: Sets of upper limits of normal whose bounds a table remembers.
_KEPT = 16
_any = np.bitwise_or.reduce


def upper_limit(variable: str, uln: Mapping[str, float]) -> float:
    """Upper limit of normal of a laboratory value, as given, else of the evidence, in the variable's unit."""
    limit = uln.get(variable)
    if limit is None:
        return evidence.value(UPPER_LIMITS[variable], VARIABLES[variable].unit)
    if not 0.0 < limit < np.inf:
        raise EligibilityError(f"the upper limit of normal of {variable} is {limit:g}; it must be above 0 and finite")
    return limit


def _intervals(criterion: Criterion) -> list[tuple[float, float]]:
    """The bounds of a criterion: one pair, or one for each word of a category."""
    if criterion.requires is not None:
        return [(float(criterion.requires), float(criterion.requires))]
    if criterion.one_of:
        places = (float(VARIABLES[criterion.variable].categories.index(word)) for word in criterion.one_of)
        return [(place, place) for place in places]
    low, high = criterion.lower, criterion.upper
    return [(-np.inf if low is None else low, np.inf if high is None else high)]


class CriterionTable:
    """C criteria over V variables, ready to be put to N people."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        self.variables = tuple(dict.fromkeys(one.variable for one in criteria))
        found = [(place, pair) for place, one in enumerate(criteria) for pair in _intervals(one)]
        rows = {name: row for row, name in enumerate(self.variables)}
        #: Each criterion with its row among the variables; the rows as an array, (C,).
        self.placed = tuple((one, rows[one.variable]) for one in criteria)
        self.row = np.array([row for _, row in self.placed], dtype=np.intp)
        owners = [place for place, _ in found]
        self._row = self.row[owners]
        self._bounds = np.array([pair for _, pair in found], dtype=np.float64).reshape(-1, 2).T[:, :, None]
        opened = [(criteria[owner].lower_open, criteria[owner].upper_open) for owner in owners]
        self._opened = np.array(opened, dtype=np.bool_).reshape(-1, 2).T[:, :, None]
        self._scaled = {
            place: criteria[owner].variable for place, owner in enumerate(owners)
            if criteria[owner].basis == "x_uln" and criteria[owner].variable in UPPER_LIMITS
        }
        groups = [[place for place, owner in enumerate(owners) if owner == one] for one in range(len(criteria))]
        longest = max(map(len, groups), default=0)
        padded = [[*group, *[group[0]] * (longest - len(group))] for group in groups]
        self._groups = np.array(padded, dtype=np.intp).reshape(len(groups), longest).T
        self._closed = lru_cache(maxsize=_KEPT)(self._close)

    def _close(self, limits: tuple[float, ...]) -> tuple[Floats, Floats]:
        """Closed bounds under some upper limits of normal; an open bound begins at the next number there is."""
        scale = np.ones(self._bounds.shape[1:])
        scale[list(self._scaled), 0] = limits
        low, high = self._bounds * scale
        return (
            np.where(self._opened[0], np.nextafter(low, np.inf), low),
            np.where(self._opened[1], np.nextafter(high, -np.inf), high),
        )

    def meets(self, values: Floats, uln: Mapping[str, float]) -> NDArray[np.int8]:
        """(C, N) whether each criterion is met: 1 met, 0 not met, -1 not known."""
        low, high = self._closed(tuple(upper_limit(name, uln) for name in self._scaled.values()))
        asked = values[self._row]
        met = _any(((asked >= low) & (asked <= high))[self._groups]).view(np.int8)
        return met - (values != values)[self.row]
