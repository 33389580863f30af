"""The answer of `tdm1 check` as a FHIR R4 GuidanceResponse, its parts in contained Parameters."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from tdm1.interop.fhir import _codes
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json
from tdm1.person import Check, Needed, Sourced, Warned, lab_tests

#: What asked for the answer, where the caller names no module of its own.
MODULE_URI = "urn:tdm1:check"
_UCUM = "http://unitsofmeasure.org"
_ANSWER = "answer"
_OBSERVATION = "Observation"
_LOINC = "loinc"


def guidance_response(
    check: Check, *, subject: str | None, when: datetime.datetime, module_uri: str = MODULE_URI
) -> Json:
    """A GuidanceResponse (FHIR R4, JSON) of an answer.

    subject      reference to the patient, such as `Patient/1`; None leaves it out
    when         time of the answer, with its time zone
    module_uri   what gave the answer
    Its status is data-required while eligibility or the next dose cannot be told, data-requested when something that
    could matter is not known, else success; each missing value has a dataRequirement. Raises FhirError for a time
    without a zone. It advises the treating team; it is no order.
    """
    if when.tzinfo is None:
        raise FhirError("when: give the time of the answer with its time zone")
    undecided = check.eligible == "unknown" or check.next_dose.action == "unknown"
    status = "data-required" if undecided else "data-requested" if check.missing else "success"
    found: Json = {
        "resourceType": "GuidanceResponse",
        "contained": [{"resourceType": "Parameters", "id": _ANSWER, "parameter": list(_parameters(check))}],
        "moduleUri": module_uri,
        "status": status,
        "occurrenceDateTime": when.isoformat(timespec="seconds"),
        "note": [{"text": text} for text in (check.next_dose.text, *check.notes, check.disclaimer) if text],
        "outputParameters": {"reference": f"#{_ANSWER}"},
    }
    if subject is not None:
        found["subject"] = {"reference": subject}
    requirements = [_requirement(one) for one in check.missing]
    return found | ({"dataRequirement": requirements} if requirements else {})


def _requirement(needed: Needed) -> Json:
    """Where a missing value is usually found; its name is the id of the element."""
    found: Json = {"id": needed.name}
    test = lab_tests().get(needed.name)
    if test is not None:
        codes = [(_LOINC, code) for code in test.loinc]
        return found | {"type": _OBSERVATION} | _filter(codes)
    rules: dict[str, dict[str, Any]] = _codes.document()["needed"]
    rule = rules.get(needed.name) or next(
        (one for name, one in rules.items() if name.endswith("_") and needed.name.startswith(name)), None
    )
    if rule is None:
        return found | {"type": _OBSERVATION}
    tells = set(rule.get("tells", ()))
    return found | {"type": rule["type"]} | _filter(
        [key for key, name in _codes.meanings("observations").items() if name in tells]
    )


def _filter(codes: Iterable[tuple[str, str]]) -> Json:
    urls: dict[str, list[str]] = _codes.document()["systems"]
    found = [{"system": urls[system][0], "code": code} for system, code in codes]
    return {"codeFilter": [{"path": "code", "code": found}]} if found else {}


def _parameters(check: Check) -> Iterable[Json]:
    dose = check.next_dose
    yield _value("eligible", "Code", check.eligible)
    yield _value("region", "Code", check.region)
    yield _value("on", "Date", check.on.isoformat())
    if check.setting:
        yield _value("setting", "Code", check.setting)
    if check.indication is not None:
        yield _parts("indication", _value("id", "String", check.indication.id),
                     _value("text", "String", check.indication.text), *_source(check.indication))
    yield _value("nextDose", "Code", dose.action)
    for name, number, unit in (("level", dose.level_mg_per_kg, "mg/kg"), ("dose", dose.dose_mg, "mg"),
                               ("wouldBe", dose.would_be_mg_per_kg, "mg/kg")):
        if number is not None:
            quantity = {"value": number, "unit": unit, "system": _UCUM, "code": unit}
            yield {"name": name, "valueQuantity": quantity}
    if dose.earliest is not None:
        yield _value("earliest", "Date", dose.earliest.isoformat())
    if dose.recheck.text:
        yield _value("recheck", "String", dose.recheck.text)
    yield from (_sourced("doseReason", one) for one in (*dose.reasons, *dose.statements))
    yield from (_sourced("eligibilityReason", one) for one in check.reasons)
    yield from (_warned(one) for one in check.warnings)
    yield from (
        _parts("missing", _value("name", "Code", one.name), _value("text", "String", one.text),
               *(_value("neededFor", "Code", purpose) for purpose in one.needed_for))
        for one in check.missing
    )


def _value(name: str, kind: str, value: str) -> Json:
    return {"name": name, f"value{kind}": value}


def _parts(name: str, *parts: Json) -> Json:
    # An empty text is no value in FHIR; the part is left out.
    return {"name": name, "part": [part for part in parts if part.get("valueString") != ""]}


def _source(one: Any) -> tuple[Json, ...]:
    return (_value("source", "Code", one.source), _value("where", "String", one.where),
            _value("read", "Code", one.read))


def _sourced(name: str, one: Sourced) -> Json:
    return _parts(name, _value("id", "String", one.id), _value("text", "String", one.text),
                  _value("answer", "Code", one.answer), {"name": "decides", "valueBoolean": one.decides}, *_source(one),
                  _value("note", "String", one.note))


def _warned(one: Warned) -> Json:
    return _parts("warning", _value("id", "String", one.id), _value("kind", "Code", one.kind),
                  _value("text", "String", one.text), _value("advice", "String", one.advice), *_source(one))
