"""Allergies to T-DM1, adverse events with a CTCAE grade, and pneumonitis found on treatment."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any

from tdm1.interop.fhir import _codes, _json, _times
from tdm1.interop.fhir._bundle import Entry, unreadable
from tdm1.interop.fhir._conditions import Diagnosis
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json
from tdm1.interop.fhir._medicines import T_DM1
from tdm1.interop.fhir._result import Reading
from tdm1.medicines import SYSTEMS, Medicine, recognise

_GRADE = re.compile(r"(?:grade\s*)?([0-5])", re.IGNORECASE | re.ASCII)
_NEVER = ("refuted", "entered-in-error")
#: Longer texts are descriptions, not names of medicines.
_LONGEST_NAME = 100


def allergies(found: list[Entry], reading: Reading) -> dict[str, Any]:
    """Hypersensitivity to T-DM1; yes where it is on record, never no. One to trastuzumab is told."""
    history: dict[str, Any] = {}
    for entry in found:
        codings = _codes.codings(_json.one(entry.resource, "code", entry.place), f"{entry.place} code")
        text = _json.text(_json.one(entry.resource, "code", entry.place) or {}, "text", entry.place)
        names: set[str] = set()
        for coding in codings:
            if coding.url in SYSTEMS:
                names |= set(recognise(Medicine(None, coding.code, coding.url)).ingredients)
        for words in (text, *(coding.display for coding in codings)):
            if words and len(words) <= _LONGEST_NAME:
                names |= set(recognise(Medicine(words)).ingredients)
        own = T_DM1 in names or _codes.in_group("t_dm1", codings)
        if not own and "trastuzumab" not in names:
            reading.ignore(entry.place, "an allergy to something else")
            continue
        verified = _codes.codings(_json.one(entry.resource, "verificationStatus", entry.place), entry.place)
        if any(one.code in _NEVER for one in verified):
            reading.ignore(entry.place, f"verification status {verified[0].code}")
            continue
        unreadable(entry.resource, entry.place)
        reading.patient.own(entry)
        if own:
            history["hypersensitivity_to_t_dm1"] = "yes"
            reading.use(entry.place, "hypersensitivity_to_t_dm1: yes")
        else:
            reading.ignore(entry.place, "a reaction to trastuzumab; was it stopped for good because of it?", tell=True)
    return history


def graded(found: list[Entry], reading: Reading) -> list[dict[str, Any]]:
    """Findings of the dose rules from adverse events that carry a CTCAE grade and a day."""
    findings: list[dict[str, Any]] = []
    for entry in found:
        codings = _codes.codings(_json.one(entry.resource, "event", entry.place), f"{entry.place} event")
        name = _codes.meaning("adverse_events", codings)
        if name is None:
            reading.ignore(entry.place, "its event is not one that is read")
            continue
        unreadable(entry.resource, entry.place)
        reading.patient.own(entry)
        if entry.resource.get("actuality") != "actual":
            reading.ignore(entry.place, "it is not an actual event")
            continue
        time = _times.field(entry.resource, "date", entry.place, reading.on)
        grade = _grade(entry)
        if grade is None or time is None or time.day is None:
            reading.ignore(entry.place, f"{name.replace('_', ' ')} without its CTCAE grade and full date; tell it "
                           "under findings", tell=True)
            continue
        findings.append({"finding": name, "value": grade, "date": time.day})
        reading.use(entry.place, f"{name} {grade} on {time.day}")
    return _worst(findings)


def _worst(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of several grades of one finding and day the worst."""
    found: dict[tuple[str, datetime.date], dict[str, Any]] = {}
    for one in findings:
        key = (one["finding"], one["date"])
        if key not in found or one["value"] > found[key]["value"]:
            found[key] = one
    return list(found.values())


def _grade(entry: Entry) -> int | None:
    """The one grade of the extensions whose address ends in `grade`."""
    grades: set[int] = set()
    for extension in _json.many(entry.resource, "extension", entry.place):
        url = extension.get("url")
        if isinstance(url, str) and url.lower().endswith("grade"):
            found = _GRADE.fullmatch(_written(extension, entry.place))
            if found is None:
                raise FhirError(f"{entry.place} extension: a CTCAE grade is a whole number from 0 to 5")
            grades.add(int(found.group(1)))
    if len(grades) > 1:
        raise FhirError(f"{entry.place} extension: two CTCAE grades; keep one")
    return grades.pop() if grades else None


def _written(extension: Json, place: str) -> str:
    concept = _json.one(extension, "valueCodeableConcept", place)
    coding = _json.one(extension, "valueCoding", place)
    if concept is not None:
        found = _codes.codings(concept, place)
        return found[0].code if found else ""
    if coding is not None:
        return str(coding.get("code", ""))
    value = extension.get("valueInteger", extension.get("valueCode", extension.get("valueString", "")))
    return "" if isinstance(value, bool) else str(value)


def on_treatment(
    found: Sequence[Diagnosis], first_dose: datetime.date | None, reading: Reading
) -> list[dict[str, Any]]:
    """Pneumonitis that began on T-DM1, a finding of the dose rules; before it is history of the lungs."""
    findings: list[dict[str, Any]] = []
    for one in found:
        if not one.pneumonitis or first_dose is None:
            continue
        day = None if one.began is None else one.began.day
        if day is None:
            reading.notes.append(f"{one.place}: pneumonitis without a full date; tell under findings whether it began "
                                 "on T-DM1")
        elif day >= first_dose:
            findings.append({"finding": "pneumonitis", "value": "yes", "date": day})
            reading.use(one.place, f"pneumonitis on {day}")
    return list({one["date"]: one for one in findings}.values())
