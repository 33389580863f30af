"""Explanations against the evidence."""

from __future__ import annotations

import json

import pytest

from tdm1 import evidence, mechanism
from tdm1.report import glossary
from tdm1.report.explain import ExplainError, explain
from tdm1.report.rules import table


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


@pytest.mark.parametrize(("wrong", "near"), [("clearence", "plasma.clearance"), ("nadirr", "nadir"), ("M99", "M9")])
def test_a_misspelt_name_gets_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(ExplainError, match=near):
        explain(wrong)


def test_a_name_like_nothing_is_refused() -> None:
    with pytest.raises(ExplainError, match="nothing is called 'qqqqq'"):
        explain("qqqqq")
