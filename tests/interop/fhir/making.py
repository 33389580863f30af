"""Small FHIR R4 resources and bundles for the tests, and the three public bundles."""

from __future__ import annotations

import copy
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

BUNDLES = Path(__file__).parent / "bundles"
ON = date(2026, 11, 25)
YESTERDAY = "2026-11-24"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
POSITIVE, NEGATIVE, EQUIVOCAL = "10828004", "260385009", "42425007"
SUBJECT = {"reference": "Patient/p1"}
PUBLIC = ("mcode_omop_synthea_53f3587e", "pathways_synthea_T0_patient", "trialmatching_patient01")

Json = dict[str, Any]


def public_text(name: str) -> bytes:
    packed = BUNDLES / f"{name}.json.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (BUNDLES / f"{name}.json").read_bytes()


def public(name: str) -> Json:
    return json.loads(public_text(name))


def concept(system: str, code: str, text: str | None = None) -> Json:
    return {"coding": [{"system": system, "code": code}]} | ({"text": text} if text else {})


def patient(**more: Any) -> Json:
    return {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1975-05-05",
            "name": [{"family": "Secretname"}], "identifier": [{"system": "urn:h", "value": "MRN-4711"}]} | more


def observation(code: str, identity: str = "o1", when: str | None = YESTERDAY, **more: Any) -> Json:
    found = {"resourceType": "Observation", "id": identity, "status": "final", "code": concept(LOINC, code),
             "subject": SUBJECT}
    return found | ({"effectiveDateTime": when} if when else {}) | more


def quantity(value: float, unit: str, **more: Any) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit} | more


def lab(code: str, value: float, unit: str, identity: str = "o1", when: str | None = YESTERDAY,
        upper: float | None = None, **more: Any) -> Json:
    limits = [] if upper is None else [{"high": quantity(upper, unit)}]
    return observation(code, identity, when, valueQuantity=quantity(value, unit),
                       **({"referenceRange": limits} if limits else {}), **more)


def platelets(value: float, identity: str = "o1", when: str | None = YESTERDAY, **more: Any) -> Json:
    return lab("777-3", value, "10*9/L", identity, when, **more)


def coded(code: str, answer: str, identity: str = "o1", system: str = SNOMED, **more: Any) -> Json:
    return observation(code, identity, valueCodeableConcept=concept(system, answer), **more)


def condition(system: str, code: str, identity: str = "c1", **more: Any) -> Json:
    return {"resourceType": "Condition", "id": identity, "code": concept(system, code), "subject": SUBJECT} | more


def state(code: str, kind: str = "ver-status") -> Json:
    return concept(f"http://terminology.hl7.org/CodeSystem/condition-{kind}", code)


def statement(text: str, identity: str = "m1", status: str = "active", **more: Any) -> Json:
    return {"resourceType": "MedicationStatement", "id": identity, "status": status, "subject": SUBJECT,
            "medicationCodeableConcept": {"text": text}} | more


def request(text: str, identity: str = "r1", status: str = "active", **more: Any) -> Json:
    return {"resourceType": "MedicationRequest", "id": identity, "status": status, "intent": "order",
            "subject": SUBJECT, "medicationCodeableConcept": {"text": text}} | more


def administration(text: str, when: str, identity: str = "a1", status: str = "completed", dose: Json | None = None,
                   **more: Any) -> Json:
    found = {"resourceType": "MedicationAdministration", "id": identity, "status": status, "subject": SUBJECT,
             "medicationCodeableConcept": {"text": text}, "effectiveDateTime": when}
    return found | ({"dosage": {"dose": dose}} if dose else {}) | more


def t_dm1(when: str, identity: str = "t1", value: float = 3.6, unit: str = "mg/kg", **more: Any) -> Json:
    found = administration("Kadcyla", when, identity, dose=quantity(value, unit), **more)
    return found | {"medicationCodeableConcept": concept(RXNORM, "1371046")}


def procedure(code: str, when: str, identity: str = "s1", **more: Any) -> Json:
    return {"resourceType": "Procedure", "id": identity, "status": "completed", "code": concept(SNOMED, code),
            "subject": SUBJECT, "performedDateTime": when} | more


def bundle(*resources: Json, who: Json | None = None, **more: Any) -> Json:
    """A collection of a patient and resources; deep copies, so that a test may change it."""
    found = [who or patient(), *resources]
    return copy.deepcopy({"resourceType": "Bundle", "type": "collection",
                          "entry": [{"resource": one} for one in found]} | more)
