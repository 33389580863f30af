"""A FHIR bundle in, GuidanceResponse and RiskAssessment out, through the API."""

from __future__ import annotations

import datetime

from fhir.resources.R4B.guidanceresponse import GuidanceResponse
from fhir.resources.R4B.riskassessment import RiskAssessment
from web.fuzzing import good

from tdm1 import person
from tdm1.interop.fhir import read_bundle

BUNDLE = next(body for address, body in good() if address == "/api/check" and "resourceType" in body)
GUIDANCE = "/api/check/guidance"


def test_a_bundle_is_answered_as_its_record_against_the_functions(client) -> None:
    on = datetime.date(2026, 11, 25)
    answered = client.post("/api/check?on=2026-11-25&region=US", json=BUNDLE).json()
    read = answered.pop("read")
    bundle = read_bundle(BUNDLE, on=on, region="US")
    assert answered == person.check(bundle.record, on=on, region="US").as_dict()
    assert len(read["used"]) == len(bundle.used) > 0
    assert set(read) == {"used", "ignored", "notes"}


def test_a_broken_bundle_names_the_entry(client) -> None:
    patient, platelets = (one["resource"] for one in BUNDLE["entry"])
    quantity = platelets["valueQuantity"] | {"unit": "mg/dL", "code": "mg/dL"}
    entries = [{"resource": patient}, {"resource": platelets | {"valueQuantity": quantity}}]
    broken = BUNDLE | {"entry": entries}
    answered = client.post("/api/check?on=2026-11-25", json=broken)
    assert answered.status_code == 422
    assert answered.json()["error"]["where"].startswith("entry[1]")


def test_guidance_is_a_guidance_response_that_says_what_is_needed(client) -> None:
    answered = client.post(f"{GUIDANCE}?on=2026-11-25&subject=Patient/p", json=BUNDLE)
    assert answered.headers["content-type"] == "application/fhir+json"
    found = GuidanceResponse.model_validate(answered.json())
    assert found.status == "data-required"
    assert found.subject.reference == "Patient/p"
    assert "disease_stage" in {one["id"] for one in answered.json()["dataRequirement"]}


def test_a_subject_that_is_no_patient_is_refused(client) -> None:
    for text in ("p", "Patient/<b>", "Device/1", "Patient/" + "a" * 65):
        answered = client.post(GUIDANCE, params={"subject": text}, json=BUNDLE)
        assert (answered.status_code, answered.json()["error"]["where"]) == (422, "subject")


def test_risk_is_a_risk_assessment_of_the_shares(client, monkeypatch) -> None:
    class Found:
        def as_dict(self, *, survival: bool) -> dict[str, object]:
            share = {"of_100": 31.25, "chance95_of_100": [25.0, 38.0], "plausible_of_100": None, "in_trial": None}
            effect = {"name": "nausea", "share": share, "severe": None, "at_month": None}
            return {"setting": "early", "trial": "katherine", "patients": 64, "effects": [effect]}

    monkeypatch.setattr("tdm1.forecast.expect", lambda *_, **__: Found())
    answered = client.post("/api/expect/risk?subject=Patient/p", json={"setting": "early"})
    found = RiskAssessment.model_validate(answered.json())
    assert float(found.prediction[0].probabilityDecimal) == 31.25
    missing = client.post("/api/expect/risk", json={"setting": "early"})
    assert (missing.status_code, missing.json()["error"]["where"]) == (422, "subject")
