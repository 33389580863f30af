"""The medicines among the draft orders: what is ordered, and whether it is T-DM1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from tdm1.interop.cds_hooks._errors import HookError
from tdm1.interop.cds_hooks.request import HookRequest, Resource
from tdm1.medicines import SYSTEMS, Medicine, treatment_classes
from tdm1.person import PersonRecord
from tdm1.person.record import MedicineEntry

_LONGEST_NAME = 300
_DOSE_UNITS = ("mg", "mg/kg")
#: Statuses of FHIR R4 under which nothing is given any more; orders that are signed again may have them.
_TAKEN_BACK = ("cancelled", "stopped", "completed", "entered-in-error")


@dataclass(frozen=True, slots=True)
class Ordered:
    """One ordered medicine.

    selected   newly chosen, or every order where the hook tells no choice
    entry      as it goes into a record; None when it names no medicine that could be read
    t_dm1      it is ado-trastuzumab emtansine
    dose       number and unit (mg or mg/kg) of the first dose instruction, where it has one
    """

    reference: str
    selected: bool
    entry: MedicineEntry | None
    t_dm1: bool
    dose: tuple[float, str] | None

    @property
    def said(self) -> str:
        """What to call it, as the screening does."""
        if self.entry is None:
            return self.reference
        return self.entry.name.strip() if self.entry.name else f"{self.entry.system} {self.entry.code}"


def _dict(raw: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}


def _dicts(raw: Any) -> list[dict[str, Any]]:
    return [_dict(one) for one in cast("list[Any]", raw)] if isinstance(raw, list) else []


def _words(raw: Any) -> str | None:
    return raw.strip()[:_LONGEST_NAME].strip() if isinstance(raw, str) and raw.strip() else None


def _is_known(system: Any, code: Any) -> bool:
    return isinstance(system, str) and system in SYSTEMS and isinstance(code, str) and bool(code)


def _entry(concept: Mapping[str, Any], also: str | None) -> MedicineEntry | None:
    """A medicine of a CodeableConcept: a code of a system we know, and the words."""
    codings = _dicts(concept.get("coding"))
    known = next((one for one in codings if _is_known(one.get("system"), one.get("code"))), {})
    displays = (_words(one.get("display")) for one in (known, *codings))
    name = _words(concept.get("text")) or next((one for one in displays if one), None) or also
    if name is None and not known:
        return None
    return MedicineEntry(name=name, code=known.get("code"), system=known.get("system"))


def _named(order: Resource, others: Iterable[Resource]) -> MedicineEntry | None:
    """The medicine of an order, in place or by reference to a contained or accompanying Medication."""
    concept = order.get("medicationCodeableConcept")
    if isinstance(concept, dict):
        return _entry(cast("dict[str, Any]", concept), None)
    pointer = _dict(order.get("medicationReference"))
    reference, display = pointer.get("reference"), _words(pointer.get("display"))
    inside = [(f"#{one.get('id')}", one) for one in _dicts(order.get("contained"))]
    beside = [(f"Medication/{one.get('id')}", one) for one in others if one.get("resourceType") == "Medication"]
    for address, medication in (*inside, *beside):
        if address == reference:
            return _entry(_dict(medication.get("code")), display)
    return _entry({}, display)


def _dose(order: Resource) -> tuple[float, str] | None:
    for instruction in _dicts(order.get("dosageInstruction"))[:1]:
        for rate in _dicts(instruction.get("doseAndRate"))[:1]:
            quantity = _dict(rate.get("doseQuantity"))
            value, unit = quantity.get("value"), quantity.get("code", quantity.get("unit"))
            if isinstance(value, int | float) and not isinstance(value, bool) and unit in _DOSE_UNITS:
                return float(value), str(unit)
    return None


def _is_t_dm1(entry: MedicineEntry) -> bool:
    return "t_dm1" in treatment_classes(Medicine(name=entry.name, code=entry.code, system=entry.system))


def _stands(order: Resource) -> bool:
    """False for an order that is taken back, or that says what not to give."""
    return order.get("status") not in _TAKEN_BACK and order.get("doNotPerform") is not True


def ordered(request: HookRequest, others: Sequence[Resource] = ()) -> tuple[Ordered, ...]:
    """The medicines among the drafts. `others` are resources that came along and may hold the Medication.

    Raises HookError for a draft of another patient.
    """
    found: list[Ordered] = []
    for index, order in enumerate(request.drafts):
        if order.get("resourceType") != "MedicationRequest" or not _stands(order):
            continue
        place = f"context.draftOrders.entry.{index}"
        subject = _dict(order.get("subject")).get("reference")
        if isinstance(subject, str) and subject.rpartition("Patient/")[2] != request.patient_id:
            raise HookError(f"{place}.subject: it is another patient than the one in context.patientId")
        reference = f"MedicationRequest/{order['id']}" if isinstance(order.get("id"), str) else place
        entry = _named(order, (*request.drafts, *others))
        chosen = request.selections is None or reference in request.selections
        found.append(Ordered(reference, chosen, entry, entry is not None and _is_t_dm1(entry), _dose(order)))
    return tuple(found)


def with_ordered(record: PersonRecord, orders: Sequence[Ordered]) -> PersonRecord:
    """The record with the ordered medicines beside those taken, so that they are screened together.

    T-DM1 itself is not a medicine beside T-DM1. Whether other medicines are taken stays unknown where it was: the
    caller tells so from `record.medicines`.
    """
    more = tuple(one.entry for one in orders if one.entry is not None and not one.t_dm1)
    if not more:
        return record
    return record.model_copy(update={"medicines": (*(record.medicines or ()), *more)})
