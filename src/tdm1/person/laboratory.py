"""The measurements that a record may hold: their names, the units that clinics write, and what is taken as real."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.person._errors import PersonError

_FILE = "laboratory_tests.yaml"
#: A multiple of the laboratory's upper limit of normal, given as such.
X_ULN = "xULN"
#: Typographic signs that stand for plain ones in a unit, as people paste it.
_PLAIN = str.maketrans({"µ": "u", "μ": "u", "×": "x", "⁹": "^9", "³": "3", " ": "", "\u00a0": ""})
_X_ULN_SPELLINGS = frozenset({"xuln", "x_uln", "uln", "timesuln"})


@dataclass(frozen=True, slots=True)
class LabTest:
    """One measurement: what tdm1 reckons in (`unit`), the factors of other units, and where the value is used.

    finding    column of the dose rules, or None
    variable   name in the register of a person
    x_uln      the label's bounds are multiples of the laboratory's upper limit of normal
    limit      fact with the largest value taken as real, or None
    loinc      LOINC codes with their reading marks
    """

    name: str
    words: str
    unit: str
    finding: str | None
    variable: str
    x_uln: bool
    limit: str | None
    also: tuple[str, ...]
    factors: dict[str, float]
    loinc: dict[str, str]


def _factor(raw: Any) -> float:
    if isinstance(raw, dict):
        return float(raw["factor"]) / evidence.value(raw["over_molar_mass"], "g/mol")
    return float(raw)


@cache
def lab_tests() -> dict[str, LabTest]:
    """Every measurement by name, in the order of the evidence file."""
    document = parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)
    found: dict[str, LabTest] = {}
    for name, raw in document["tests"].items():
        found[name] = LabTest(
            name, raw["words"], raw["unit"], raw.get("finding"), raw["variable"], raw.get("basis") == "x_uln",
            raw.get("limit"), tuple(raw["also"]), {_spelling(unit): _factor(one) for unit, one in raw["units"].items()},
            dict(raw["loinc"]),
        )
    return found


@cache
def _by_any_name() -> dict[str, LabTest]:
    return {alias.lower(): test for test in lab_tests().values() for alias in (test.name, *test.also)}


def lab_test(name: str) -> LabTest:
    """The measurement of a name or a usual other name. Raises PersonError with the nearest name."""
    known = _by_any_name()
    found = known.get(" ".join(name.lower().split()))
    if found is None:
        raise PersonError(f"no measurement is called '{name}'{evidence.nearest(name, known)}"
                          f" (known: {', '.join(lab_tests())})")
    return found


@cache
def measured_as(variable: str) -> LabTest | None:
    """The measurement that gives a variable of the register, or None."""
    return next((test for test in lab_tests().values() if test.variable == variable), None)


@cache
def _spelling(unit: str) -> str:
    return unit.translate(_PLAIN).lower()


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the test's own unit and, where the laboratory's upper limit of normal is known, a multiple of it."""

    value: float | None
    x_uln: float | None


def convert(test: LabTest, value: float, unit: str, upper_limit: float | None = None) -> Measured:
    """A measured value in `test.unit`, and in multiples of the upper limit of normal where that is known.

    value, upper_limit   both in `unit`; with unit xULN the value is the multiple itself and no limit is taken
    Raises PersonError for a unit that is not this test's, a value that is negative or not finite, one that is not
    taken as real, and an upper limit of 0 or less.
    """
    if not isfinite(value) or value < 0:
        raise PersonError(f"{test.words} is {value:g}; give a finite number, 0 or more, or leave it out")
    spelling = _spelling(unit)
    if spelling in _X_ULN_SPELLINGS:
        if not test.x_uln:
            raise PersonError(f"{test.words} is given in {X_ULN}; give it in {test.unit}")
        if upper_limit is not None:
            raise PersonError(f"{test.words} is given in {X_ULN} already; leave the upper limit out")
        return _real(test, unit, value, Measured(None, value))
    factor = test.factors.get(spelling)
    if factor is None:
        known = (test.unit, *(X_ULN,) * test.x_uln)
        raise PersonError(f"{test.words} is in '{unit}', which is no unit of it; give it in {' or '.join(known)}")
    if upper_limit is not None and not (isfinite(upper_limit) and upper_limit > 0):
        raise PersonError(f"{test.words}: its upper limit of normal is {upper_limit:g} {unit}; it must be more than 0")
    multiple = value / upper_limit if upper_limit is not None and test.x_uln else None
    return _real(test, unit, value, Measured(value * factor, multiple))


def _real(test: LabTest, unit: str, value: float, measured: Measured) -> Measured:
    if test.limit is None:
        return measured
    limit = evidence.fact(test.limit)
    number = measured.x_uln if limit.unit == X_ULN else measured.value
    if number is not None and number > limit.value:
        raise PersonError(f"{test.words} is {value:g} {unit}; more than {limit.value:g} {limit.unit} is not taken as "
                          "real: check the number and its unit")
    if limit.unit == X_ULN and measured.value is not None and measured.x_uln is None:
        # Without the laboratory's limit only a slip of unit can be caught, at the usual limit of normal.
        usual = evidence.fact(f"laboratory.uln_{test.name}").value
        if measured.value > limit.value * usual:
            raise PersonError(f"{test.words} is {value:g} {unit}, far above what is taken as real: "
                              "check the number and its unit")
    return measured
