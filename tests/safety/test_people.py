"""People readable by a clinician: what each is expected to be told, visit by visit, and that every row is reached."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tdm1 import safety

FINE = {"platelets": 250.0, "alt": 1.0, "ast": 1.0, "bilirubin": 0.5}
COLUMN = {"alt": "alt_x_uln", "ast": "ast_x_uln", "bilirubin": "bilirubin_x_uln"}
PEOPLE = [
    person
    for file in sorted(Path(__file__).with_name("people").glob("*.yaml"))
    for person in yaml.safe_load(file.read_text("utf-8"))
]


def _live(person: dict) -> list[tuple[dict, safety.Decisions, safety.Explanation]]:
    """Each visit's expectation with the decision and its explanation."""
    label = safety.label.load("metastatic", "US")
    history = label.start(1)
    lived = []
    for visit in person["visits"]:
        measured = dict(FINE) if visit.get("labs") == "fine" else {}
        measured |= {key: value for key, value in visit.items() if key not in ("day", "dose", "labs", "expect")}
        columns = {COLUMN.get(name, name): value for name, value in measured.items()}
        findings = safety.Findings.of(visit["day"], **columns)
        decided = label.decide(findings, history, dose_due=visit["dose"])
        history = decided.history
        lived.append((visit, decided, safety.explain(label, decided)))
    return lived


@pytest.mark.parametrize("person", PEOPLE, ids=[person["name"] for person in PEOPLE])
def test_person_is_told_what_the_label_says_against_people_files(person):
    label = safety.label.load("metastatic", "US")
    for visit, decided, said in _live(person):
        expected, where = visit["expect"], f"{person['name']}, day {visit['day']}"
        assert said.action == expected["action"], where
        assert said.level_mg_per_kg == expected["level"], where
        assert decided.rule_id(0) == expected.get("rule", ""), where
        assert (said.dose_mg_per_kg is not None) == (visit["dose"] and said.action in ("give", "reduce")), where
        assert set(expected.get("also", [])) <= {reason.id for reason in said.reasons}, where
        assert list(said.missing) == expected.get("missing", []), where
        assert said.recheck == expected.get("recheck", said.recheck), where
        if "repeat_by" in expected:
            assert label.lvef_repeat_due_day(decided.history)[0] == expected["repeat_by"], where
            assert f"repeat LVEF by day {expected['repeat_by']}" in said.recheck, where


def test_every_rule_is_reached_by_some_person():
    label = safety.label.load("metastatic", "US")
    deciding, seen = set(), set()
    for person in PEOPLE:
        for _, decided, said in _live(person):
            deciding.add(decided.rule_id(0))
            seen |= {reason.id for reason in said.reasons if reason.seen_now}
    judgement = {rule.id for rule in label.rules if rule.action == "judgement"}
    assert deciding - {""} == set(label.rule_ids) - judgement
    assert seen == set(label.rule_ids)


def test_reasons_carry_words_source_and_reading_mark():
    label = safety.label.load("metastatic", "US")
    for person in PEOPLE:
        for _, decided, said in _live(person):
            deciding = decided.rule_id(0)
            assert [reason.id for reason in said.reasons if reason.decides] == ([deciding] if deciding else [])
            for reason in said.reasons:
                rule = label.rule(reason.id)
                assert reason.source == rule.source and reason.read == rule.read and reason.where
                assert reason.text == safety.rule_in_words(rule)
    held = label.decide(safety.Findings.of(8, platelets=40), label.start(1), dose_due=True)
    words = safety.explain(label, held).reasons[0].text
    assert words == "platelets 25 to under 50 × 10⁹/L: hold until platelets 75 × 10⁹/L or more, then the same dose"
    bled = label.decide(safety.Findings.of(8, haemorrhage_grade=3), label.start(1), dose_due=False)
    assert [reason.read for reason in safety.explain(label, bled).reasons] == ["recall"]
