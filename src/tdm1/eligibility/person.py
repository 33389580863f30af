"""One person as people write her down, turned into numbers of the register."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility._measure import ROOM, People, check, check_limits
from tdm1.eligibility._table import upper_limit
from tdm1.eligibility.variables import UPPER_LIMITS, VARIABLES, PersonVariable
from tdm1.evidence import EvidenceError, nearest
from tdm1.evidence.units import factor

_ANSWERS = {"yes": 1.0, "no": 0.0}
#: The words that answer a variable, with their numbers.
_WORDS: dict[str, dict[str, float]] = {
    name: _ANSWERS if one.kind == "yes_no" else {word: float(place) for place, word in enumerate(one.categories)}
    for name, one in VARIABLES.items() if one.kind in ("yes_no", "category")
}


def _word(variable: PersonVariable, text: str) -> float:
    words = _WORDS.get(variable.name)
    if words is None:
        unit = "" if variable.unit == "1" else f" in {variable.unit}"
        raise EligibilityError(f"{variable.name} is {text!r}; give a number{unit}, or leave it out if it is not known")
    if text not in words:
        raise EligibilityError(
            f"{variable.name} is {text!r}{nearest(text, words)} (known: {', '.join(words)}; leave it out if unknown)"
        )
    return words[text]


def _measured(variable: PersonVariable, entry: Mapping[str, Any], uln: Mapping[str, float]) -> float:
    keys = ("value", "unit")
    for key in entry:
        if key not in keys:
            raise EligibilityError(f"{variable.name}: unknown key '{key}'{nearest(key, keys)} (known: value, unit)")
    if set(entry) != set(keys) or variable.kind in ("yes_no", "category"):
        raise EligibilityError(f"{variable.name}: write value and unit together, and only for what is measured")
    number = _number(variable, entry["value"], uln)
    unit = entry["unit"]
    if unit == "xULN" and variable.name in UPPER_LIMITS:
        return number * upper_limit(variable.name, uln)
    try:
        return number * factor(str(unit), variable.unit)
    except EvidenceError as error:
        raise EligibilityError(f"{variable.name} is in {variable.unit}: {error}") from error


def _number(variable: PersonVariable, raw: Any, uln: Mapping[str, float]) -> float:
    if raw is None:
        return nan
    if isinstance(raw, str):
        return _word(variable, raw)
    # A plain number first: it is what most values are, and to ask for a mapping takes long.
    if type(raw) in (int, float) and variable.kind != "category":
        return float(raw)
    if isinstance(raw, Mapping):
        return _measured(variable, cast("Mapping[str, Any]", raw), uln)
    if isinstance(raw, (bool, np.bool_)) and variable.kind != "yes_no":
        raise EligibilityError(f"{variable.name} is {raw}; it is no yes-or-no question")
    # A bare number for a category would be a guess at the order of its words.
    if variable.kind == "category" and isinstance(raw, (int, float)) and raw == raw:
        raise EligibilityError(f"{variable.name} is {raw}; write one of {', '.join(variable.categories)}")
    if isinstance(raw, (int, float, np.bool_, np.integer, np.floating)):
        return float(raw)
    raise EligibilityError(f"{variable.name} is {raw!r}; give a number, a word, or value and unit")


def read(person: Mapping[str, Any], uln: Mapping[str, float]) -> People:
    """One person's checked values; what is taken and the errors as for `one_person`."""
    numbers: dict[str, float] = {}
    for name, raw in person.items():
        variable = VARIABLES.get(name)
        if variable is None:
            raise EligibilityError(f"no variable is called '{name}'{nearest(name, VARIABLES)}")
        numbers[name] = _number(variable, raw, uln)
    check_limits(uln)
    values = np.array([*numbers.values(), *[nan] * ROOM])[:, None]
    check(tuple(numbers), values[:-ROOM])
    return People.of(numbers, values)


def one_person(person: Mapping[str, Any], uln: Mapping[str, float]) -> dict[str, NDArray[np.float64]]:
    """Checked columns of length 1 from one person's values by variable name.

    A yes-or-no question takes True, False, yes, no, 1 or 0; a category its word; a measurement a number in the
    register's unit, or a mapping of `value` and `unit`. None and NaN are not known, as is a variable left out.
    Raises EligibilityError for a misspelt name, word or unit (with the nearest), and a value that cannot be.
    """
    found = read(person, uln)
    return {name: found.values[row] for name, row in found.rows.items()}
