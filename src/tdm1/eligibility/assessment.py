"""Criteria applied to people: who is eligible, who is not, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.eligibility.criteria import Criteria, Criterion, EligibilityError, builtin, unknown
from tdm1.eligibility.variables import UPPER_LIMITS, VARIABLES

Answer = Literal["yes", "no", "unknown"]

_WORDS: dict[int, Answer] = {1: "yes", 0: "no", -1: "unknown"}


@dataclass(frozen=True, slots=True)
class Reason:
    """How one person stands to one criterion. `value` is NaN when it is not known; it is in the variable's unit."""

    id: str
    text: str
    met: Answer
    variable: str
    value: float
    source: str
    read: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The criteria applied to N people: `met` has shape (N, criteria) with 1 met, 0 not met, -1 not known."""

    criteria: tuple[Criterion, ...]
    met: NDArray[np.int8]
    values: NDArray[np.float64]

    @property
    def verdict(self) -> list[Answer]:
        """Per person: no if one criterion is not met, else unknown if one is not known, else yes."""
        failed, unsure = np.any(self.met == 0, axis=1), np.any(self.met < 0, axis=1)
        return ["no" if no else "unknown" if maybe else "yes" for no, maybe in zip(failed, unsure, strict=True)]

    def reasons(self, person: int) -> list[Reason]:
        """Every criterion for one person, numbered from 0, in the order of the criteria."""
        return [
            Reason(c.id, c.text, _WORDS[int(self.met[person, place])], c.variable, float(self.values[person, place]),
                   c.source, c.read)
            for place, c in enumerate(self.criteria)
        ]

    def missing(self, person: int) -> list[str]:
        """Variables that would have to be known to decide for one person."""
        return [c.variable for place, c in enumerate(self.criteria) if self.met[person, place] < 0]


def _upper_limit(criterion: Criterion, uln: Mapping[str, float]) -> float:
    if criterion.basis == "absolute" or criterion.variable not in UPPER_LIMITS:
        return 1.0
    limit = uln.get(criterion.variable)
    if limit is None:
        return evidence.value(UPPER_LIMITS[criterion.variable], VARIABLES[criterion.variable].unit)
    if not limit > 0.0:
        raise EligibilityError(f"the upper limit of normal of {criterion.variable} is {limit:g}; it must be above 0")
    return limit


def _meets(criterion: Criterion, values: NDArray[np.float64], limit: float) -> NDArray[np.int8]:
    if criterion.requires is not None:
        odd = np.flatnonzero(~np.isin(values, (0.0, 1.0)) & ~np.isnan(values))
        if odd.size:
            person = odd[0]
            raise EligibilityError(
                f"{criterion.variable} of person {person} is {values[person]:g}; use 1 for yes, 0 for no"
            )
        good = values == float(criterion.requires)
    elif criterion.one_of:
        good = np.isin(values, [VARIABLES[criterion.variable].categories.index(word) for word in criterion.one_of])
    else:
        good = np.ones(values.shape, dtype=np.bool_)
        if criterion.lower is not None:
            bound = criterion.lower * limit
            good &= values > bound if criterion.lower_open else values >= bound
        if criterion.upper is not None:
            bound = criterion.upper * limit
            good &= values < bound if criterion.upper_open else values <= bound
    return np.where(np.isnan(values), -1, good).astype(np.int8)


def _column(name: str, given: ArrayLike) -> NDArray[np.float64]:
    column = np.asarray(given, dtype=np.float64)
    if column.ndim != 1:
        raise EligibilityError(f"{name} must be a list with one value a person; it has shape {column.shape}")
    wrong = np.flatnonzero(np.isinf(column) | (column < 0.0))
    if wrong.size:
        raise EligibilityError(f"{name} of person {wrong[0]} is {column[wrong[0]]:g}; it must be 0 or more and finite")
    return column


def assess(
    criteria: Criteria, columns: Mapping[str, ArrayLike], *, uln: Mapping[str, float] | None = None
) -> Assessment:
    """Applies criteria to people whose data may be incomplete.

    `columns` holds one value a person by variable name, in the units of `variables.VARIABLES`; NaN, or a
    variable that is left out, is not known. `uln` replaces the laboratory's upper limit of normal for
    `alt_u_per_l` or `ast_u_per_l` (U/L).
    Raises EligibilityError for columns of unequal length, a negative or infinite value, an answer that
    is neither 1 nor 0, and an unknown variable, with the nearest name.
    """
    uln = dict(uln or {})
    for name in columns:
        if name not in VARIABLES:
            raise EligibilityError(f"no variable is called '{name}'{evidence.nearest(name, VARIABLES)}")
    for name in uln:
        if name not in UPPER_LIMITS:
            raise EligibilityError(f"'{name}' takes no upper limit of normal (known: {', '.join(UPPER_LIMITS)})")
    given = {name: _column(name, column) for name, column in columns.items()}
    lengths = {len(column) for column in given.values()}
    if len(lengths) > 1:
        raise EligibilityError(f"the columns have different lengths: { {n: len(c) for n, c in given.items()} }")
    count = lengths.pop() if lengths else 0
    rules = criteria.all()
    unknown = np.full(count, np.nan)
    values = [given.get(rule.variable, unknown) for rule in rules]
    met = [_meets(rule, column, _upper_limit(rule, uln)) for rule, column in zip(rules, values, strict=True)]
    shape = (count, len(rules))
    return Assessment(
        rules,
        np.stack(met, axis=1) if rules else np.empty(shape, np.int8),
        np.stack(values, axis=1) if rules else np.empty(shape),
    )


@dataclass(frozen=True, slots=True)
class VirtualScreen:
    """Criteria as the sampler of virtual patients applies them (`population.sample(…, screen=…)`)."""

    criteria: Criteria

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the criteria, in the order of the columns of `met`."""
        return tuple(criterion.id for criterion in self.criteria.all())

    def met(self, columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
        """Whether each virtual patient meets each criterion, shape (patients, criteria).

        A criterion marked `by_construction` whose variable the patients do not have is met.
        Raises EligibilityError, with the nearest name, when another variable is missing.
        """
        count = len(next(iter(columns.values())))
        found = np.ones((count, len(self.ids)), dtype=np.bool_)
        for place, rule in enumerate(self.criteria.all()):
            if rule.variable in columns:
                found[:, place] = _meets(rule, columns[rule.variable], _upper_limit(rule, {})) == 1
            elif not rule.by_construction:
                raise EligibilityError(
                    f"criterion '{rule.id}' asks about '{rule.variable}', which virtual patients do not have"
                    f"{evidence.nearest(rule.variable, columns)} (mark it by_construction: true if all of them meet it)"
                )
        return found


def eligible(criteria: Criteria, columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Which virtual patients meet every criterion, shape (patients,). Raises as `VirtualScreen.met`."""
    return np.all(VirtualScreen(criteria).met(columns), axis=1)


def screen(criteria: Criteria | str) -> VirtualScreen:
    """The screen of a trial's criteria, given whole or by the name of a built-in trial."""
    return VirtualScreen(load(criteria) if isinstance(criteria, str) else criteria)


def load(name: str) -> Criteria:
    """The built-in criteria of a trial. Raises EligibilityError, with the nearest name, when there are none."""
    if name not in builtin():
        raise EligibilityError(unknown(name))
    return Criteria(based_on=name)
