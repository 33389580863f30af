"""T-DM1 doses given so far, from administrations; unknown as soon as one of them cannot be told for sure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from tdm1.interop.fhir import _json
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._labs import Lab
from tdm1.interop.fhir._medicines import Use
from tdm1.interop.fhir._quantity import quantity
from tdm1.interop.fhir._result import Reading

_LEVELS = {"mg/kg": "level_mg_per_kg", "mg": "dose_mg"}


def doses(found: Sequence[Use], labs: Sequence[Lab], reading: Reading) -> list[dict[str, Any]] | None:
    """Doses as the record takes them: empty before the first one, None where they are not known.

    Empty only where treatment of the cancer is on record and none of it is T-DM1. Raises FhirError for a dose in a unit
    that is none, and for two doses of one day that differ.
    """
    own = [use for use in found if use.t_dm1]
    if not own:
        if not any(use.treats for use in found):
            return None
        reading.notes.append("treatment of the cancer is on record and none of it is T-DM1, so no dose counts as "
                             "given; correct it if T-DM1 was given elsewhere")
        return []
    given = [use for use in own if use.entry.kind == "MedicationAdministration"]
    if not given:
        reading.notes.append(f"{own[0].entry.place}: T-DM1 is on record without its administrations, so the doses "
                             "given are not known")
        return None
    by_day: dict[datetime.date, tuple[dict[str, Any], Use]] = {}
    for use in given:
        one = _dose(use, labs, reading)
        if one is None:
            return None
        day: datetime.date = one["date"]
        if day in by_day and by_day[day][0] != one:
            raise FhirError(f"{use.entry.place}: T-DM1 of {day} stands at {by_day[day][1].entry.place} with another "
                            "dose; keep the one that holds")
        by_day[day] = (one, use)
        if use.status != "completed":
            reading.notes.append(f"{use.entry.place}: status {use.status}; it counts as a dose, and how it was "
                                 "tolerated must be told")
        reading.use(use.entry.place, f"T-DM1 dose on {day}")
    return [one for one, _ in by_day.values()]


def _dose(use: Use, labs: Sequence[Lab], reading: Reading) -> dict[str, Any] | None:
    """One dose; None, with a note, where day, dose or weight is not told."""
    place = use.entry.place
    day = None if use.start is None else use.start.day
    dosage = _json.one(use.entry.resource, "dosage", place) or {}
    raw = _json.one(dosage, "dose", f"{place} dosage")
    amount = None if raw is None else quantity(raw, f"{place} dosage.dose")
    if day is None or amount is None or amount.comparator:
        reading.ignore(place, "a T-DM1 administration without a full date and a dose, so the doses given are not known",
                       tell=True)
        return None
    key = _LEVELS.get(amount.unit)
    if key is None:
        raise FhirError(f"{place} dosage.dose: T-DM1 is in '{amount.unit}'; give mg/kg or mg")
    if not amount.value > 0:
        raise FhirError(f"{place} dosage.dose: {amount.value:g} {amount.unit}; a dose is more than 0")
    if key == "level_mg_per_kg":
        return {"date": day, key: amount.value}
    weights = [lab for lab in labs if lab.test.name == "weight" and lab.day <= day]
    if not weights:
        reading.ignore(place, "a T-DM1 dose in mg with no body weight of that day or before, so the doses given are "
                       "not known", tell=True)
        return None
    weight = max(weights, key=lambda lab: lab.day).measured.value
    return {"date": day, key: amount.value, "weight_kg": weight}
