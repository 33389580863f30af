"""The people of `people/`, each written down so that a clinician can read it, against the label."""

from __future__ import annotations

from typing import Any

import pytest
from person.people_files import people, record_of

from tdm1 import person
from tdm1.safety import label

PEOPLE = people()
_EXPECTED = {
    "eligible", "indication", "action", "level", "mg", "goes_on_at", "because", "also", "needed", "not_needed",
    "warned", "not_warned", "recheck", "recheck_by", "label",
}


def answer_of(one: dict[str, Any]) -> person.Check:
    return person.check(person.record(record_of(one)))


@pytest.mark.parametrize(("name", "one"), PEOPLE, ids=[name for name, _ in PEOPLE])
def test_person_against_label(name: str, one: dict[str, Any]) -> None:
    expected = one["expect"]
    assert expected and set(expected) <= _EXPECTED, name
    found = answer_of(one)
    dose = found.next_dose
    simple = {
        "eligible": found.eligible,
        "indication": found.indication.id if found.indication else None,
        "action": dose.action,
        "level": dose.level_mg_per_kg,
        "mg": dose.dose_mg,
        "goes_on_at": dose.would_be_mg_per_kg,
        "recheck_by": dose.recheck.by.isoformat() if dose.recheck.by else None,
    }
    for key, value in simple.items():
        if key in expected:
            assert value == (pytest.approx(expected[key]) if isinstance(expected[key], float) else expected[key]), key
    decides = [reason.id for reason in (*dose.reasons, *found.reasons) if reason.decides]
    speaks = {reason.id for reason in (*dose.reasons, *dose.statements)}
    needed = {one.name for one in found.missing}
    warned = {one.id for one in found.warnings}
    assert set(expected.get("because", ())) <= set(decides)
    assert set(expected.get("also", ())) <= speaks
    if expected.get("needed") == []:
        assert not needed
    assert set(expected.get("needed", ())) <= needed
    assert not needed & set(expected.get("not_needed", ()))
    assert set(expected.get("warned", ())) <= warned
    assert not warned & set(expected.get("not_warned", ()))
    if expected.get("recheck") == []:
        assert not dose.recheck.tests
    assert set(expected.get("recheck", ())) <= set(dose.recheck.tests)
    assert expected.get("label", "") in dose.label


def test_every_rule_is_reached_by_a_person() -> None:
    wanted = {rule.id for setting in ("metastatic", "early") for region in ("US", "EU")
              for rule in label.load(setting, region).rules}
    reached = {reason.id for _, one in PEOPLE for reason in answer_of(one).next_dose.reasons}
    assert wanted - reached == set()


def test_people_are_many_and_differ() -> None:
    names = [one["name"] for _, one in PEOPLE]
    assert len(names) == len(set(names)) >= 30


@pytest.mark.parametrize(("name", "one"), PEOPLE, ids=[name for name, _ in PEOPLE])
def test_every_statement_names_its_source_and_how_it_was_read(name: str, one: dict[str, Any]) -> None:
    found = answer_of(one)
    for said in (*found.reasons, *found.next_dose.reasons, *found.next_dose.statements, *found.warnings):
        assert said.source and said.where, (name, said.id)
        assert said.read in ("read", "secondary", "recall", "derived", "assumed"), (name, said.id)
        assert said.text, (name, said.id)
