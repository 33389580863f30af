"""People's values checked against the register, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility._table import upper_limit
from tdm1.eligibility.variables import UPPER_LIMITS, VARIABLES, PersonVariable

Floats = NDArray[np.float64]

#: Sets of variables whose limits are remembered.
_KEPT = 64
#: Rows that `People` needs after those of what is known: for what follows from it, and one that is never known.
ROOM = 3
_EARLY = VARIABLES["disease_stage"].categories.index("early")


def _most(variable: PersonVariable) -> float:
    """The largest value that can be."""
    if variable.kind == "yes_no":
        return 1.0
    return len(variable.categories) - 1.0 if variable.kind == "category" else variable.top()


def _mend(variable: PersonVariable) -> str:
    """What to write instead of a value that cannot be."""
    if variable.kind == "yes_no":
        return "use 1 for yes, 0 for no"
    if variable.kind == "category":
        return f"use {', '.join(f'{place} for {word}' for place, word in enumerate(variable.categories))}"
    top, unit = variable.top(), f" {variable.unit}" if variable.unit != "1" else ""
    low = "above" if variable.above else "at least"
    high = f" and at most {top:g}{unit}" if top < np.inf else " and finite"
    whole = "a whole number, " if variable.kind == "whole" else ""
    return f"it must be {whole}{low} {variable.lowest:g}{high}"


@dataclass(frozen=True, slots=True)
class _Limits:
    """What values of V variables can be: at least and at most, (V, 1), and whole numbers alone; `facts` by row.

    The greatest value of the variables in `facts` stands in the evidence, and is asked for at each use.
    """

    least: Floats
    most: Floats
    whole: NDArray[np.bool_]
    facts: tuple[tuple[int, PersonVariable], ...]


@lru_cache(maxsize=_KEPT)
def _limits(names: tuple[str, ...]) -> _Limits:
    asked = [VARIABLES[name] for name in names]
    least = [np.nextafter(one.lowest, np.inf) if one.above else one.lowest for one in asked]
    facts = tuple((row, one) for row, one in enumerate(asked) if isinstance(one.highest, str))
    # No value is infinite, also where nothing bounds it.
    most = [min(_most(one), float(np.finfo(np.float64).max)) for one in asked]
    whole = np.array([one.kind != "number" for one in asked], dtype=np.bool_)
    return _Limits(np.array(least)[:, None], np.array(most)[:, None], whole[:, None], facts)


def check(names: tuple[str, ...], values: Floats) -> None:
    """Refuses values of variables, (V, N), that cannot be, with an EligibilityError that names the first of them."""
    limits = _limits(names)
    most = limits.most.copy()
    for row, variable in limits.facts:
        most[row] = variable.top()
    wrong = (values < limits.least) | (values > most) | (limits.whole & (np.floor(values) < values))
    if not np.count_nonzero(wrong):
        return
    row = int(np.argmax(wrong.any(axis=1)))
    person = int(np.argmax(wrong[row]))
    raise EligibilityError(
        f"{names[row]} of person {person} is {values[row, person]:g}; {_mend(VARIABLES[names[row]])}"
    )


@dataclass(frozen=True, slots=True)
class People:
    """Checked values of N people: the row of each variable in `values`, (rows, N), whose last row is never known."""

    rows: dict[str, int]
    values: Floats

    @classmethod
    def of(cls, names: Iterable[str], values: Floats) -> People:
        """People from checked values, followed by `ROOM` rows of NaN: also what follows from what is known.

        The stage tells early disease, metastatic disease is advanced disease. Raises EligibilityError, naming the first
        such person, for values that contradict each other.
        """
        found = cls({name: row for row, name in enumerate(names)}, values)
        stage = found.rows.get("disease_stage")
        if stage is not None:
            early = np.where(np.isnan(values[stage]), np.nan, values[stage] == _EARLY)
            found._imply("early_disease", early, "disease_stage")
        metastatic = found.rows.get("prior_therapy_for_metastatic_disease")
        if metastatic is not None:
            advanced = np.where(values[metastatic] == 1.0, 1.0, np.nan)
            found._imply("prior_therapy_for_advanced_disease", advanced, "prior_therapy_for_metastatic_disease")
        return found

    def _imply(self, name: str, says: Floats, because: str) -> None:
        """Fills the gaps of a variable with what another one says, and refuses a person in whom the two disagree."""
        if name not in self.rows:
            self.rows[name] = len(self.rows)
            self.values[self.rows[name]] = says
            return
        row = self.rows[name]
        stated = self.values[row]
        unstated = np.isnan(stated)
        odd = (stated != says) > (unstated | np.isnan(says))
        if np.count_nonzero(odd):
            person = int(np.argmax(odd))
            answer = "yes" if stated[person] else "no"
            raise EligibilityError(
                f"person {person}: {name} is {answer}, which {because} contradicts; correct one of them"
            )
        self.values[row] = np.where(unstated, says, stated)

    def __len__(self) -> int:
        return self.values.shape[1]

    def take(self, names: Iterable[str]) -> Floats:
        """(names, N) the values of some variables, NaN for one that is not known."""
        return self.values[[self.rows.get(name, -1) for name in names]]


def check_limits(uln: Mapping[str, float]) -> None:
    """Refuses upper limits of normal of what has none, or that cannot be, with an EligibilityError."""
    for name in uln:
        if name not in UPPER_LIMITS:
            raise EligibilityError(f"'{name}' takes no upper limit of normal (known: {', '.join(UPPER_LIMITS)})")
        upper_limit(name, uln)


def people(columns: Mapping[str, ArrayLike], uln: Mapping[str, float]) -> People:
    """Checked people from one column a variable.

    Raises EligibilityError for an unknown variable (with the nearest name), a value that cannot be, columns of
    different length, and values that contradict each other (early disease of another stage).
    """
    for name in columns:
        if name not in VARIABLES:
            raise EligibilityError(f"no variable is called '{name}'{evidence.nearest(name, VARIABLES)}")
    check_limits(uln)
    given: dict[str, Floats] = {}
    for name, values in columns.items():
        column = np.asarray(values, dtype=np.float64)
        if column.ndim != 1:
            raise EligibilityError(f"{name} must be a list with one value a person; it has shape {column.shape}")
        check((name,), column[None])
        given[name] = column
    lengths = {len(values) for values in given.values()}
    if len(lengths) > 1:
        raise EligibilityError(f"the columns have different lengths: { {n: len(c) for n, c in given.items()} }")
    whole = np.full((len(given) + ROOM, lengths.pop() if lengths else 0), np.nan)
    for row, column in enumerate(given.values()):
        whole[row] = column
    return People.of(given, whole)
