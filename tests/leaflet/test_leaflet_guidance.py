"""S25, and S20 and S21 in a patient's own words: when to call, and what may help."""

from __future__ import annotations

import pytest

from tdm1 import evidence, symptoms


def test_s25_practical_advice_for_each_side_effect_with_its_source() -> None:
    known = symptoms.catalogue()
    for term in (*known.symptoms, *known.overlaps, *known.reported):
        found = symptoms.advice(term.name)
        assert found
        assert all(one.text and one.source in evidence.sources() for one in found)
    # What a person says leads to the advice for it, and always to the team.
    answer = symptoms.triage("queasy since the infusion, and my mouth is sore")
    ids = {one.id for one in answer.advice}
    assert {one.id for term in ("nausea", "stomatitis") for one in symptoms.advice(term)} <= ids
    assert "care team" in answer.say


@pytest.mark.parametrize("said", ["fever with chills", "temp 100.4 and shivering", "im burning up, teeth chattering"])
def test_signs_of_infection_in_plain_words_against_the_leaflet(said: str) -> None:
    answer = symptoms.triage(said)
    assert answer.urgency == "at once"
    assert "S20" in {statement for one in answer.found for statement in one.statements}


@pytest.mark.parametrize("said", ["my nose won't stop bleeding", "heavy bleeding", "blood in stool", "lots of bruises"])
def test_unusual_bleeding_in_plain_words_against_the_leaflet(said: str) -> None:
    answer = symptoms.triage(said)
    assert answer.urgency == "at once"
    assert "S21" in {statement for one in answer.found for statement in one.statements}
