"""When a patient should call before the next visit: data with sources, by term of the catalogue or warning sign.

It never says that no help is needed: a term without an entry is told at the next visit. What a person says is matched
to terms and signs in `triage`; here the name is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.evidence.texts import text, texts
from tdm1.symptoms.catalogue import catalogue

Urgency = Literal["at once", "today", "next visit"]
#: The most urgent last.
URGENCIES: tuple[Urgency, ...] = ("next visit", "today", "at once")
_FILE = "symptoms/when_to_call.yaml"
_KEYS = {"when", "statements", "source", "where", "read", "date"}


@dataclass(frozen=True, slots=True)
class Call:
    """How soon to call about a term or warning sign, why (in a patient's words), and where that was read."""

    term: str
    when: Urgency
    why: str
    statements: tuple[str, ...]
    source: str
    where: str
    read: str


@cache
def _document() -> dict[str, Any]:
    return parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)


@cache
def flags() -> tuple[str, ...]:
    """Names of the warning signs that no term of the catalogue has, such as blood in urine."""
    return tuple(_document()["flags"])


@cache
def terms() -> tuple[str, ...]:
    """Names of the terms that a call can be about: symptoms, overlaps and reported terms of the catalogue."""
    everything = catalogue()
    return tuple(term.name for term in (*everything.symptoms, *everything.overlaps, *everything.reported))


@cache
def _calls(language: str = "en", section: Literal["terms", "flags"] = "terms") -> dict[str, Call]:
    raw = _document()
    allowed = get_args(Urgency)[: 2 if section == "terms" else 3]
    found: dict[str, Call] = {}
    for name, entry in raw[section].items():
        if section == "terms" and name not in terms():
            raise evidence.EvidenceError(f"{_FILE}: no term is called '{name}'{evidence.nearest(name, terms())}")
        merged = {**raw["defaults"], **entry}
        if set(merged) != _KEYS:
            raise evidence.EvidenceError(f"{_FILE}: '{name}' needs {sorted(_KEYS)} and has {sorted(merged)}")
        if merged["when"] not in allowed:
            raise evidence.EvidenceError(
                f"{_FILE}: '{name}': when is '{merged['when']}'; write {' or '.join(map(repr, allowed))}"
            )
        found[name] = Call(
            name, merged["when"], _why(name, language), tuple(merged["statements"]), merged["source"],
            merged["where"], merged["read"],
        )
    return found


def _why(name: str, language: str) -> str:
    key = f"triage.why_{name}"
    return text(key if key in texts(language) else "triage.why_next_visit", language)


def when_to_call(term: str, language: str = "en") -> Call:
    """How soon to call about a term or warning sign; 'next visit' where nothing more urgent was read.

    Raises EvidenceError, with the nearest name, for an unknown name or language.
    """
    if term in flags():
        return _calls(language, "flags")[term]
    if term not in terms():
        known = (*terms(), *flags())
        raise evidence.EvidenceError(f"no adverse event is called '{term}'{evidence.nearest(term, known)}")
    known_calls = _calls(language)
    if term in known_calls:
        return known_calls[term]
    return Call(term, "next visit", _why("next_visit", language), (), "patient_page", "support", "read")
