"""Statements S23 and S24 of the leaflet: what the doctor must know, and no pregnancy."""

from __future__ import annotations

from typing import Any

from tdm1 import person


def _asked(**changes: Any) -> person.Check:
    document = person.examples.example("before_the_start")
    document["history"] |= changes.pop("history", {})
    return person.check(person.record({**document, **changes}))


def test_s23_the_doctor_must_know_of_heart_lungs_and_every_medicine() -> None:
    unknown = _asked(medicines=None, history={"significant_cardiac_disease": None, "lung_disease": None})
    assert {"significant_cardiac_disease", "lung_disease", "medicines"} <= {one.name for one in unknown.missing}
    told = _asked(
        medicines=["vitamin E", "St John's wort", "ibuprofen (over the counter)", "ketokonazole"],
        history={"significant_cardiac_disease": "yes", "lung_disease": "yes"},
    )
    assert {"S23-heart", "S23-lung"} <= {one.id for one in told.warnings}
    assert all(one.by != "unknown" for one in told.medicines)
    assert any(one.kind == "cyp3a4_strong_inhibitor" and "ketokonazole" in one.text for one in told.warnings)


def test_s24_no_pregnancy_during_treatment_and_contraception_until_seven_months_after() -> None:
    first = _asked()
    assert first.next_dose.action == "unknown" and "pregnant" in {one.name for one in first.missing}
    contraception = next(one for one in first.warnings if one.id == "P2")
    assert "7 months after the last dose" in contraception.text
    pregnant = _asked(history={"pregnant": "yes"})
    assert pregnant.next_dose.action == "hold"
    assert [one.id for one in pregnant.next_dose.reasons if one.decides] == ["P1"]
