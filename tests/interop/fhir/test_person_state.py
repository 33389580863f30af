"""Sex, age, pregnancy, performance status, illnesses, allergies and graded events."""

from __future__ import annotations

from typing import Any

import pytest
from interop.fhir.making import (
    ICD,
    NEGATIVE,
    ON,
    POSITIVE,
    RXNORM,
    SNOMED,
    SUBJECT,
    bundle,
    coded,
    concept,
    condition,
    observation,
    patient,
    state,
    t_dm1,
)

from tdm1.interop.fhir import BundleRead, FhirError, read_bundle

LOINC = "http://loinc.org"
BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
MEDDRA = "https://www.meddra.org"


def _read(*resources: dict[str, Any], who: dict[str, Any] | None = None) -> BundleRead:
    return read_bundle(bundle(*resources, who=who), on=ON)


def _history(*resources: dict[str, Any]) -> dict[str, Any]:
    return _read(*resources).record.history


@pytest.mark.parametrize(("gender", "birth", "expected"), [
    ("female", None, "female"), ("male", None, "male"), ("other", None, None), ("unknown", None, None),
    ("male", "F", "female"), ("female", "M", "male"), ("other", "F", "female"), (None, None, None),
])
def test_sex_for_questions_of_pregnancy(gender: str | None, birth: str | None, expected: str | None) -> None:
    extension = {"extension": [{"url": BIRTH_SEX, "valueCode": birth}]} if birth else {}
    who = patient(**extension) | {"gender": gender}
    assert _read(who=who).record.about.sex == expected


def test_a_birth_date_without_a_day_is_told() -> None:
    read = _read(who=patient(birthDate="1975-05"))
    assert read.record.about.birth_date is None
    assert any("age is not known" in note for note in read.notes)


@pytest.mark.parametrize(("days", "answer", "expected"), [
    ("2026-11-24", NEGATIVE, "no"), ("2026-11-18", NEGATIVE, "no"), ("2026-11-17", NEGATIVE, None),
    ("2026-11-24", POSITIVE, "yes"), ("2026-03-01", POSITIVE, "yes"), ("2026-01-01", POSITIVE, None),
    ("2026-11", NEGATIVE, None),
])
def test_how_long_a_pregnancy_test_tells_of_today(days: str, answer: str, expected: str | None) -> None:
    for code in ("2106-3", "2118-8"):
        assert _history(coded(code, answer) | {"effectiveDateTime": days}).get("pregnant") == expected


@pytest.mark.parametrize("system", ["urn:oid:2.16.840.1.113883.6.238", "http://snomed.info/sct", "urn:local", None])
def test_a_code_counts_only_with_its_system(system: str | None) -> None:
    """2106-3 and 2118-8 are codes of races too; 10828004 is positive in SNOMED CT alone."""
    named = {} if system is None else {"system": system}
    for code in ("2106-3", "2118-8"):
        race = coded(code, POSITIVE) | {"code": {"coding": [{"code": code, **named}]}}
        assert "pregnant" not in _history(race)
    other = coded("2106-3", POSITIVE, system="http://loinc.org")
    assert "pregnant" not in _history(other)
    assert _history(condition("urn:local", "84114007")) == {}


def test_the_later_pregnancy_test_counts_and_two_of_one_day_that_differ_are_refused() -> None:
    before = coded("2106-3", POSITIVE, "a") | {"effectiveDateTime": "2026-11-20"}
    assert _history(before, coded("2118-8", NEGATIVE, "b"))["pregnant"] == "no"
    with pytest.raises(FhirError, match="Observation/a"):
        _history(coded("2106-3", POSITIVE, "a"), coded("2118-8", NEGATIVE, "b"))


def test_a_diagnosis_against_a_test_leaves_pregnancy_open() -> None:
    assert _history(condition(SNOMED, "77386006"))["pregnant"] == "yes"
    read = _read(condition(SNOMED, "77386006"), coded("2106-3", NEGATIVE))
    assert "pregnant" not in read.record.history
    assert any("both yes and no" in note for note in read.notes)
    over = condition(SNOMED, "77386006", clinicalStatus=state("resolved", "clinical"))
    assert "pregnant" not in _history(over)
    assert "pregnant" not in _history(condition(SNOMED, "77386006", onsetDateTime="2024-01-01"))


def test_pregnancy_and_breastfeeding_by_status() -> None:
    assert _history(coded("82810-3", "60001007"))["pregnant"] == "no"
    assert _history(coded("82810-3", "77386006"))["pregnant"] == "yes"
    assert _history(coded("63895-7", POSITIVE))["breastfeeding"] == "yes"


@pytest.mark.parametrize("made", [
    {"valueInteger": 2}, {"valueQuantity": {"value": 2}}, {"valueString": "2"},
    {"valueCodeableConcept": concept(LOINC, "LA9624-3")}, {"valueCodeableConcept": concept(SNOMED, "422894000")},
])
def test_every_form_of_a_performance_status(made: dict[str, Any]) -> None:
    assert _history(observation("89247-1", **made))["ecog"] == 2


def test_the_later_performance_status_counts() -> None:
    old = observation("89247-1", "a", "2026-01-01", valueInteger=0)
    undated = observation("89247-1", "b", None, valueInteger=3)
    assert _history(observation("89247-1", "c", "2026-10-01", valueInteger=2), old, undated)["ecog"] == 2
    with pytest.raises(FhirError, match="a whole number from 0 to 5"):
        _history(observation("89247-1", valueInteger=7))


@pytest.mark.parametrize(("system", "code", "name"), [
    (SNOMED, "84114007", "significant_cardiac_disease"), (ICD, "I50.9", "significant_cardiac_disease"),
    (ICD, "I42.7", "significant_cardiac_disease"), (SNOMED, "205237003", "lung_disease"),
    (ICD, "J84.10", "lung_disease"), (ICD, "J44", "lung_disease"),
])
def test_illnesses_now_or_earlier(system: str, code: str, name: str) -> None:
    assert _history(condition(system, code))[name] == "yes"
    assert _history(condition(system, code, clinicalStatus=state("resolved", "clinical")))[name] == "yes"
    assert name not in _history(condition(system, code, verificationStatus=state("entered-in-error")))


@pytest.mark.parametrize("code", ["I5", "I501.1", "J4", "A50", "I10"])
def test_codes_near_an_illness_are_not_it(code: str) -> None:
    found = _history(condition(ICD, code))
    assert found == ({"significant_cardiac_disease": "yes"} if code == "I501.1" else {})


def test_pneumonitis_on_treatment_is_a_finding_and_before_it_history() -> None:
    lungs = condition(SNOMED, "205237003", onsetDateTime="2026-11-20")
    during = _read(lungs, t_dm1("2026-11-04")).record
    assert [(one.finding, str(one.date)) for one in during.findings] == [("pneumonitis", "2026-11-20")]
    before = _read(condition(SNOMED, "205237003", onsetDateTime="2020-01-01"), t_dm1("2026-11-04")).record
    assert before.findings == ()
    assert before.history["lung_disease"] == "yes"
    undated = _read(condition(SNOMED, "205237003"), t_dm1("2026-11-04"))
    assert any("whether it began on T-DM1" in note for note in undated.notes)


def test_growth_of_the_cancer_on_treatment_is_a_finding() -> None:
    worse = coded("97509-4", "271299001", "d") | {"effectiveDateTime": "2026-11-20"}
    found = _read(worse, t_dm1("2026-11-04")).record.findings
    assert [(one.finding, one.value) for one in found] == [("progression", "yes")]
    assert _read(worse).record.findings == ()
    better = coded("97509-4", "268910001", "d") | {"effectiveDateTime": "2026-11-20"}
    assert _read(better, t_dm1("2026-11-04")).record.findings == ()


def _event(code: str, grade: Any, when: str | None = "2026-11-20", **more: Any) -> dict[str, Any]:
    found = {"resourceType": "AdverseEvent", "id": "e1", "actuality": "actual", "subject": SUBJECT,
             "event": concept(MEDDRA, code)}
    extension = [] if grade is None else [{"url": "urn:x/ctcae-grade", **grade}]
    return found | {"extension": extension} | ({"date": when} if when else {}) | more


@pytest.mark.parametrize("grade", [
    {"valueInteger": 3}, {"valueCode": "3"}, {"valueString": "Grade 3"},
    {"valueCodeableConcept": {"coding": [{"code": "3"}]}}, {"valueCoding": {"code": "3"}},
])
def test_a_graded_adverse_event_is_a_finding(grade: dict[str, Any]) -> None:
    found = _read(_event("10034620", grade)).record.findings
    assert [(one.finding, one.value, str(one.date)) for one in found] == [("neuropathy_grade", 3, "2026-11-20")]


def test_events_without_grade_or_day_or_not_actual_are_told_or_left() -> None:
    for event in (_event("10034620", None), _event("10034620", {"valueInteger": 3}, None)):
        read = _read(event)
        assert read.record.findings == ()
        assert any("neuropathy grade without" in note for note in read.notes)
    assert _read(_event("10034620", {"valueInteger": 3}, actuality="potential")).record.findings == ()
    with pytest.raises(FhirError, match="from 0 to 5"):
        _read(_event("10034620", {"valueInteger": 7}))


def test_the_worse_of_two_grades_of_a_day_counts() -> None:
    found = _read(_event("10034620", {"valueInteger": 1}), _event("10034580", {"valueInteger": 3}, id="e2"))
    assert [one.value for one in found.record.findings] == [3]


@pytest.mark.parametrize(("made", "expected"), [
    ({"code": concept(RXNORM, "1371041")}, True), ({"code": {"text": "Kadcyla"}}, True),
    ({"code": concept(RXNORM, "224905")}, False), ({"code": {"text": "penicillin"}}, False),
])
def test_allergies_to_t_dm1(made: dict[str, Any], expected: bool) -> None:
    allergy = {"resourceType": "AllergyIntolerance", "id": "x", "patient": SUBJECT, **made}
    assert _history(allergy).get("hypersensitivity_to_t_dm1") == ("yes" if expected else None)
    assert "hypersensitivity_to_t_dm1" not in _history(allergy | {"verificationStatus": state("refuted")})


def test_an_illness_of_grade_unknown_is_asked_about() -> None:
    assert any("CTCAE grade" in note for note in _read(condition(ICD, "G62.0")).notes)
