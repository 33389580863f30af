"""Quantities: a number, its one unit, and a comparator."""

from __future__ import annotations

from dataclasses import dataclass

from tdm1.interop.fhir import _codes, _json
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json
from tdm1.person import LabTest, PersonError, convert, lab_tests

#: A value that no limit refuses, to compare two spellings of a unit by what they make of it.
_SMALL = 1e-3
#: Grams per litre; as a count it can only be a slip for G/L.
_GRAMS = "g/L"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value as written: number, unit (empty where there is none), and comparator (empty where it is exact)."""

    value: float
    unit: str
    comparator: str


def quantity(raw: Json, place: str, test: LabTest | None = None) -> Quantity | None:
    """The quantity of an object; None where it has no number.

    The unit's code counts before its words. Raises FhirError for a comparator that is none, and for a unit and a code
    that say different things about `test`.
    """
    value = _json.number(raw, "value", place)
    if value is None:
        return None
    comparator = _json.text(raw, "comparator", place) or ""
    known: list[str] = _codes.document()["statuses"]["comparator"]
    if comparator and comparator not in known:
        raise FhirError(f"{place} comparator: '{comparator[:40]}' is none of {', '.join(known)}")
    return Quantity(value, _unit(raw, place, test), comparator)


def _unit(raw: Json, place: str, test: LabTest | None) -> str:
    words, code = _json.text(raw, "unit", place), _json.text(raw, "code", place)
    system = _json.text(raw, "system", place)
    coded = code if code is not None and (system is None or _codes.systems().get(system) == "ucum") else None
    if test is not None and test.unit == "10*9/L" and _GRAMS in (words, coded):
        raise FhirError(f"{place} unit: '{_GRAMS}' is grams per litre; give {test.words} in {test.unit}")
    if coded is None or words is None or test is None:
        return coded or words or ""
    by_code, by_words = same(test, coded), same(test, words)
    # Words that are no unit of this test may be free text ("thousand per uL"), but not the unit of another test.
    elsewhere = by_words is None and any(same(other, words) is not None for other in lab_tests().values())
    if by_code is not None and (elsewhere or (by_words is not None and by_code != by_words)):
        raise FhirError(f"{place} unit: it says '{words}' and, as code, '{coded}': two units; keep the one that holds")
    return coded if by_code is not None or by_words is None else words


def same(test: LabTest, unit: str) -> float | None:
    """What a unit makes of a fixed value of a test, for comparing units; None for a unit that is none of the test."""
    try:
        found = convert(test, _SMALL, unit)
    except PersonError:
        return None
    return found.value if found.value is not None else found.x_uln
