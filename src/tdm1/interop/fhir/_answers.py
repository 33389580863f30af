"""The answer of a test that is no measurement: a known word or code, a score, or a number with a comparator."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tdm1.interop.fhir import _codes, _json
from tdm1.interop.fhir._observations import Item
from tdm1.interop.fhir._quantity import quantity

_COMPARATORS = {
    "greater than or equal to": ">=", "less than or equal to": "<=", "at least": ">=", "at most": "<=",
    "greater than": ">", "more than": ">", "less than": "<", "≥": ">=", "≤": "<=", ">=": ">=", "<=": "<=", ">": ">",
    "<": "<",
}
_NUMBER = re.compile(
    rf"(?:ratio|ihc|score|her2)?[\s:]*({'|'.join(map(re.escape, _COMPARATORS))})?\s*(\d{{1,4}}(?:\.\d{{1,6}})?)\s*\+?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a result says: the name of a known answer, or a number and its comparator; and how it was written."""

    name: str | None
    number: float | None
    comparator: str
    written: str


def answer(item: Item) -> Answer | None:
    """The answer of a result; None where it has none that is understood. A code counts before words."""
    holder, place = item.holder, item.place
    concept = _json.one(holder, "valueCodeableConcept", place)
    if concept is not None:
        codings = _codes.codings(concept, f"{place} valueCodeableConcept")
        name = _codes.meaning("answers", codings)
        words = _json.text(concept, "text", f"{place} valueCodeableConcept")
        if name is not None:
            return Answer(name, None, "", words or codings[0].display or codings[0].code)
        return None if words is None else _of_words(words)
    words = _json.text(holder, "valueString", place)
    if words is not None:
        return _of_words(words)
    raw = _json.one(holder, "valueQuantity", place)
    written = None if raw is None else quantity(raw, f"{place} valueQuantity")
    if written is not None:
        return Answer(None, written.value, written.comparator, f"{written.comparator}{written.value:g}")
    whole = _json.number(holder, "valueInteger", place)
    if whole is not None:
        return Answer(None, whole, "", f"{whole:g}")
    for index, one in enumerate(_json.many(holder, "interpretation", place)):
        codings = _codes.codings(one, f"{place} interpretation[{index}]")
        name = _codes.meaning("answers", codings)
        if name is not None:
            return Answer(name, None, "", codings[0].display or codings[0].code)
    return None


def _of_words(words: str) -> Answer | None:
    plain = " ".join(words.lower().split())
    name = _codes.words().get(plain)
    if name is not None:
        return Answer(name, None, "", words)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return None
    sign, number = found.groups()
    return Answer(None, float(number), _COMPARATORS[sign] if sign else "", words)
