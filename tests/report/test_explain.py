"""Explanations against the evidence."""

from __future__ import annotations

import json

import pytest

from tdm1 import evidence, mechanism
from tdm1.report import glossary
from tdm1.report.explain import ExplainError, explain
from tdm1.report.rules import table
from tdm1.safety import action_in_words, finding_in_words, label
from tdm1.symptoms import catalogue, numbers


def test_clearance_against_lu_2014() -> None:
    found = explain("clearance")
    assert found.name == "plasma.clearance" and found.kind == "fact"
    assert (found.data["value"], found.data["unit"]) == (0.676, "L/day")
    assert found.data["variability"]["value"] == 0.03585 and found.data["variability"]["kind"] == "variance"
    assert found.data["source"]["doi"] == "10.1007/s00280-014-2500-2"
    assert any(used.startswith("mechanism, part plasma") for used in found.data["used_by"])
    assert found.data["population"] and found.data["read"] == "read" and found.warnings == ()
    assert "dm1.clearance" in found.data["see_also"]


def test_every_fact_explains_itself_against_the_evidence() -> None:
    for name, fact in evidence.facts().items():
        found = explain(name)
        assert found.name == name and found.data["value"] == fact.value
        assert bool(found.warnings) >= (fact.read in ("recall", "assumed"))
        assert found.data["source"]["citation"]
        json.dumps(found.as_json(), allow_nan=False)


def test_every_parameter_names_its_part_against_the_mechanism() -> None:
    for model in mechanism.shipped():
        for part in model.parts:
            for parameter in part.parameters:
                used = explain(parameter.fact).data["used_by"]
                assert any(f"part {part.name}: parameter {parameter.name} " in line for line in used)


def test_every_rule_against_the_label() -> None:
    assert "M9" in table()
    for rule_id, rule in table().items():
        found = explain(rule_id)
        assert found.kind == "label rule" and found.data["read"] == rule.read and found.data["source"]["citation"]
    platelets = explain("m9")
    assert (
        platelets.name == "M9" and "25 to under 50" in platelets.data["finding"] and "hold" in platelets.data["action"]
    )


def test_rules_of_every_label_are_told() -> None:
    """Both settings and regions: the rule of each text that has it, with its own words and source."""
    for setting in ("metastatic", "early"):
        for region in ("US", "EU"):
            for rule in label.load(setting, region).rules:
                data = explain(rule.id).data
                told = [data, *data["other_labels"]]
                mine = [one for one in told if (one["setting"], one["region"]) == (rule.setting, rule.region)]
                assert len(mine) == 1, rule.id
                assert mine[0]["finding"] == finding_in_words(rule) and mine[0]["action"] == action_in_words(rule)
    found = explain("e10")
    assert found.name == "E10" and found.data["setting"] == "early"
    assert [other["region"] for other in found.data["other_labels"]] == ["EU"]


def test_every_adverse_event_against_the_catalogue_and_the_tables() -> None:
    known = catalogue()
    table_rows = evidence.table("adverse_reactions")
    for term in (*known.symptoms, *known.reported, *known.overlaps, *known.groups):
        found = explain(term.name)
        assert found.name == term.name and found.data["plain"] == term.plain and found.data["system"] == term.system
        names = {term.name, *getattr(term, "also", ())}
        rows = [row for row in table_rows.iter_rows(named=True) if row["term"] in names]
        assert len(found.data["published"]) == len(rows)
        json.dumps(found.as_json(), allow_nan=False)
    nausea = explain("nausea")
    assert nausea.kind == "adverse event" and nausea.data["statements"] == ["S18"]
    assert {"metastatic", "early"} == set(nausea.data["rates"])
    assert nausea.data["rates"]["early"]["drug_per_day"] == numbers("early").symptoms["nausea"].drug_per_day
    assert any("our own choice" in warning for warning in nausea.warnings)
    assert explain("Peripheral neuropathy").name == "peripheral_neuropathy"
    assert explain("feeling sick").name == "nausea"
    assert explain("hemorrhage_grouped").name == "hemorrhage"


def test_every_term_against_the_glossary() -> None:
    terms = glossary.terms()
    assert len(terms) >= 40
    names = [name.casefold() for term in terms for name in (term.name, *term.also)]
    assert len(names) == len(set(names))
    for term in terms:
        assert len(term.words) > 20 and not term.words.endswith(".")
        assert term.source == glossary.OWN_WORDS or term.source in evidence.sources()
        assert glossary.find(term.name) == term
    assert explain("nadir").data["words"].startswith("the lowest value")
    assert explain("Kadcyla").name == "T-DM1"


def test_doubt_is_said_against_the_reading_mark() -> None:
    assert "memory" in explain("recist.progression_increase").warnings[0]
    assert "our own choice" in explain("recist.measurement_cv").warnings[0]


def test_a_shared_name_lists_its_candidates() -> None:
    with pytest.raises(ExplainError, match=r"ctcae3\.platelets\.grade_3.*name one of them in full"):
        explain("grade_3")


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("clearence", "plasma.clearance"), ("nadirr", "nadir"), ("M99", "M9"), ("nausia", "nausea")],
)
def test_a_misspelt_name_gets_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(ExplainError, match=near):
        explain(wrong)


def test_a_name_like_nothing_is_refused() -> None:
    with pytest.raises(ExplainError, match="nothing is called 'qqqqq'"):
        explain("qqqqq")
