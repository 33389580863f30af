"""Cards of a check: as the specification asks, in the check's words; nothing in them becomes a link or HTML."""

from __future__ import annotations

import dataclasses
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from interop.cds_hooks.hook_requests import conforms

from tdm1.interop.cds_hooks import Ordered, Showing, cards, discovery
from tdm1.interop.cds_hooks.cards import LONGEST_SUMMARY
from tdm1.interop.cds_hooks.markdown import escaped
from tdm1.person import Check, check, examples, record
from tdm1.person.record import MedicineEntry


def answer(name: str = "low_platelets", **change: Any) -> Check:
    return check(record(examples.example(name) | change))


def by_topic(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["source"]["topic"]["code"]: one for one in found}


@pytest.mark.parametrize("name", examples.names())
@pytest.mark.parametrize("ordering", [False, True])
def test_cards_against_the_schema(name: str, ordering: bool) -> None:
    found = cards(answer(name), Showing(ordering=ordering, link="https://cds.example.org/next-dose"))
    conforms({"cards": found}, "response")
    assert len({one["uuid"] for one in found}) == len(found)


def test_discovery_against_the_schema() -> None:
    conforms(discovery(), "discovery")
    assert [one["hook"] for one in discovery()["services"]] == ["patient-view", "order-select", "order-sign"]


def test_schema_refuses_what_the_specification_forbids() -> None:
    good = cards(answer())[0]
    for change in ({"summary": "x" * 140}, {"indicator": "hard-stop"}, {"detail": ""}, {"links": []}, {"source": {}},
                   {"suggestions": [{"label": "a"}]}, {"unknown": 1}):
        with pytest.raises(jsonschema.ValidationError):
            conforms({"cards": [good | change]}, "response")


def test_hold_says_the_rule_and_is_urgent_only_where_the_drug_is_ordered() -> None:
    seen = by_topic(cards(answer()))["next-dose"]
    assert "hold" in seen["summary"] and "platelets 25 to under 50" in seen["summary"]
    assert "M9" in seen["detail"] and "Research software" in seen["detail"]
    assert seen["indicator"] == "warning"
    assert by_topic(cards(answer(), Showing(ordering=True)))["next-dose"]["indicator"] == "critical"


@pytest.mark.parametrize(("action", "indicator"), [
    ("give", "info"), ("reduce", "warning"), ("hold", "warning"), ("stop", "critical"), ("unknown", "info"),
])
def test_every_action_has_its_urgency(action: str, indicator: str) -> None:
    whole = answer()
    found = cards(dataclasses.replace(whole, next_dose=dataclasses.replace(whole.next_dose, action=action)))
    assert by_topic(found)["next-dose"]["indicator"] == indicator


def test_what_is_missing_is_one_card() -> None:
    check_ = answer("before_the_start")
    found = by_topic(cards(check_, Showing(incomplete=("conditions: not sent",))))["needed"]
    assert "information needed" in found["summary"]
    assert all(escaped(one.text) in found["detail"] for one in check_.missing)
    assert "conditions: not sent" in found["detail"]


def test_cards_come_by_urgency() -> None:
    order = ["critical", "warning", "info"]
    found = [order.index(one["indicator"]) for one in cards(answer(), Showing(ordering=True))]
    assert found == sorted(found) and found[0] == 0


def test_no_card_suggests_to_change_an_order() -> None:
    for name in examples.names():
        for one in cards(answer(name), Showing(ordering=True)):
            assert "suggestions" not in one and "systemActions" not in one


def ordered(name: str, *, t_dm1: bool = False, dose: tuple[float, str] | None = None) -> Ordered:
    return Ordered("MedicationRequest/o1", True, MedicineEntry(name=name), t_dm1, dose)


@pytest.mark.parametrize(("dose", "indicator"), [
    ((3.6, "mg/kg"), None), ((252.0, "mg"), None), ((5.4, "mg/kg"), "critical"), ((378.0, "mg"), "critical"),
    ((2.4, "mg/kg"), "warning"),
])
def test_ordered_dose_is_set_beside_the_rules_dose(dose: tuple[float, str], indicator: str | None) -> None:
    whole = answer()
    gives = dataclasses.replace(whole.next_dose, action="give", level_mg_per_kg=3.6, dose_mg=252.0)
    shown = Showing(ordering=True, orders=(ordered("Kadcyla", t_dm1=True, dose=dose),))
    found = by_topic(cards(dataclasses.replace(whole, next_dose=gives), shown)).get("order")
    assert (found["indicator"] if found else None) == indicator


def test_only_the_ordered_medicine_is_shown_where_another_is_ordered() -> None:
    found = cards(answer(), Showing(orders=(ordered("warfarin"),), only_orders=True))
    assert [one["summary"][:24] for one in found] == ["Beside T-DM1: warfarin: "]
    assert found[0]["indicator"] == "warning"
    assert cards(answer(), Showing(orders=(ordered("paracetamol"),), only_orders=True)) == []


NASTY = '<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](http://evil.example/x) www.evil.example `x` **y**'


def test_nothing_of_a_record_becomes_html_or_a_link() -> None:
    found = cards(answer(medicines=[f"warfarin {NASTY}", NASTY]))
    for one in found:
        for sign in ("<img", "](", "![", "http://evil", "www.evil"):
            assert sign not in one["detail"]


@given(st.text(max_size=300))
def test_escaped_text_against_a_plain_reading(text: str) -> None:
    """Read back by the rules of Markdown, the text is what it was, and no sign of it acts."""
    import html
    import re

    made = escaped(text)
    assert "<" not in made and ">" not in made and "\n" not in made
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]`*_|~!]", made)
    back = html.unescape(re.sub(r"\\([\\`*_\[\]#|~!{}()])", r"\1", made))
    assert back == " ".join(text.split())


@given(st.text(min_size=1, max_size=300))
def test_any_medicine_name_gives_cards_by_the_schema(name: str) -> None:
    if not name.strip() or any("\ud800" <= sign <= "\udfff" for sign in name):
        return
    found = cards(answer(medicines=[name]))
    conforms({"cards": found}, "response")
    assert all(len(one["summary"]) <= LONGEST_SUMMARY for one in found)
