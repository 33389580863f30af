"""When to call: every entry has a source and a term of the catalogue, and nothing says that no help is needed."""

from __future__ import annotations

import pytest

from tdm1 import evidence, symptoms
from tdm1.symptoms.calling import _calls


def test_every_entry_against_catalogue_and_sources() -> None:
    known = symptoms.catalogue()
    statements = {term.name: term.statements for term in (*known.symptoms, *known.overlaps, *known.reported)}
    for term, call in _calls().items():
        assert term in statements
        assert call.when in ("at once", "today")
        assert call.source in evidence.sources()
        assert call.why
        assert call.where
        assert call.read in ("read", "secondary", "recall")
        # A warning that the leaflet gives is one that the catalogue gives to the same term.
        assert set(call.statements) & {"S20", "S21"} <= set(statements[term])


def test_signs_of_infection_and_bleeding_against_the_leaflet() -> None:
    for term in ("pyrexia", "chills", "epistaxis", "other_bleeding", "febrile_neutropenia"):
        assert symptoms.when_to_call(term).when == "at once"


def test_no_term_needs_no_help() -> None:
    known = symptoms.catalogue()
    for term in (*known.symptoms, *known.overlaps, *known.reported):
        assert symptoms.when_to_call(term.name).when in ("at once", "today", "next visit")


def test_misspelt_term_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(evidence.EvidenceError, match="pyrexia"):
        symptoms.when_to_call("pyrexa")
