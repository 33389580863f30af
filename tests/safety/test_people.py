"""People readable by a clinician: what each is expected to be told, visit by visit, and that every row is reached."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tdm1 import safety

FINE = {"platelets": 250.0, "alt": 1.0, "ast": 1.0, "bilirubin": 0.5}
COLUMN = {"alt": "alt_x_uln", "ast": "ast_x_uln", "bilirubin": "bilirubin_x_uln"}
LABELS = [safety.label.load(setting, region) for setting in ("metastatic", "early") for region in ("US", "EU")]
NAMES = [f"{label.setting} {label.region}" for label in LABELS]
#: Met only together with E7, which stands before it and asks for the same.
NEVER_FIRST = {"metastatic": set(), "early": {"E8"}}


def _people(label: safety.Label) -> list[dict]:
    """Who is told something by this label."""
    return [
        person
        for file in sorted(Path(__file__).with_name("people").glob("*.yaml"))
        if file.name.split("_")[0] in (label.setting, "all")
        for person in yaml.safe_load(file.read_text("utf-8"))
        if person.get("region", label.region) == label.region
    ]


def _live(label: safety.Label, person: dict) -> list[tuple[dict, safety.Decisions, safety.Explanation]]:
    """Each visit's expectation with the decision and its explanation."""
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


CASES = [(label, person) for label in LABELS for person in _people(label)]


@pytest.mark.parametrize(("label", "person"), CASES,
                         ids=[f"{label.setting} {label.region} {person['name']}" for label, person in CASES])
def test_person_is_told_what_the_label_says_against_people_files(label, person):
    for visit, decided, said in _live(label, person):
        expected, where = visit["expect"], f"{person['name']}, day {visit['day']}"
        assert said.action == expected["action"], where
        assert said.level_mg_per_kg == expected["level"], where
        assert decided.rule_id(0) == expected.get("rule", ""), where
        assert (said.dose_mg_per_kg is not None) == (visit["dose"] and said.action in ("give", "reduce")), where
        assert set(expected.get("also", [])) <= {reason.id for reason in said.reasons}, where
        assert list(said.missing) == expected.get("missing", []), where
        assert said.recheck == expected.get("recheck", said.recheck), where
        assert expected.get("said", "") in said.in_words(), where
        assert expected.get("unsaid", "unsaid") not in said.in_words(), where
        if "repeat_by" in expected:
            assert label.lvef_repeat_due_day(decided.history)[0] == expected["repeat_by"], where
            assert f"repeat LVEF by day {expected['repeat_by']}" in said.recheck, where


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
def test_every_rule_is_reached_by_some_person(label):
    deciding, seen = set(), set()
    for person in _people(label):
        for _, decided, said in _live(label, person):
            deciding.add(decided.rule_id(0))
            seen |= {reason.id for reason in said.reasons if reason.seen_now}
    judgement = {rule.id for rule in label.rules if rule.action == "judgement"}
    assert deciding - {""} == set(label.rule_ids) - judgement - NEVER_FIRST[label.setting]
    assert seen == set(label.rule_ids)


def test_every_person_has_an_own_name_and_some_label_to_answer():
    files = Path(__file__).with_name("people").glob("*.yaml")
    names = [person["name"] for file in files for person in yaml.safe_load(file.read_text("utf-8"))]
    assert len(names) == len(set(names))
    assert set(names) == {person["name"] for _, person in CASES}


@pytest.mark.parametrize("label", LABELS, ids=NAMES)
def test_reasons_carry_words_source_reading_mark_and_label_date(label):
    for person in _people(label):
        for _, decided, said in _live(label, person):
            deciding = decided.rule_id(0)
            assert [reason.id for reason in said.reasons if reason.decides] == ([deciding] if deciding else [])
            words = said.in_words()
            for reason in said.reasons:
                rule = label.rule(reason.id)
                assert reason.source == rule.source and reason.read == rule.read and reason.where
                assert reason.text == safety.rule_in_words(rule)
                line = next(line for line in words.splitlines() if line.startswith(f"{rule.id} ("))
                assert rule.source in line and f"label text of {rule.label_date}; {rule.read}: " in line
            assert words.splitlines()[-1].startswith(f"by the {label.region} label, {label.setting} breast cancer")


def test_words_of_one_explanation():
    label = safety.label.load("metastatic", "US")
    held = safety.explain(label, label.decide(safety.Findings.of(8, platelets=40), label.start(1), dose_due=True))
    assert held.in_words() == (
        "hold the dose today\n"
        "M9 (decides): platelets 25 to under 50 × 10⁹/L: hold until platelets 75 × 10⁹/L or more, then the same dose "
        "[uspi_2013, dose modifications (section 2.2); label text of 2013-02; read: read in the source] Note: grade 3\n"
        "D9: give a late dose as soon as possible, without waiting for the next planned cycle, at the dose and rate "
        "last tolerated; move the later doses so that the distance between doses is kept [uspi_2013, dosage, delayed "
        "or missed doses (section 2.1); label text of 2013-02; read: read in the source]\n"
        "measure ALT, AST, total bilirubin; check again before any dose: platelets\n"
        "by the US label, metastatic breast cancer, text of 2013-02"
    )
    bled = label.decide(safety.Findings.of(8, haemorrhage_grade=3), label.start(1), dose_due=False)
    said = safety.explain(label, bled)
    assert [reason.read for reason in said.reasons] == ["recall"]
    assert "recall: from memory, not read again" in said.in_words()
    early = safety.label.load("early", "EU")
    well = safety.explain(early, early.decide(safety.Findings.of(0), early.start(1), dose_due=False))
    assert well.label == "EU label, early breast cancer, text of 2019-12 (recall)"
    assert set(well.as_dict()) >= {"label", "statements", "reasons", "recheck"}
