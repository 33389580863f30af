"""Which Observations are read: those with a known code, about the patient, of a status that counts, with their time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tdm1.evidence import nearest
from tdm1.interop.fhir import _codes, _json, _times
from tdm1.interop.fhir._bundle import Entry, unreadable
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json
from tdm1.interop.fhir._result import Reading
from tdm1.interop.fhir._times import Moment
from tdm1.person import lab_tests

#: Start of the name of an item that is a measurement, before the test's own name.
LAB = "lab:"


@dataclass(frozen=True, slots=True)
class Item:
    """One result: what it tells, the object with its value (an Observation or a component), place, time, status."""

    what: str
    holder: Json
    place: str
    time: Moment | None
    preliminary: bool


@cache
def _measurements() -> dict[str, str]:
    return {code: f"{LAB}{test.name}" for test in lab_tests().values() for code in test.loinc}


def _tells(holder: Json, place: str) -> str | None:
    """What the code of an Observation or component says that it tells; None where it is not read."""
    found = _codes.codings(_json.one(holder, "code", place), f"{place} code")
    for coding in found:
        if coding.system == "loinc" and coding.code in _measurements():
            return _measurements()[coding.code]
    return _codes.meaning("observations", found)


def status(entry: Entry, kind: str) -> str:
    """The status of a resource. Raises FhirError for one that is missing or no word of FHIR."""
    found = _json.text(entry.resource, "status", entry.place)
    known = _codes.taken_as(kind)
    if found is None:
        raise FhirError(f"{entry.place} status: it is missing, so it cannot be told whether this counts")
    if found not in known:
        hint = nearest(found, known)
        raise FhirError(f"{entry.place} status: '{found[:40]}' is no status of {kind} in FHIR R4{hint}")
    return found


def _time(entry: Entry, reading: Reading) -> Moment | None:
    """When it was measured: the effective time, the end of the period, else when it was issued."""
    resource, place = entry.resource, entry.place
    for key in ("effectiveDateTime", "effectiveInstant"):
        found = _times.field(resource, key, place, reading.on)
        if found is not None:
            return found
    start, end = _times.period(resource, "effectivePeriod", place, reading.on)
    if end is not None and end.first <= reading.on:
        return end
    return start or _times.field(resource, "issued", place, reading.on)


def _other(entry: Entry, reading: Reading) -> bool:
    """True when the result is about somebody else on the patient's record: a child, a donor, a relative."""
    for focus in _json.many(entry.resource, "focus", entry.place):
        written = focus.get("reference")
        if isinstance(written, str) and written.startswith(("Patient/", "RelatedPerson/")):
            return not reading.patient.means(written)
    return False


def items(found: list[Entry], reading: Reading) -> list[Item]:
    """The results that count, in the order of the bundle. Raises FhirError for one that cannot be read rightly."""
    results: list[Item] = []
    for entry in found:
        holders = [("", entry.resource)]
        holders += [(f" component[{index}]", one)
                    for index, one in enumerate(_json.many(entry.resource, "component", entry.place))]
        told = [(suffix, holder, _tells(holder, entry.place + suffix)) for suffix, holder in holders]
        known = [(suffix, holder, what) for suffix, holder, what in told if what is not None]
        if not known:
            reading.ignore(entry.place, "its code is not one that is read")
            continue
        state = status(entry, "Observation")
        if not _codes.taken_as("Observation")[state]:
            reading.ignore(entry.place, f"status {state}")
            continue
        unreadable(entry.resource, entry.place)
        reading.patient.own(entry)
        if _other(entry, reading):
            reading.ignore(entry.place, "its focus is another person")
            continue
        time = _time(entry, reading)
        if state == "preliminary":
            reading.notes.append(f"{entry.place}: a preliminary result was read")
        for suffix, holder, what in known:
            place = entry.place + suffix
            if holder.get("dataAbsentReason") is not None:
                reading.ignore(place, "it says that the value is absent")
            elif suffix or any(key.startswith("value") for key in holder) or holder.get("interpretation"):
                results.append(Item(what, holder, place, time, state == "preliminary"))
            else:
                reading.ignore(place, "it has no value of its own")
    return results
