"""Measurements: value, unit, day and upper limit of normal, one value a test and day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tdm1.interop.fhir import _bounds, _json
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json
from tdm1.interop.fhir._observations import LAB, Item
from tdm1.interop.fhir._quantity import Quantity, quantity, same
from tdm1.interop.fhir._result import Reading
from tdm1.person import LabTest, Measured, PersonError, convert, lab_tests


@dataclass(frozen=True, slots=True)
class Lab:
    """One measurement that counts."""

    test: LabTest
    day: datetime.date
    quantity: Quantity
    upper_limit: float | None
    measured: Measured
    item: Item

    def entry(self) -> dict[str, Any]:
        """As the record takes it."""
        found: dict[str, Any] = {"test": self.test.name, "value": self.quantity.value, "unit": self.quantity.unit,
                                 "date": self.day}
        return found | ({} if self.upper_limit is None else {"upper_limit": self.upper_limit})


def labs(items: Iterable[Item], reading: Reading) -> list[Lab]:
    """The measurements that count; of several on one day the latest.

    Raises FhirError for a value that cannot be, has no unit or two, and for two values of one moment that differ.
    """
    found: dict[tuple[str, datetime.date], list[Lab]] = {}
    for item in items:
        one = _lab(item, lab_tests()[item.what.removeprefix(LAB)], reading)
        if one is not None:
            found.setdefault((one.test.name, one.day), []).append(one)
    kept = [_latest(group, reading) for group in found.values()]
    for lab in kept:
        reading.use(lab.item.place, f"{lab.test.name} {lab.quantity.value:g} {lab.quantity.unit} on {lab.day}")
    return kept


def _lab(item: Item, test: LabTest, reading: Reading) -> Lab | None:
    place = f"{item.place} valueQuantity"
    raw = _json.one(item.holder, "valueQuantity", item.place)
    written = None if raw is None else quantity(raw, place, test)
    if written is None:
        _no_number(item, test, reading)
        return None
    if item.time is None or item.time.day is None:
        reading.ignore(item.place, f"{test.words} without a full date cannot be put in order", tell=True)
        return None
    if not written.unit:
        raise FhirError(f"{place} unit: it is missing; {test.words} needs one, such as {test.unit}")
    upper = _upper_limit(item, test, written, reading) if test.x_uln else None
    try:
        measured = convert(test, written.value, written.unit, upper)
    except PersonError as error:
        raise FhirError(f"{place}: {error}") from None
    if written.comparator:
        said = f"{test.words} is given as {written.comparator}{written.value:g} {written.unit}"
        use = _bounds.use(test, written.comparator, measured)
        if use == "ignore":
            reading.ignore(item.place, f"{said}; no number, so it is not used", tell=True)
            return None
        if use == "refuse":
            raise FhirError(f"{place} comparator: {said}, and a bound on that side cannot decide; give the number")
        reading.notes.append(f"{item.place}: {said}; the bound counts as the value")
    return Lab(test, item.time.day, written, upper, measured, item)


def _no_number(item: Item, test: LabTest, reading: Reading) -> None:
    """A result without a quantity: refused when a number hides in another form, else not used."""
    for key in ("valueString", "valueInteger", "valueRange", "valueRatio", "valueSampledData"):
        value = item.holder.get(key)
        if value is not None and (not isinstance(value, str) or any(sign.isdigit() for sign in value)):
            raise FhirError(f"{item.place} {key}: give {test.words} as valueQuantity, a number with its unit")
    reading.ignore(item.place, f"{test.words} has no number", tell=True)


def _upper_limit(item: Item, test: LabTest, written: Quantity, reading: Reading) -> float | None:
    """The laboratory's one upper limit of normal, in the unit of the value; None where there is none or several."""
    found: set[float] = set()
    for index, raw in enumerate(_json.many(item.holder, "referenceRange", item.place)):
        place = f"{item.place} referenceRange[{index}]"
        if not _is_normal(raw, place):
            continue
        high = _json.one(raw, "high", place)
        limit = None if high is None else quantity(high, f"{place} high", test)
        if limit is None or limit.comparator:
            continue
        if not limit.unit or same(test, limit.unit) != same(test, written.unit):
            reading.ignore(f"{place} high", "its unit is not that of the value, so it gives no upper limit", tell=True)
            continue
        found.add(limit.value)
    if len(found) > 1:
        reading.ignore(f"{item.place} referenceRange", "several upper limits of normal are given", tell=True)
    return found.pop() if len(found) == 1 else None


def _is_normal(raw: Json, place: str) -> bool:
    """True for a range of normal values; a range without a type is one."""
    kind = _json.one(raw, "type", place)
    codes = [] if kind is None else _json.many(kind, "coding", f"{place} type")
    return not codes or any(one.get("code") == "normal" for one in codes)


def _latest(group: list[Lab], reading: Reading) -> Lab:
    """The value of one test and day that counts: the latest, and a final one before a preliminary of that moment."""
    first = group[0]
    if all(one.measured == first.measured for one in group):
        for one in group[1:]:
            reading.ignore(one.item.place, f"the same as {first.item.place}")
        return first
    instants = [one.item.time.instant for one in group if one.item.time is not None]
    if all(instant is not None for instant in instants):
        last = max(instant for instant in instants if instant is not None)
        latest = [one for one, instant in zip(group, instants, strict=True) if instant == last]
    else:
        latest = group
    final = [one for one in latest if not one.item.preliminary] or latest
    chosen = final[0]
    for one in final[1:]:
        if one.measured != chosen.measured:
            raise FhirError(f"{one.item.place}: {one.test.words} of {one.day} stands at {chosen.item.place} with "
                            "another value and no later time; keep the one that holds")
    for one in group:
        if one is not chosen:
            reading.ignore(one.item.place, f"a later {one.test.words} of {one.day} counts: {chosen.item.place}")
    return chosen
