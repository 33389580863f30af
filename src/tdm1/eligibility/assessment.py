"""Criteria applied to people: who is eligible, who is not, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility._measure import people
from tdm1.eligibility._table import CriterionTable
from tdm1.eligibility.criteria import Criteria, Criterion, builtin, unknown

Answer = Literal["yes", "no", "unknown"]

#: The words of an answer by its number.
WORDS: dict[int, Answer] = {1: "yes", 0: "no", -1: "unknown"}


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
            Reason(c.id, c.text, WORDS[int(self.met[person, place])], c.variable, float(self.values[person, place]),
                   c.source, c.read)
            for place, c in enumerate(self.criteria)
        ]

    def missing(self, person: int) -> list[str]:
        """Variables that would have to be known to decide for one person; none once a criterion is not met."""
        if np.any(self.met[person] == 0):
            return []
        return [c.variable for place, c in enumerate(self.criteria) if self.met[person, place] < 0]


def assess(
    criteria: Criteria, columns: Mapping[str, ArrayLike], *, uln: Mapping[str, float] | None = None
) -> Assessment:
    """Applies criteria to people whose data may be incomplete.

    `columns` holds one value a person by variable name, in the units of `variables.VARIABLES`; NaN, or a
    variable that is left out, is not known. `uln` replaces the laboratory's upper limit of normal for
    `alt_u_per_l` or `ast_u_per_l` (U/L).
    Raises EligibilityError for columns of unequal length, a value that cannot be (negative, infinite, an answer
    that is neither 1 nor 0), and an unknown variable, with the nearest name.
    """
    limits = dict(uln or {})
    known, rules = people(columns, limits), criteria.all()
    table = CriterionTable(rules)
    values = known.take(table.variables)
    return Assessment(rules, table.meets(values, limits).T, values[table.row].T)


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
        count, rules = len(next(iter(columns.values()))), self.criteria.all()
        for rule in rules:
            if rule.variable not in columns and not rule.by_construction:
                raise EligibilityError(
                    f"criterion '{rule.id}' asks about '{rule.variable}', which virtual patients do not have"
                    f"{evidence.nearest(rule.variable, columns)} (mark it by_construction: true if all of them meet it)"
                )
        asked = [place for place, rule in enumerate(rules) if rule.variable in columns]
        table = CriterionTable([rules[place] for place in asked])
        values = np.array([columns[name] for name in table.variables], dtype=np.float64).reshape(-1, count)
        found = np.ones((count, len(rules)), dtype=np.bool_)
        found[:, asked] = table.meets(values, {}).T == 1
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
