"""Practical advice for each side effect, each piece with its source; the words stand in `evidence/texts`.

None of it changes a dose, and none of it starts or stops a medicine: those are for the treating team.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.evidence.texts import text
from tdm1.symptoms._errors import SymptomError
from tdm1.symptoms.calling import flags, terms
from tdm1.symptoms.phrases import signs

_FILE = "symptoms/advice.yaml"
_KEYS = {"for", "statements", "source", "where", "read", "date"}


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice for a term, in a patient's words, and where it was read."""

    id: str
    term: str
    text: str
    statements: tuple[str, ...]
    source: str
    where: str
    read: str


@cache
def _entries() -> dict[str, dict[str, Any]]:
    """Every piece of advice by its id. Raises EvidenceError for a missing key and for an unknown term."""
    raw = parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)
    known = (*terms(), *flags())
    found: dict[str, dict[str, Any]] = {}
    for name, entry in raw["advice"].items():
        merged: dict[str, Any] = {**raw["defaults"], **entry}
        if set(merged) != _KEYS:
            raise evidence.EvidenceError(f"{_FILE}: '{name}' needs {sorted(_KEYS)} and has {sorted(merged)}")
        for term in merged["for"]:
            if term not in known:
                raise evidence.EvidenceError(f"{_FILE}: '{name}' is for '{term}', which is no term"
                                             f"{evidence.nearest(term, known)}")
        found[name] = merged
    return found


@cache
def _by_term() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, entry in _entries().items():
        for term in entry["for"]:
            found.setdefault(term, []).append(name)
    return {term: tuple(names) for term, names in found.items()}


def advice(term: str, language: str = "en") -> tuple[Advice, ...]:
    """The advice for a term of the catalogue, or for a warning sign of the triage, in the order of the file.

    Raises SymptomError, with the nearest name, for an unknown term; EvidenceError for a language without texts.
    """
    known = (*terms(), *flags())
    if term not in known:
        raise SymptomError(f"there is no advice for '{term}'{evidence.nearest(term, known)}")
    own = _by_term().get(term, ())
    lent = signs()[term].advice if term in signs() else ()
    names = dict.fromkeys((*own, *(name for other in lent for name in _by_term().get(other, ()))))
    return tuple(_advice(name, term, language) for name in names)


def _advice(name: str, term: str, language: str) -> Advice:
    entry = _entries()[name]
    return Advice(
        name, term, text(f"advice.{name}", language), tuple(entry["statements"]), entry["source"], entry["where"],
        entry["read"],
    )
