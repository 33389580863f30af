"""The one Patient of a bundle: sex and birth date, and whether another resource is about the same person."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from tdm1.evidence import nearest
from tdm1.interop.fhir import _codes, _json, _times
from tdm1.interop.fhir._bundle import Entry, reference, unreadable
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json

_BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
_SEXES = {"F": "female", "M": "male"}


@dataclass(frozen=True, slots=True)
class Patient:
    """The entry of the patient, and what of other resources means this person."""

    entry: Entry
    identifiers: frozenset[tuple[str, str]]

    def own(self, entry: Entry) -> None:
        """Refuses a resource about somebody else, or about nobody that is named."""
        key = "patient" if entry.kind == "AllergyIntolerance" else "subject"
        raw = _json.one(entry.resource, key, entry.place)
        if raw is None:
            raise FhirError(f"{entry.place} {key}: it is missing, so whose this is cannot be told")
        written = reference(entry.resource, key, entry.place)
        if written is None:
            identifier = _json.one(raw, "identifier", f"{entry.place} {key}")
            if identifier is not None and _identifier(identifier) in self.identifiers:
                return
        elif self.means(written):
            return
        raise FhirError(f"{entry.place} {key}: it does not point to the Patient of this bundle ({self.entry.place}); "
                        "give one person's resources only")

    def means(self, written: str) -> bool:
        """True when a reference means this person."""
        names = self.entry.names
        return written in names or (written.startswith("http") and "/".join(written.split("/")[-2:]) in names)


def _identifier(raw: Json) -> tuple[str, str]:
    return str(raw.get("system", "")), str(raw.get("value", ""))


def patient_of(found: list[Entry]) -> Patient:
    """The one Patient. Raises FhirError when there is none, or more than one."""
    patients = [entry for entry in found if entry.kind == "Patient"]
    if not patients:
        raise FhirError("Bundle entry: no Patient is in the bundle; give exactly one")
    if len(patients) > 1:
        places = ", ".join(entry.place for entry in patients[:3])
        raise FhirError(f"Bundle entry: {len(patients)} Patients are in the bundle ({places}); give one at a time")
    (entry,) = patients
    unreadable(entry.resource, entry.place)
    raw = _json.many(entry.resource, "identifier", entry.place)
    return Patient(entry, frozenset(_identifier(one) for one in raw if one.get("value")))


def about(patient: Patient, on: datetime.date, notes: list[str]) -> dict[str, Any]:
    """Sex and birth date, as the record takes them; what is not known is left out.

    Raises FhirError for a birth date that cannot be, a gender that is no word of FHIR, and a person who has died.
    """
    resource, place = patient.entry.resource, patient.entry.place
    if resource.get("deceasedBoolean") is True or resource.get("deceasedDateTime") is not None:
        raise FhirError(f"{place} deceased: the person has died; there is no next dose")
    found: dict[str, Any] = {}
    sex = _sex(resource, place, notes)
    if sex is not None:
        found["sex"] = sex
    born = _times.field(resource, "birthDate", place, on)
    if born is not None and born.day is not None:
        found["birth_date"] = born.day
    elif born is not None:
        notes.append(f"{place} birthDate: {born.text} is no full date, so the age is not known")
    return found


def _sex(resource: Json, place: str, notes: list[str]) -> str | None:
    """Sex for questions of pregnancy: that of birth where it is told, else the administrative gender."""
    gender = _json.text(resource, "gender", place)
    known: list[str] = _codes.document()["statuses"]["gender"]
    if gender is not None and gender not in known:
        raise FhirError(f"{place} gender: '{gender}' is no word of FHIR for it{nearest(gender, known)}"
                        f" (known: {', '.join(known)})")
    birth = next((one.get("valueCode") for one in _json.many(resource, "extension", place)
                  if one.get("url") == _BIRTH_SEX), None)
    at_birth = _SEXES.get(birth) if isinstance(birth, str) else None
    if at_birth is not None and gender in _SEXES.values() and gender != at_birth:
        notes.append(f"{place}: sex at birth counts for the questions about pregnancy")
    return at_birth or (gender if gender in _SEXES.values() else None)
