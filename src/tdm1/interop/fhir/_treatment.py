"""Earlier treatment of the cancer, from medicines that were taken: yes where one is found, never no."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tdm1 import evidence
from tdm1.interop.fhir import _codes, _json, _times
from tdm1.interop.fhir._bundle import Entry, unreadable
from tdm1.interop.fhir._medicines import Use
from tdm1.interop.fhir._observations import status
from tdm1.interop.fhir._result import Reading

#: Ways of reading a medicine that are sure enough for earlier treatment.
_CERTAIN = ("code", "name")


@dataclass(frozen=True, slots=True)
class Surgery:
    """Surgery that took a tumour out of the breast: the first day on record, and was the whole breast removed."""

    done: bool
    first: datetime.date | None
    mastectomy: bool


def surgery(found: list[Entry], reading: Reading) -> Surgery:
    """Completed surgery of the breast; biopsies and lymph nodes do not count."""
    days: list[datetime.date] = []
    done = mastectomy = False
    for entry in found:
        codings = _codes.codings(_json.one(entry.resource, "code", entry.place), f"{entry.place} code")
        means = _codes.meaning("procedures", codings)
        if means is None:
            reading.ignore(entry.place, "its code is not one that is read")
            continue
        state = status(entry, "Procedure")
        if not _codes.taken_as("Procedure")[state]:
            reading.ignore(entry.place, f"status {state}")
            continue
        unreadable(entry.resource, entry.place)
        reading.patient.own(entry)
        start, _ = _times.period(entry.resource, "performedPeriod", entry.place, reading.on)
        time = _times.field(entry.resource, "performedDateTime", entry.place, reading.on) or start
        done, mastectomy = True, mastectomy or means == "mastectomy"
        dated = "" if time is None else f" on {time.text[:10]}"
        reading.use(entry.place, f"{means.replace('_', ' ')}{dated}")
        if time is not None and time.day is not None:
            days.append(time.day)
    return Surgery(done, min(days, default=None), mastectomy)


def earlier(found: Sequence[Use], reading: Reading) -> dict[str, Any]:
    """`prior_…` variables; T-DM1 itself is no earlier treatment. A medicine read by spelling is asked about."""
    rules: dict[str, list[str]] = _codes.document()["treatments"]
    history: dict[str, Any] = {}
    for use in _anticancer(found):
        if use.medicine.by not in _CERTAIN:
            reading.ignore(use.entry.place, f"'{use.medicine.given.said[:60]}' may be {use.medicine.ingredients[0]}; "
                           "earlier treatment counts only by code or exact name", tell=True)
            continue
        for variable, classes in rules.items():
            if use.treats & set(classes) and variable not in history:
                history[variable] = "yes"
                reading.use(use.entry.place, f"{variable}: yes")
    return history


def _anticancer(found: Sequence[Use]) -> list[Use]:
    return [use for use in found if use.given and not use.t_dm1 and use.treats]


def for_metastases(found: Sequence[Use], since: datetime.date | None, reading: Reading) -> dict[str, Any]:
    """Treatment that began after metastases were on record was for metastatic disease."""
    if since is None:
        return {}
    for use in _anticancer(found):
        if use.medicine.by in _CERTAIN and use.start is not None and use.start.first > since:
            reading.use(use.entry.place, "prior_therapy_for_metastatic_disease: yes")
            return {"prior_therapy_for_metastatic_disease": "yes"}
    return {}


def before_surgery(found: Sequence[Use], operated: Surgery, reading: Reading) -> dict[str, Any]:
    """`neoadjuvant_…` variables: medicines taken in the year before the first surgery of the breast."""
    history: dict[str, Any] = {"clear_margins_or_mastectomy": "yes"} if operated.mastectomy else {}
    if operated.first is None:
        return history
    longest = datetime.timedelta(days=evidence.value("fhir.neoadjuvant_longest", "day"))
    for use in _anticancer(found):
        day = None if use.start is None or use.medicine.by not in _CERTAIN else use.start.day
        if day is None or not operated.first - longest <= day < operated.first:
            continue
        names = [name for name, wanted in (("neoadjuvant_taxane", "taxane"), ("neoadjuvant_trastuzumab", "trastuzumab"))
                 if wanted in use.treats]
        if "her2" in use.treats and "trastuzumab" not in use.treats:
            names.append("neoadjuvant_other_her2_therapy")
        for name in names:
            if name not in history:
                history[name] = "yes"
                reading.use(use.entry.place, f"{name}: yes ({day}, before surgery on {operated.first})")
    return history
