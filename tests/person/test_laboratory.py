"""Units that clinics write: each spelling against Pint, and what is refused."""

from __future__ import annotations

import math

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import evidence, person
from tdm1.eligibility import VARIABLES
from tdm1.safety import Findings

#: Spellings of UCUM and of clinics, as Pint reads them; counts are per volume.
_PINT = {
    "10*9/l": "1e9/L", "10^9/l": "1e9/L", "10e9/l": "1e9/L", "x10^9/l": "1e9/L", "10*3/ul": "1e3/uL",
    "10^3/ul": "1e3/uL", "x10^3/ul": "1e3/uL", "k/ul": "1e3/uL", "10*3/mm3": "1e3/mm^3", "10^3/mm3": "1e3/mm^3",
    "g/l": "gram/L", "giga/l": "1e9/L",
    "/mm3": "1/mm^3", "1/mm3": "1/mm^3", "/ul": "1/uL", "1/ul": "1/uL", "{cells}/ul": "1/uL", "cells/ul": "1/uL",
    "10*6/l": "1e6/L", "/nl": "1/nL", "10*12/l": "1e12/L", "u/l": "U/L", "iu/l": "U/L", "[iu]/l": "U/L", "[u]/l": "U/L",
    "mu/ml": "mU/mL", "ukat/l": "umol/s/L", "nkat/l": "nmol/s/L", "umol/l": "umol/L", "mmol/l": "mmol/L",
    "mg/dl": "mg/dL", "mg/l": "mg/L", "%": "percent", "percent": "percent",
    "{fraction}": "dimensionless", "fraction": "dimensionless",
    "g/dl": "g/dL", "meq/l": "mmol/L", "kg": "kg", "g": "gram", "[lb_av]": "pound", "lb": "pound", "lbs": "pound",
}


@pytest.fixture(scope="module")
def units() -> pint.UnitRegistry:
    registry = pint.UnitRegistry()
    registry.define("U = 1e-6 * mole / minute")
    return registry


@pytest.mark.parametrize("name", list(person.lab_tests()))
def test_every_factor_against_pint(name: str, units: pint.UnitRegistry) -> None:
    test = person.lab_tests()[name]
    mass = evidence.value("laboratory.bilirubin_molar_mass", "g/mol")
    for spelling, factor in test.factors.items():
        # Of a count, G/L is giga per litre.
        text = "1e9/L" if test.unit == "10*9/L" and spelling == "g/l" else _PINT[spelling]
        written = units.parse_expression(text)
        if test.name == "bilirubin" and spelling in ("mg/dl", "mg/l"):
            written = written / units.Quantity(mass, "g/mol")
        own = units.parse_expression(_PINT[test.unit.lower()])
        share = written / own
        number = share.to("dimensionless").magnitude if hasattr(share, "to") else share
        assert number == pytest.approx(factor, rel=1e-9), (name, spelling)


@pytest.mark.parametrize("name", list(person.lab_tests()))
def test_every_test_has_a_variable_a_code_and_a_reading_mark(name: str) -> None:
    test = person.lab_tests()[name]
    assert test.variable in VARIABLES and test.loinc
    assert set(test.loinc.values()) <= {"read", "secondary", "recall"}
    assert test.finding is None or test.finding in Findings.__dataclass_fields__
    assert test.unit.lower() in test.factors


def test_no_name_and_no_code_stands_for_two_tests() -> None:
    tests = person.lab_tests().values()
    names = [alias.lower() for test in tests for alias in (test.name, *test.also)]
    codes = [code for test in tests for code in test.loinc]
    assert len(names) == len(set(names)) and len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("name", "value", "unit", "limit", "expected", "multiple"),
    [
        ("platelets", 62000, "/mm3", None, 62, None),
        ("PLT", 62, "×10⁹/L", None, 62, None),
        ("alt", 0.5, "µkat/L", 0.6, 30, 0.5 / 0.6),
        ("alt", 3, "xULN", None, None, 3),
        ("bilirubin", 1.2, "mg/dL", 1.2, 1.2 * 10000 / 584.66, 1.0),
        ("lvef", 0.58, "fraction", None, 58, None),
        ("weight", 154.3235835, "lb", None, 70, None),
    ],
)
def test_conversion_by_hand(
    name: str, value: float, unit: str, limit: float | None, expected: float | None, multiple: float | None
) -> None:
    found = person.convert(person.lab_test(name), value, unit, limit)
    assert found.value == (None if expected is None else pytest.approx(expected))
    assert found.x_uln == (None if multiple is None else pytest.approx(multiple))


@pytest.mark.parametrize(
    ("name", "value", "unit", "limit", "words"),
    [
        ("platelets", -1, "10*9/L", None, "0 or more"),
        ("platelets", math.nan, "10*9/L", None, "finite"),
        ("platelets", 62000, "10*9/L", None, "not taken as real"),
        ("platelets", 62, "mg/dL", None, "no unit of it"),
        ("platelets", 62, "xULN", None, r"give it in 10\*9/L"),
        ("alt", 30, "U/L", 0, "more than 0"),
        ("alt", 3, "xULN", 40, "leave the upper limit out"),
        ("alt", 90000, "U/L", None, "far above"),
        ("alt", 90000, "U/L", 40, "not taken as real"),
        ("lvef", 120, "%", None, "not taken as real"),
        ("weight", 700, "kg", None, "not taken as real"),
    ],
)
def test_what_cannot_be_is_refused_with_words(
    name: str, value: float, unit: str, limit: float | None, words: str
) -> None:
    with pytest.raises(person.PersonError, match=words):
        person.convert(person.lab_test(name), value, unit, limit)


@given(st.sampled_from(list(person.lab_tests())), st.floats(), st.text(max_size=12), st.none() | st.floats())
def test_any_value_and_unit_is_a_number_or_one_clear_error(
    name: str, value: float, unit: str, limit: float | None
) -> None:
    try:
        found = person.convert(person.lab_test(name), value, unit, limit)
    except person.PersonError as error:
        assert "\n" not in str(error) or "\n" in unit
    else:
        assert found.value is None or (math.isfinite(found.value) and found.value >= 0)
