"""When a patient should call before the next visit: data with sources, by term of the catalogue.

It never says that no help is needed: a term without an entry is told at the next visit. What a person feels is
matched to terms elsewhere; here a term is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.symptoms.catalogue import catalogue

Urgency = Literal["at once", "today", "next visit"]
_FILE = "symptoms/when_to_call.yaml"


@dataclass(frozen=True, slots=True)
class Call:
    """How soon to call about a term, why, and where that was read."""

    term: str
    when: Urgency
    why: str
    statements: tuple[str, ...]
    source: str
    where: str
    read: str


@cache
def _calls() -> dict[str, Call]:
    raw = parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)
    known = _terms()
    found: dict[str, Call] = {}
    for term, entry in raw["terms"].items():
        if term not in known:
            raise evidence.EvidenceError(f"{_FILE}: no term is called '{term}'{evidence.nearest(term, known)}")
        merged = {**raw["defaults"], **entry}
        if merged["when"] not in get_args(Urgency)[:2]:
            raise evidence.EvidenceError(f"{_FILE}: '{term}': when is '{merged['when']}'; write 'at once' or 'today'")
        found[term] = Call(
            term, merged["when"], merged["why"], tuple(merged["statements"]), merged["source"], merged["where"],
            merged["read"],
        )
    return found


def _terms() -> list[str]:
    everything = catalogue()
    return [term.name for term in (*everything.symptoms, *everything.overlaps, *everything.reported)]


def when_to_call(term: str) -> Call:
    """How soon to call about a term of the catalogue; 'next visit' where nothing more urgent was read.

    Raises EvidenceError, with the nearest name, for an unknown term.
    """
    known = _terms()
    if term not in known:
        raise evidence.EvidenceError(f"no adverse event is called '{term}'{evidence.nearest(term, known)}")
    usual = Call(
        term, "next visit", "every side effect is told to the treating team, at the latest at the next visit", (),
        "patient_page", "support", "read",
    )
    return _calls().get(term, usual)
