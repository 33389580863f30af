"""Stage of the cancer now: metastatic as soon as one finding says so; early only from a stage that can be operated."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tdm1.interop.fhir import _codes, _json
from tdm1.interop.fhir._answers import answer
from tdm1.interop.fhir._conditions import Diagnosis
from tdm1.interop.fhir._json import Json
from tdm1.interop.fhir._observations import Item
from tdm1.interop.fhir._result import Reading

_GROUP = re.compile(r"(?:stage\s*)?(?:yp|[cpry])?\s*(0|[1-4]|iv|i{1,3})([abc]?)\d?", re.IGNORECASE | re.ASCII)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
#: Diagnoses that are metastases far from the breast, and what else they tell.
DISTANT: dict[str, tuple[str, ...]] = {
    "liver_metastasis": ("visceral",), "lung_metastasis": ("visceral",), "brain_metastasis": ("cns_metastases",),
    "other_metastasis": (),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that tells of the stage: metastatic, a stage group such as 2A, or unclear."""

    tells: str
    place: str
    day: datetime.date | None
    also: tuple[str, ...] = ()


def stage_group(concept: Json, place: str) -> str | None:
    """The stage group that a concept names, such as 2A or 4; None where it names none that is read."""
    found = _codes.codings(concept, place)
    by_snomed: dict[str, dict[str, str]] = _codes.document()["stages"]["snomed"]
    for coding in found:
        if coding.system == "snomed" and coding.code in by_snomed:
            return by_snomed[coding.code]["stage"]
        if coding.system == "ajcc":
            return _group(coding.code)
    words = _json.text(concept, "text", place)
    return None if words is None else _group(words)


def _group(text: str) -> str | None:
    found = _GROUP.fullmatch(text.strip())
    if found is None:
        return None
    number, letter = found.groups()
    return _ROMAN.get(number.lower(), number) + letter.upper()


def _of_group(group: str, place: str, day: datetime.date | None) -> Evidence:
    return Evidence("metastatic" if group.startswith("4") else group, place, day)


def _of_item(item: Item) -> Evidence | None:
    day = None if item.time is None else item.time.first
    concept = _json.one(item.holder, "valueCodeableConcept", item.place)
    if item.what == "stage_group":
        words = _json.text(item.holder, "valueString", item.place)
        group = stage_group(concept, f"{item.place} valueCodeableConcept") if concept is not None else (
            None if words is None else _group(words))
        # A stage that is not understood may be the one that matters.
        return Evidence("unclear", item.place, day) if group is None else _of_group(group, item.place, day)
    said = answer(item)
    if item.what == "m_category":
        known = {"m0": "m0", "m1": "metastatic"}
        return None if said is None or said.name not in known else Evidence(known[said.name], item.place, day)
    if said is not None and said.name in ("none", "negative"):
        return Evidence("m0", item.place, day)
    # A site of distant metastasis that is named by a code is a metastasis; other words may mean anything.
    coded = concept is not None and bool(_codes.codings(concept, item.place)) and said is None
    return Evidence("metastatic" if coded else "unclear", item.place, day)


def _of_diagnosis(one: Diagnosis) -> list[Evidence]:
    day = None if one.began is None else one.began.first
    found: list[Evidence] = []
    if one.means in DISTANT:
        found.append(Evidence("metastatic", one.place, day, DISTANT[one.means]))
    elif one.means in ("nodes_unclear", "breast_secondary") or (one.secondary and one.means != "regional_nodes"):
        found.append(Evidence("unclear", one.place, day))
    for index, raw in enumerate(_json.many(one.entry.resource, "stage", one.place)):
        place = f"{one.place} stage[{index}]"
        summary = _json.one(raw, "summary", place)
        group = None if summary is None else stage_group(summary, f"{place} summary")
        if group is not None:
            found.append(_of_group(group, place, day))
    return found


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage, and the first day on which distant metastases are on record, where it is dated."""

    history: dict[str, Any]
    metastatic_since: datetime.date | None


def stage(
    items: Iterable[Item], diagnoses: Sequence[Diagnosis], operated: bool, reading: Reading
) -> Stage:
    """The stage now. `operated`: surgery that takes a tumour out of the breast is on record."""
    found: list[Evidence] = []
    for item in items:
        one = _of_item(item)
        if one is None:
            reading.ignore(item.place, "its answer is no stage that is read", tell=True)
        else:
            found.append(one)
    for diagnosis in diagnoses:
        found += _of_diagnosis(diagnosis)
    for one in found:
        dated = "" if one.day is None else f" of {one.day}"
        reading.use(one.place, {"m0": "no distant metastasis"}.get(one.tells, f"stage: {one.tells}") + dated)
    return _judge(found, operated, reading)


def _judge(found: list[Evidence], operated: bool, reading: Reading) -> Stage:
    distant = [one for one in found if one.tells == "metastatic"]
    if distant:
        days = [one.day for one in distant if one.day is not None]
        also = {name: "yes" for one in distant for name in one.also}
        return Stage({"disease_stage": "metastatic"} | also, min(days) if days else None)
    unclear = [one for one in found if one.tells == "unclear"]
    if unclear:
        reading.notes.append(f"{unclear[0].place}: it may tell of a metastasis and is not understood, so the stage "
                             "counts as not known")
        return Stage({}, None)
    groups = [one for one in found if one.tells not in ("m0", "unclear")]
    rules: dict[str, Any] = _codes.document()["early_stages"]
    # A plain stage 3 beside a 3A says nothing more than the 3A does.
    finer = {one.tells for one in groups if len(one.tells) > 1}
    counted = [one for one in groups if not any(other != one.tells and other.startswith(one.tells) for other in finer)]
    if not counted:
        return Stage({}, None)
    if all(one.tells in rules["by_itself"] or (operated and one.tells in rules["after_surgery"]) for one in counted):
        dated = max((one.day for one in counted if one.day is not None), default=None)
        said = ", ".join(dict.fromkeys(one.tells for one in counted))
        reading.notes.append(f"stage {said}{'' if dated is None else f' of {dated}'} counts as early, for no distant "
                             "metastasis is on record; correct it if the cancer has come back or cannot be operated")
        return Stage({"disease_stage": "early"}, None)
    reading.notes.append(f"{counted[0].place}: stage {counted[0].tells} does not tell whether the cancer can be "
                         "operated, so the stage counts as not known")
    return Stage({}, None)
