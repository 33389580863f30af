"""A bundle read into a record of one person: each part by its own rules, and what was not used told."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from tdm1.interop.fhir import _treatment
from tdm1.interop.fhir._bundle import Entry, Index, entries
from tdm1.interop.fhir._conditions import Diagnosis, diagnoses, told_by
from tdm1.interop.fhir._doses import doses
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._events import allergies, graded, on_treatment
from tdm1.interop.fhir._her2 import her2
from tdm1.interop.fhir._json import Json
from tdm1.interop.fhir._labs import labs
from tdm1.interop.fhir._medicines import Use, medicine_list, uses
from tdm1.interop.fhir._observations import LAB, Item, items
from tdm1.interop.fhir._patient import about, patient_of
from tdm1.interop.fhir._result import BundleRead, Ignored, Reading
from tdm1.interop.fhir._stage import stage
from tdm1.interop.fhir._status import progression, status_of
from tdm1.person import PersonError, record

#: Types of resources that are read; all others are listed as ignored.
READ = (
    "Patient", "Observation", "Condition", "Procedure", "MedicationStatement", "MedicationRequest",
    "MedicationAdministration", "Medication", "AllergyIntolerance", "AdverseEvent",
)
#: Number of an entry in a place.
_ENTRY = re.compile(r"entry\[(\d+)\]")
_HER2 = ("her2_ihc", "her2_ish", "her2_ratio", "her2_copies", "her2_report")
_STAGE = ("stage_group", "m_category", "metastasis_site")


def read_bundle(
    document: Mapping[str, Any], *, on: datetime.date | None = None, region: str | None = None
) -> BundleRead:
    """The record that a FHIR R4 bundle (mCODE or not) holds of its one Patient.

    on       day of the question; today when left out. What is dated after it is an error
    region   whose label will be asked: US, EU or England
    Only what is coded, of a status that counts, and about the Patient is used; nothing missing is filled in. Raises
    FhirError with one sentence that names the place, for what is read and cannot be or contradicts itself.
    """
    day = on or datetime.date.today()
    found = entries(document)
    reading = Reading(day, patient_of(found))
    by_kind: dict[str, list[Entry]] = {}
    for entry in found:
        by_kind.setdefault(entry.kind, []).append(entry)
        if entry.kind not in READ:
            _other(entry, reading)
    person: dict[str, Any] = {"about": about(reading.patient, day, reading.notes)}
    reading.use(reading.patient.entry.place, "sex and birth date")
    by_name: dict[str, list[Item]] = {}
    for item in items(by_kind.get("Observation", []), reading):
        by_name.setdefault(item.what, []).append(item)
    measured = labs([item for name, group in by_name.items() if name.startswith(LAB) for item in group], reading)
    known = diagnoses(by_kind.get("Condition", []), reading)
    taken = uses(found, Index(found), reading)
    given = doses(taken, measured, reading)
    first = min((one["date"] for one in given), default=None) if given else None
    listed = medicine_list(taken, reading)
    person["history"] = _history(by_kind, by_name, known, taken, reading)
    person["labs"] = [one.entry() for one in measured]
    person["findings"] = [
        *graded(by_kind.get("AdverseEvent", []), reading), *on_treatment(known, first, reading),
        *progression(by_name.get("disease_status", []), first, reading),
    ]
    optional = {"doses": given, "medicines": listed, "date": on, "region": region}
    person |= {name: value for name, value in optional.items() if value is not None}
    try:
        read = record(person, place="bundle")
    except PersonError as error:
        raise FhirError(str(error)) from error
    used = sorted(dict.fromkeys(reading.used), key=lambda one: _order(one.place))
    ignored = sorted(dict.fromkeys(reading.ignored), key=lambda one: _order(one.place))
    return BundleRead(read, tuple(used), tuple(ignored), tuple(dict.fromkeys(reading.notes)))


def _order(place: str) -> list[int]:
    """Where a place stands in the bundle."""
    return [int(number) for number in _ENTRY.findall(place)]


def _other(entry: Entry, reading: Reading) -> None:
    """A resource of a type that is not read; a server's complaint is told."""
    if entry.kind == "OperationOutcome":
        reading.ignore(entry.place, "the server reported a problem, so the bundle may not be whole", tell=True)
    else:
        reading.ignored.append(Ignored(entry.place, f"{entry.kind} is not read"))


def _history(
    by_kind: dict[str, list[Entry]], by_name: dict[str, list[Item]], known: list[Diagnosis], taken: list[Use],
    reading: Reading,
) -> dict[str, Any]:
    """Variables of the register of a person. What contradicts itself is left out and told."""
    operated = _treatment.surgery(by_kind.get("Procedure", []), reading)
    positive = [one.place for one in known if one.means == "her2_positive_cancer"]
    staged = stage(_of(by_name, _STAGE), known, operated.done, reading)
    parts: list[Json] = [
        her2(_of(by_name, _HER2), positive, reading),
        staged.history,
        told_by(known, reading),
        status_of(by_name, reading),
        allergies(by_kind.get("AllergyIntolerance", []), reading),
        _treatment.earlier(taken, reading),
        _treatment.for_metastases(taken, staged.metastatic_since, reading),
        _treatment.before_surgery(taken, operated, reading),
    ]
    history: dict[str, Any] = {}
    contradicted: set[str] = set()
    for part in parts:
        for name, value in part.items():
            if history.setdefault(name, value) != value:
                contradicted.add(name)
    for name in sorted(contradicted):
        del history[name]
        reading.notes.append(f"{name}: the bundle says both yes and no, so it counts as not known")
    return history


def _of(by_name: dict[str, list[Item]], names: tuple[str, ...]) -> list[Item]:
    return [item for name in names for item in by_name.get(name, [])]
