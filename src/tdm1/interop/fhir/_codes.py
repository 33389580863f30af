"""The codes that are read, from `evidence/codes.yaml`: a code counts only together with its system."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.interop.fhir import _json
from tdm1.interop.fhir._json import Json

_FILE = "codes.yaml"
_ICD = "icd10"
#: Group of codes by system and code.
Meanings = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Coding:
    """One coding: the short name of its system, empty where it is none that is read, its address, code, display."""

    system: str
    url: str
    code: str
    display: str


@cache
def document() -> dict[str, Any]:
    """The evidence file as it is written."""
    return cast("dict[str, Any]", parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE))


@cache
def systems() -> dict[str, str]:
    """Short name of a code system by its address."""
    return {url: name for name, urls in document()["systems"].items() for url in urls}


@cache
def meanings(group: str) -> Meanings:
    """What each code of a group (`observations`, `answers`, `conditions`, …) means. The first meaning stands."""
    found: Meanings = {}
    known = set(document()["systems"])
    for name, raw in document()[group].items():
        for system in known & set(raw):
            for code in raw[system]:
                found.setdefault((system, code), name)
    return found


@cache
def single(group: str) -> frozenset[tuple[str, str]]:
    """The codes of a group that has one meaning only."""
    raw = document()[group]
    return frozenset((system, code) for system in raw for code in raw[system])


def codings(concept: Json | None, place: str) -> list[Coding]:
    """The codings of a CodeableConcept that have a code."""
    if concept is None:
        return []
    found: list[Coding] = []
    for index, raw in enumerate(_json.many(concept, "coding", place)):
        at = f"{place} coding[{index}]"
        code = _json.text(raw, "code", at)
        url = _json.text(raw, "system", at) or ""
        if code is not None:
            found.append(Coding(systems().get(url, ""), url, code, _json.text(raw, "display", at) or ""))
    return found


def _broader(coding: Coding) -> list[tuple[str, str]]:
    """The code itself; of ICD-10 also every code above it, the nearest first."""
    if coding.system != _ICD:
        return [(coding.system, coding.code)]
    code = coding.code
    return [(coding.system, code[:length].rstrip(".")) for length in range(len(code), 2, -1)]


def meaning(group: str, found: list[Coding]) -> str | None:
    """The meaning that one of the codings has in a group, or None."""
    known = meanings(group)
    for coding in found:
        for key in _broader(coding):
            if key in known:
                return known[key]
    return None


def in_group(group: str, found: list[Coding]) -> bool:
    """True when one of the codings stands in a group of one meaning."""
    known = single(group)
    return any(key in known for coding in found for key in _broader(coding))


@cache
def words() -> dict[str, str]:
    """Answer by the words that stand alone in a text."""
    return {word: name for name, raw in document()["answers"].items() for word in raw.get("words", ())}


def taken_as(kind: str) -> dict[str, Any]:
    """What each status of a type of resource is taken as."""
    return cast("dict[str, Any]", document()["statuses"][kind])
