"""Medicines on record: what each is, by code or name, whether it was taken, when, and whether it is taken now."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from tdm1 import evidence
from tdm1.evidence import nearest
from tdm1.interop.fhir import _codes, _json, _times
from tdm1.interop.fhir._bundle import Entry, Index, reference, unreadable
from tdm1.interop.fhir._codes import Coding
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json
from tdm1.interop.fhir._observations import status
from tdm1.interop.fhir._result import Reading
from tdm1.interop.fhir._times import Moment
from tdm1.medicines import SYSTEMS, Medicine, MedicineError, Recognised, ingredients, recognise

T_DM1 = "trastuzumab emtansine"
_KINDS = ("MedicationStatement", "MedicationRequest", "MedicationAdministration")


@dataclass(frozen=True, slots=True)
class Use:
    """One medicine on record.

    given    it shows that the medicine was taken
    listed   it stands in a list of medicines, as against one administration
    taken    it is taken now
    """

    entry: Entry
    status: str
    medicine: Recognised
    given: bool
    listed: bool
    taken: bool
    start: Moment | None
    end: Moment | None

    @property
    def t_dm1(self) -> bool:
        """Is it T-DM1, also misspelt."""
        return T_DM1 in self.medicine.ingredients

    @property
    def treats(self) -> frozenset[str]:
        """What it counts as, as treatment of the cancer: taxane, trastuzumab, her2, …"""
        known = ingredients()
        return frozenset(one for name in self.medicine.ingredients for one in known[name].treats)


def uses(found: list[Entry], index: Index, reading: Reading) -> list[Use]:
    """The medicines that count. Raises FhirError for one of another person, one that is not named, or another release.

    What was entered in error, not taken, not done, cancelled or only planned is left out.
    """
    kept: list[Use] = []
    for entry in found:
        if entry.kind not in _KINDS:
            continue
        if "medication" in entry.resource:
            raise FhirError(f"{entry.place} medication: this is FHIR R5; give R4, with medicationCodeableConcept or "
                            "medicationReference")
        taken_as: list[str] = _codes.taken_as(entry.kind)[status(entry, entry.kind)]
        why = f"status {entry.resource['status']}" if not taken_as else _only_planned(entry)
        if why:
            reading.ignore(entry.place, why)
            continue
        unreadable(entry.resource, entry.place)
        reading.patient.own(entry)
        start, end = _when(entry, reading)
        for medicine in _named(entry, index):
            over = end is not None and end.first < reading.on and entry.kind == "MedicationStatement"
            kept.append(Use(entry, str(entry.resource["status"]), recognise(medicine), "given" in taken_as,
                            "listed" in taken_as, "taken" in taken_as and not over, start, end))
    return kept


def _only_planned(entry: Entry) -> str:
    """Why a request is no order that stands; empty where it is one."""
    if entry.kind != "MedicationRequest":
        return ""
    intent = _json.text(entry.resource, "intent", entry.place)
    known = _codes.taken_as("intent")
    if intent not in known:
        raise FhirError(f"{entry.place} intent: {_json.shown(intent)} is no intent of FHIR R4"
                        f"{nearest(intent or '', known)} (known: {', '.join(known)})")
    if entry.resource.get("doNotPerform") is True:
        return "an order not to give it"
    return "" if known[intent] else f"intent {intent}: not an order"


def _when(entry: Entry, reading: Reading) -> tuple[Moment | None, Moment | None]:
    """First and last day as far as told. Of an order it is the day on which it was written."""
    resource, place = entry.resource, entry.place
    if entry.kind == "MedicationRequest":
        return _times.field(resource, "authoredOn", place, reading.on), None
    start, end = _times.period(resource, "effectivePeriod", place, reading.on)
    return _times.field(resource, "effectiveDateTime", place, reading.on) or start, end


def _named(entry: Entry, index: Index) -> list[Medicine]:
    """The medicine, or the ingredients of one that has no code of its own."""
    place = f"{entry.place} medicationCodeableConcept"
    concept = _json.one(entry.resource, "medicationCodeableConcept", entry.place)
    if concept is not None:
        return [_medicine(concept, place)]
    place = f"{entry.place} medicationReference"
    written = reference(entry.resource, "medicationReference", entry.place)
    target = None if written is None else index.find(written, entry)
    if target is None:
        display = _json.text(_json.one(entry.resource, "medicationReference", entry.place) or {}, "display", place)
        if display is not None:
            return [_medicine({"text": display}, place)]
        raise FhirError(f"{place}: the medicine that it points to is not in the bundle; which medicine is it?")
    if target.get("status") == "entered-in-error":
        raise FhirError(f"{place}: the Medication that it points to was entered in error; which medicine is it?")
    code = _json.one(target, "code", place)
    if code is not None:
        return [_medicine(code, f"{place} code")]
    parts = [(f"{place} ingredient[{number}]", part) for number, part in enumerate(
        _json.many(target, "ingredient", place))]
    concepts = [(at, _json.one(part, "itemCodeableConcept", at)) for at, part in parts]
    found = [_medicine(one, at) for at, one in concepts if one is not None]
    if not found:
        raise FhirError(f"{place}: the Medication that it points to has no code and no ingredient; which is it?")
    return found


def _medicine(concept: Json, place: str) -> Medicine:
    codings = _codes.codings(concept, place)
    name = _json.text(concept, "text", place) or next((one.display for one in codings if one.display), None)
    if _codes.in_group("t_dm1", codings):
        return Medicine(T_DM1)
    coded = [one for one in codings if one.url in SYSTEMS]
    best = next((one for one in coded if _known(one)), coded[0] if coded else None)
    if best is None and name is None:
        raise FhirError(f"{place}: no name and no code of a known system; which medicine is it?")
    try:
        return Medicine(name, None if best is None else best.code, None if best is None else SYSTEMS[best.url])
    except MedicineError as error:
        raise FhirError(f"{place}: {error}") from None


def _known(coding: Coding) -> bool:
    return recognise(Medicine(None, coding.code, SYSTEMS[coding.url])).by == "code"


def medicine_list(found: list[Use], reading: Reading) -> list[dict[str, Any]] | None:
    """The list of medicines as the record takes it, T-DM1 itself left out; None where the bundle holds no list."""
    recent = datetime.timedelta(days=evidence.value("fhir.administration_recent", "day"))
    entries: dict[tuple[Medicine, bool], dict[str, Any]] = {}
    told: list[tuple[str, str]] = []
    is_list = False
    for use in found:
        if use.t_dm1:
            continue
        day = None if use.start is None else use.start.day
        administered = use.entry.kind == "MedicationAdministration"
        now = use.taken or (administered and (day is None or reading.on - day <= recent))
        is_list |= use.listed or now
        given = use.medicine.given
        entry: dict[str, Any] = {"name": given.name, "code": given.code, "system": given.system, "active": now}
        stopped = (use.end.day if use.end is not None else day if administered else None) if not now else None
        merged = entries.setdefault((given, now), entry)
        if day is not None:
            merged["started"] = min(day, merged.get("started", day))
        if stopped is not None:
            merged["stopped"] = max(stopped, merged.get("stopped", stopped))
        told.append((use.entry.place, f"medicine, {'taken now' if now else 'not taken now'}: {given.said[:60]}"))
    if not is_list:
        return None
    for place, what in told:
        reading.use(place, what)
    reading.notes.append("the medicines are those of the bundle; ask about others, vitamins, herbal and "
                         "over-the-counter ones included")
    return [{key: value for key, value in entry.items() if value is not None} for entry in entries.values()]
