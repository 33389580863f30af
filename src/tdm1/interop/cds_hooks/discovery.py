"""The discovery document: which services there are, and the data that each asks to be sent along."""

from __future__ import annotations

from functools import cache
from typing import Any

from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.person import lab_tests

#: Service by its id: the hook that calls it. The ids are part of clients' configurations and never change.
HOOKS = {
    "tdm1-patient-view": "patient-view",
    "tdm1-order-select": "order-select",
    "tdm1-order-sign": "order-sign",
}
_LOINC = "http://loinc.org"
_CODES = "codes.yaml"
_PATIENT = "{{context.patientId}}"
_TITLES = {
    "tdm1-patient-view": (
        "T-DM1: the next dose",
        "For a patient with HER2-positive disease or doses of ado-trastuzumab emtansine: the label's indication, what "
        "must be known, the next dose by the label's rules, and the medicines that matter beside it.",
    ),
    "tdm1-order-select": (
        "T-DM1: an order is chosen",
        "When ado-trastuzumab emtansine is ordered: the label's indication and the next dose by its rules. When "
        "another medicine is ordered for a patient who has it: what the label says of that medicine.",
    ),
    "tdm1-order-sign": (
        "T-DM1: an order is signed",
        "The same as for a chosen order, with the ordered dose set beside the one that the label's rules give.",
    ),
}
_USE = (
    "Research software, not a medical device. It answers from the data in the request alone and calls no FHIR server; "
    "prefetch key 'patient' is needed, and what is not sent is listed as needed."
)


def _observations(codes: list[str]) -> str:
    return f"Observation?patient={_PATIENT}&code={','.join(f'{_LOINC}|{code}' for code in codes)}"


def _tumour_codes() -> list[str]:
    """LOINC codes of what an observation may tell beside laboratory values: HER2, stage, ECOG, pregnancy."""
    document: dict[str, Any] = parse_yaml(ROOT.joinpath(_CODES).read_text("utf-8"), _CODES)
    observations: dict[str, dict[str, dict[str, str]]] = document["observations"]
    return list(dict.fromkeys(code for one in observations.values() for code in one.get("loinc", {})))


@cache
def prefetch_templates() -> dict[str, str]:
    """FHIR queries by prefetch key; `patient` is the one that is needed."""
    laboratory = list(dict.fromkeys(code for test in lab_tests().values() for code in test.loinc))
    return {
        "patient": f"Patient/{_PATIENT}",
        "laboratory": _observations(laboratory),
        "tumour": _observations(_tumour_codes()),
        "conditions": f"Condition?patient={_PATIENT}",
        "procedures": f"Procedure?patient={_PATIENT}",
        "orders": f"MedicationRequest?patient={_PATIENT}&_include=MedicationRequest:medication",
        "statements": f"MedicationStatement?patient={_PATIENT}&_include=MedicationStatement:medication",
        "administrations": f"MedicationAdministration?patient={_PATIENT}&_include=MedicationAdministration:medication",
    }


def discovery() -> dict[str, Any]:
    """The answer to `GET /cds-services`, as CDS Hooks 2.0 asks for it."""
    return {
        "services": [
            {
                "hook": hook, "id": name, "title": _TITLES[name][0], "description": _TITLES[name][1],
                "prefetch": prefetch_templates(), "usageRequirements": _USE,
            }
            for name, hook in HOOKS.items()
        ]
    }
