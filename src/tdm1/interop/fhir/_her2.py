"""HER2: what each test said, and one answer only where all that decide agree.

Immunohistochemistry 3+ and an in situ hybridisation at the label's ratio or above are positive; 2+ is equivocal and
leaves it to hybridisation. Tests that contradict each other leave every HER2 variable out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from tdm1.eligibility.labelfile import indications
from tdm1.interop.fhir import _codes
from tdm1.interop.fhir._answers import answer
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._observations import Item
from tdm1.interop.fhir._result import Reading

_READ = ("her2_ihc", "her2_ish", "her2_ratio", "her2_report")
_RESULTS = ("positive", "negative", "equivocal")


@dataclass(frozen=True, slots=True)
class Her2:
    """One result: positive, negative or equivocal; the score or exact ratio where it has one."""

    result: str
    place: str
    written: str
    score: int | None = None
    ratio: float | None = None


@cache
def positive_ratio() -> float:
    """The HER2 to CEP17 ratio from which the EU label counts a tumour as positive."""
    leaves = (leaf for one in indications("EU") for leaf in one.question.asked)
    return next(leaf.lower for leaf in leaves if leaf.variable == "her2_ish_ratio" and leaf.lower is not None)


def _by_score(score: float, item: Item) -> str:
    scores: dict[str, Any] = _codes.document()["her2_scores"]
    for result in _RESULTS:
        if score in scores[result]:
            return result
    raise FhirError(f"{item.place}: HER2 immunohistochemistry of {score:g}; a score is 0, 1, 2 or 3")


def _by_ratio(number: float, comparator: str) -> str | None:
    """What a ratio or a bound on it tells; None for a bound that leaves both sides open."""
    limit = positive_ratio()
    if not comparator:
        return "positive" if number >= limit else "negative"
    if comparator.startswith(">"):
        return "positive" if number >= limit else None
    return "negative" if number < limit or (comparator == "<" and number == limit) else None


def _one(item: Item) -> Her2 | None:
    said = answer(item)
    if said is None:
        return None
    if said.name is not None:
        return Her2(said.name, item.place, said.written) if said.name in _RESULTS else None
    assert said.number is not None
    if item.what == "her2_ihc" and not said.comparator:
        return Her2(_by_score(said.number, item), item.place, said.written, score=int(said.number))
    if item.what in ("her2_ish", "her2_ratio"):
        result = _by_ratio(said.number, said.comparator)
        ratio = None if said.comparator else said.number
        return None if result is None else Her2(result, item.place, said.written, ratio=ratio)
    return None


def her2(items: Iterable[Item], positive_conditions: Iterable[str], reading: Reading) -> dict[str, Any]:
    """HER2 variables of the register; `positive_conditions` are places of diagnoses that say HER2-positive."""
    found: list[Her2] = []
    copies = False
    for item in items:
        copies |= item.what == "her2_copies"
        one = _one(item) if item.what in _READ else None
        if one is None:
            reading.ignore(item.place, "the HER2 result is not one that is read", tell=True)
        else:
            found.append(one)
            reading.use(one.place, f"HER2 {one.result} ({one.written[:60]})")
    for place in positive_conditions:
        found.append(Her2("positive", place, "diagnosis"))
        reading.use(place, "HER2 positive (diagnosis)")
    if not found:
        return {}
    decided = {one.result for one in found} - {"equivocal"}
    if len(decided) > 1:
        told = "; ".join(f"{one.place}: {one.result} ({one.written[:60]})" for one in found)
        reading.notes.append(f"HER2 results contradict each other, so HER2 counts as not known: {told}")
        return {}
    history: dict[str, Any] = {}
    scores, ratios = {one.score for one in found} - {None}, {one.ratio for one in found} - {None}
    if len(scores) == 1:
        history["her2_ihc"] = scores.pop()
    if len(ratios) == 1:
        history["her2_ish_ratio"] = ratios.pop()
    by_ratio_alone = all(one.ratio is not None for one in found if one.result == "positive")
    if decided == {"positive"} and by_ratio_alone and copies:
        reading.notes.append("HER2: a copy number is given beside the ratio; the laboratory's own conclusion is needed")
        return {}
    if decided:
        history["her2_positive"] = "yes" if decided == {"positive"} else "no"
    else:
        reading.notes.append("HER2 is equivocal, and no in situ hybridisation settles it")
    return history
