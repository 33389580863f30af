"""Columns of people's values checked against the register, and one criterion applied to them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility.criteria import Criterion
from tdm1.eligibility.variables import UPPER_LIMITS, VARIABLES, PersonVariable

Floats = NDArray[np.float64]


def upper_limit(variable: str, uln: Mapping[str, float]) -> float:
    """Upper limit of normal of a laboratory value, as given, else of the evidence, in the variable's unit."""
    limit = uln.get(variable)
    if limit is None:
        return evidence.value(UPPER_LIMITS[variable], VARIABLES[variable].unit)
    if not 0.0 < limit < np.inf:
        raise EligibilityError(f"the upper limit of normal of {variable} is {limit:g}; it must be above 0 and finite")
    return limit


def meets(criterion: Criterion, values: Floats, uln: Mapping[str, float]) -> NDArray[np.int8]:
    """Whether each value meets a criterion: 1 met, 0 not met, -1 not known; shape (N,)."""
    variable = VARIABLES[criterion.variable]
    good = np.ones(values.shape, dtype=np.bool_)
    if criterion.requires is not None:
        good = values == float(criterion.requires)
    elif criterion.one_of:
        good = np.isin(values, [variable.categories.index(word) for word in criterion.one_of])
    else:
        times = criterion.basis == "x_uln" and criterion.variable in UPPER_LIMITS
        limit = upper_limit(criterion.variable, uln) if times else 1.0
        if criterion.lower is not None:
            bound = criterion.lower * limit
            good &= values > bound if criterion.lower_open else values >= bound
        if criterion.upper is not None:
            bound = criterion.upper * limit
            good &= values < bound if criterion.upper_open else values <= bound
    return np.where(np.isnan(values), -1, good).astype(np.int8)


def _mend(variable: PersonVariable) -> tuple[float, str]:
    """Largest value that can be, and what to write instead of one that cannot."""
    if variable.kind == "yes_no":
        return 1.0, "use 1 for yes, 0 for no"
    if variable.kind == "category":
        places = ", ".join(f"{place} for {word}" for place, word in enumerate(variable.categories))
        return len(variable.categories) - 1.0, f"use {places}"
    top, unit = variable.top(), f" {variable.unit}" if variable.unit != "1" else ""
    low = "above" if variable.above else "at least"
    high = f" and at most {top:g}{unit}" if top < np.inf else " and finite"
    whole = "a whole number, " if variable.kind == "whole" else ""
    return top, f"it must be {whole}{low} {variable.lowest:g}{high}"


def column(name: str, given: ArrayLike) -> Floats:
    """One variable of N people, checked; NaN is not known. Raises EligibilityError for a value that cannot be."""
    values = np.asarray(given, dtype=np.float64)
    if values.ndim != 1:
        raise EligibilityError(f"{name} must be a list with one value a person; it has shape {values.shape}")
    variable = VARIABLES[name]
    top, mend = _mend(variable)
    low = values <= variable.lowest if variable.above else values < variable.lowest
    wrong = np.isinf(values) | low | (values > top)
    if variable.kind != "number":
        wrong |= ~np.isnan(values) & (values != np.round(values))
    if wrong.any():
        person = int(np.argmax(wrong))
        raise EligibilityError(f"{name} of person {person} is {values[person]:g}; {mend}")
    return values


def _imply(columns: dict[str, Floats], name: str, says: Floats, because: str) -> None:
    """Fills the gaps of a column with what another one says, and refuses a person in whom the two disagree."""
    stated = columns.get(name, np.full(says.shape, np.nan))
    odd = np.flatnonzero(~np.isnan(stated) & ~np.isnan(says) & (stated != says))
    if odd.size:
        answer = "yes" if stated[odd[0]] else "no"
        raise EligibilityError(f"person {odd[0]}: {name} is {answer}, which {because} contradicts; correct one of them")
    columns[name] = np.where(np.isnan(stated), says, stated)


def _implied(columns: dict[str, Floats]) -> None:
    """What follows from what is known: the stage tells early disease, metastatic disease is advanced disease."""
    stage = columns.get("disease_stage")
    if stage is not None:
        early = VARIABLES["disease_stage"].categories.index("early")
        _imply(columns, "early_disease", np.where(np.isnan(stage), np.nan, stage == early), "disease_stage")
    metastatic = columns.get("prior_therapy_for_metastatic_disease")
    if metastatic is not None:
        says = np.where(metastatic == 1.0, 1.0, np.nan)
        _imply(columns, "prior_therapy_for_advanced_disease", says, "prior_therapy_for_metastatic_disease")


def people(columns: Mapping[str, ArrayLike], uln: Mapping[str, float]) -> tuple[dict[str, Floats], int]:
    """Checked columns by name, and the number of people.

    Raises EligibilityError for an unknown variable (with the nearest name), a value that cannot be, columns of
    different length, and values that contradict each other (early disease of another stage).
    """
    for name in columns:
        if name not in VARIABLES:
            raise EligibilityError(f"no variable is called '{name}'{evidence.nearest(name, VARIABLES)}")
    for name in uln:
        if name not in UPPER_LIMITS:
            raise EligibilityError(f"'{name}' takes no upper limit of normal (known: {', '.join(UPPER_LIMITS)})")
        upper_limit(name, uln)
    given = {name: column(name, values) for name, values in columns.items()}
    lengths = {len(values) for values in given.values()}
    if len(lengths) > 1:
        raise EligibilityError(f"the columns have different lengths: { {n: len(c) for n, c in given.items()} }")
    count = lengths.pop() if lengths else 0
    _implied(given)
    return given, count
