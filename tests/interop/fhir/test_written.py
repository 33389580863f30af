"""GuidanceResponse and RiskAssessment against the classes of fhir.resources, and against the codes of FHIR R4."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources import R4B
from interop.fhir.making import PUBLIC, bundle, public
from interop.fhir.test_broken import FULL
from person.people_files import people, record_of

from tdm1 import forecast, person
from tdm1.interop.fhir import FhirError, guidance_response, read_bundle, risk_assessment
from tdm1.interop.fhir._codes import document

WHEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
ON = WHEN.date()


def _valid(written: dict[str, Any]) -> None:
    """JSON that fhir.resources takes, and gives back unchanged."""
    R4B.get_fhir_model_class(written["resourceType"]).model_validate_json(json.dumps(written))
    again = R4B.get_fhir_model_class(written["resourceType"]).model_validate(written).model_dump(mode="json")
    assert set(again) == set(written)


PEOPLE = people()


@pytest.mark.parametrize("index", range(len(PEOPLE)), ids=[name for name, _ in PEOPLE])
def test_guidance_of_every_person_against_fhir_resources(index: int) -> None:
    answer = person.check(person.record(record_of(PEOPLE[index][1])))
    written = guidance_response(answer, subject="Patient/p1", when=WHEN)
    _valid(written)
    unknown = "unknown" in (answer.eligible, answer.next_dose.action)
    assert written["status"] == ("data-required" if unknown else "data-requested" if answer.missing else "success")
    assert [one["id"] for one in written.get("dataRequirement", [])] == [one.name for one in answer.missing]
    (contained,) = written["contained"]
    values = {one["name"]: one for one in contained["parameter"]}
    assert values["nextDose"]["valueCode"] == answer.next_dose.action
    assert values["eligible"]["valueCode"] == answer.eligible
    if answer.next_dose.dose_mg is not None:
        assert values["dose"]["valueQuantity"]["value"] == answer.next_dose.dose_mg
    told = [one for one in contained["parameter"] if one["name"] == "doseReason"]
    assert len(told) == len(answer.next_dose.reasons) + len(answer.next_dose.statements)
    assert answer.disclaimer in [one["text"] for one in written["note"]]


def test_guidance_says_where_missing_values_are_found() -> None:
    answer = person.check(person.record({"history": {"disease_stage": "early"}, "doses": []}), on=ON)
    found = {one["id"]: one for one in guidance_response(answer, subject=None, when=WHEN)["dataRequirement"]}
    codes = {one["code"] for one in found["platelets"]["codeFilter"][0]["code"]}
    assert "777-3" in codes
    assert {one["code"] for one in found["her2_positive"]["codeFilter"][0]["code"]} >= {"85319-2", "85318-4"}
    assert found["medicines"]["type"] == "MedicationStatement"
    assert found["neoadjuvant_taxane"]["type"] == "MedicationAdministration"


def test_what_is_asked_for_is_what_is_read() -> None:
    """A laboratory that sends what the data requirement asks for is understood."""
    answer = person.check(person.record({"history": {"disease_stage": "early"}, "doses": []}), on=ON)
    for one in guidance_response(answer, subject=None, when=WHEN)["dataRequirement"]:
        for code in one.get("codeFilter", [{"code": []}])[0]["code"]:
            holder = {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"},
                      "code": {"coding": [code]}}
            read = read_bundle(bundle(holder), on=ON)
            assert not any("not one that is read" in ignored.why for ignored in read.ignored), code


def test_types_of_data_requirements_are_types_of_resources() -> None:
    assert {one["type"] for one in document()["needed"].values()} <= set(document()["resource_types"])


def test_a_time_needs_its_zone() -> None:
    answer = person.check(person.record({}), on=ON)
    with pytest.raises(FhirError, match="time zone"):
        guidance_response(answer, subject=None, when=WHEN.replace(tzinfo=None))
    with pytest.raises(FhirError, match="time zone"):
        risk_assessment({}, subject="Patient/p1", when=WHEN.replace(tzinfo=None))


def _share(of_100: float, **more: Any) -> dict[str, Any]:
    share = {"of_100": of_100, "chance95_of_100": [of_100 / 2, of_100], "plausible_of_100": None, "in_trial": None}
    return share | more


def _expectation() -> dict[str, Any]:
    seen = {"of_100": 28.0, "role": "predicted", "source": "emilia", "read": "read"}
    outcome = {"name": "thrombocytopenia", "share": _share(30.0, in_trial=seen, plausible_of_100=[20.0, 41.0]),
               "severe": _share(12.0), "at_month": None}
    held = {"name": "progression_free", "share": _share(55.5), "severe": None, "at_month": 12.0}
    return {"setting": "metastatic", "trial": "emilia", "known": {"age_year": 51.0}, "outside": ["weight_kg"],
            "patients": 512, "seed": 1, "effects": [outcome], "laboratory": [], "treatment": [], "disease": [held]}


def test_risk_assessment_against_fhir_resources_and_the_expectation() -> None:
    written = risk_assessment(_expectation(), subject="Patient/p1", when=WHEN)
    _valid(written)
    found = {one["outcome"]["text"]: one["probabilityDecimal"] for one in written["prediction"]}
    assert found == {"thrombocytopenia": 30.0, "thrombocytopenia, grade 3 or worse": 12.0,
                     "progression free, at month 12": 55.5}
    assert "trial saw 28.0" in written["prediction"][0]["rationale"]
    assert "mitigation" not in written
    assert any("extrapolates" in one["text"] for one in written["note"])


def test_survival_is_told_only_where_the_expectation_holds_it() -> None:
    alive = {"name": "alive", "share": _share(80.0), "severe": None, "at_month": 24.0}
    without = risk_assessment(_expectation(), subject="Patient/p1", when=WHEN)
    assert not any("alive" in one["outcome"]["text"] for one in without["prediction"])
    told = risk_assessment(_expectation() | {"survival": [alive]}, subject="Patient/p1", when=WHEN)
    assert any("alive" in one["outcome"]["text"] for one in told["prediction"])


@pytest.mark.parametrize("change", [{"effects": [{"name": "x", "share": _share(130.0), "severe": None}]}])
def test_a_share_over_100_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(FhirError, match="between 0 and 100"):
        risk_assessment(_expectation() | change, subject="Patient/p1", when=WHEN)
    with pytest.raises(FhirError, match="Expectation"):
        risk_assessment({"setting": "early"}, subject="Patient/p1", when=WHEN)


def test_the_names_of_an_expectation_are_those_that_are_read() -> None:
    assert {"effects", "laboratory", "treatment", "disease", "survival"} <= set(
        forecast.Expectation.__dataclass_fields__)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_bundles_give_valid_guidance(name: str) -> None:
    read = read_bundle(public(name), on=ON)
    _valid(guidance_response(person.check(read.record, on=ON), subject="Patient/1", when=WHEN))


def test_resources_of_our_tests_against_fhir_resources() -> None:
    """What the reader is tested with is FHIR R4."""
    for one in FULL["entry"]:
        R4B.get_fhir_model_class(one["resource"]["resourceType"]).model_validate(one["resource"])


def test_types_of_resources_against_fhir_resources() -> None:
    known = set(document()["resource_types"])
    for name in ("Patient", "Observation", "MedicationRequest", "GuidanceResponse", "Citation", "NutritionProduct"):
        assert name in known
        assert R4B.get_fhir_model_class(name)
    assert "MedicationUsage" not in known


def test_every_code_has_a_mark_and_a_system() -> None:
    codes = document()
    for group in ("observations", "answers", "conditions", "procedures", "adverse_events"):
        for name, raw in codes[group].items():
            for system in set(raw) - {"words", "ever", "now", "ask"}:
                assert system in codes["systems"], (group, name, system)
                assert set(raw[system].values()) <= {"read", "secondary", "recall"}, (group, name)
