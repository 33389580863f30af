"""Requests as a clinic's system sends them, with a patient who has had three doses of T-DM1. Made up for the tests."""

from __future__ import annotations

import datetime
import json
import uuid
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).parent / "schemas"
PATIENT = "p1"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
TODAY = datetime.date.today()
#: LOINC, value, unit and upper limit of the blood tests.
BLOOD = {
    "platelets": ("777-3", 210, "10*9/L", None), "alt": ("1742-6", 22, "U/L", 40), "ast": ("1920-8", 25, "U/L", 40),
    "bilirubin": ("1975-2", 0.6, "mg/dL", 1.2),
}


def conforms(document: Any, schema: str) -> None:
    """Raise where a document is not as the specification says."""
    rules = json.loads((SCHEMAS / f"{schema}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(document)


def days_ago(count: int) -> str:
    return (TODAY - datetime.timedelta(days=count)).isoformat()


def subject() -> dict[str, str]:
    return {"reference": f"Patient/{PATIENT}"}


def searchset(*found: dict[str, Any], more: bool = False) -> dict[str, Any]:
    bundle: dict[str, Any] = {
        "resourceType": "Bundle", "type": "searchset", "total": len(found),
        "entry": [{"resource": one, "search": {"mode": "match"}} for one in found],
    }
    if more:
        bundle["link"] = [{"relation": "next", "url": "https://fhir.example.org/next"}]
    return bundle


def observation(
    name: str, code: str, value: float, unit: str, upper: float | None = None, ago: int = 1
) -> dict[str, Any]:
    quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    found: dict[str, Any] = {
        "resourceType": "Observation", "id": name, "status": "final", "subject": subject(),
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "effectiveDateTime": days_ago(ago),
        "valueQuantity": quantity,
    }
    if upper is not None:
        found["referenceRange"] = [{"high": quantity | {"value": upper}}]
    return found


def her2() -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": "her2", "status": "final", "subject": subject(),
        "code": {"coding": [{"system": "http://loinc.org", "code": "85319-2"}]}, "effectiveDateTime": days_ago(400),
        "valueCodeableConcept": {
            "coding": [{"system": "http://snomed.info/sct", "code": "10828004"}], "text": "Positive",
        },
    }


def condition(name: str, code: str) -> dict[str, Any]:
    systems = {
        "clinicalStatus": ("condition-clinical", "active"), "verificationStatus": ("condition-ver-status", "confirmed"),
    }
    return {
        "resourceType": "Condition", "id": name, "subject": subject(),
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
    } | {
        key: {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": value}]}
        for key, (system, value) in systems.items()
    }


def medicine(kind: str, name: str, text: str, code: str | None, status: str, **more: Any) -> dict[str, Any]:
    concept: dict[str, Any] = {"text": text}
    if code is not None:
        concept["coding"] = [{"system": RXNORM, "code": code, "display": text}]
    return {
        "resourceType": kind, "id": name, "status": status, "subject": subject(), "medicationCodeableConcept": concept
    } | more


def dose(number: int, ago: int) -> dict[str, Any]:
    return medicine(
        "MedicationAdministration", f"dose{number}", "Kadcyla", "1371046", "completed", effectiveDateTime=days_ago(ago),
        dosage={"dose": {"value": 3.6, "unit": "mg/kg", "system": "http://unitsofmeasure.org", "code": "mg/kg"}},
    )


def prefetch(**blood: float) -> dict[str, Any]:
    """What is sent along for a woman with metastatic HER2-positive disease; `blood` changes values."""
    values = {name: (code, blood.get(name, value), unit, upper) for name, (code, value, unit, upper) in BLOOD.items()}
    return {
        "patient": {"resourceType": "Patient", "id": PATIENT, "gender": "female", "birthDate": "1958-03-04",
                    "name": [{"family": "Verysecret", "given": ["Unmistakable"]}]},
        "laboratory": searchset(
            *(observation(name, *one) for name, one in values.items()), observation("lvef", "10230-1", 61, "%", ago=40),
            observation("weight", "29463-7", 70, "kg"),
        ),
        "tumour": searchset(her2()),
        "conditions": searchset(condition("cancer", "254837009"), condition("liver", "94381002")),
        "procedures": None,
        "orders": None,
        "statements": searchset(medicine("MedicationStatement", "m1", "paracetamol 500 mg", None, "active")),
        "administrations": searchset(dose(1, 63), dose(2, 42), dose(3, 21)),
    }


def order(
    text: str, code: str | None = None, name: str = "o1", amount: tuple[float, str] | None = None
) -> dict[str, Any]:
    more: dict[str, Any] = {"intent": "order"}
    if amount is not None:
        quantity = {"value": amount[0], "unit": amount[1], "system": "http://unitsofmeasure.org", "code": amount[1]}
        more["dosageInstruction"] = [{"doseAndRate": [{"doseQuantity": quantity}]}]
    return medicine("MedicationRequest", name, text, code, "draft", **more)


def t_dm1(amount: tuple[float, str] | None = None) -> dict[str, Any]:
    return order("ado-trastuzumab emtansine", "1371041", "tdm1", amount)


def request(
    hook: str, sent: dict[str, Any] | None, *drafts: dict[str, Any], selected: list[str] | None = None
) -> dict[str, Any]:
    context: dict[str, Any] = {"userId": "Practitioner/example", "patientId": PATIENT}
    if hook != "patient-view":
        context["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": one} for one in drafts]}
    if hook == "order-select":
        context["selections"] = selected or [f"MedicationRequest/{one['id']}" for one in drafts]
    made: dict[str, Any] = {"hook": hook, "hookInstance": str(uuid.uuid4()), "context": context}
    if sent is not None:
        made["prefetch"] = sent
    conforms(made, "request")
    return made
