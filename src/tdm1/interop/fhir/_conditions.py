"""Conditions: what they mean, whether they are there now, and since when; refuted ones never count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tdm1 import evidence
from tdm1.evidence import nearest
from tdm1.interop.fhir import _codes, _json, _times
from tdm1.interop.fhir._bundle import Entry, unreadable
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._result import Reading
from tdm1.interop.fhir._times import Moment

_SECONDARY = "secondary-cancer-condition"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One condition: its meaning, is it there now, since when, and whether its profile says secondary cancer."""

    means: str | None
    now: bool
    began: Moment | None
    pneumonitis: bool
    secondary: bool
    entry: Entry

    @property
    def place(self) -> str:
        """Where it stands."""
        return self.entry.place


def _state(entry: Entry, key: str, groups: Sequence[str]) -> str | None:
    """The code of clinicalStatus or verificationStatus. Raises FhirError for one that FHIR R4 does not have."""
    if isinstance(entry.resource.get(key), str):
        raise FhirError(f"{entry.place} {key}: it is a text, as before FHIR R4; give a CodeableConcept")
    raw = _json.one(entry.resource, key, entry.place)
    if raw is None:
        return None
    known = [word for group in groups for word in _codes.document()["statuses"][group]]
    for coding in _codes.codings(raw, f"{entry.place} {key}"):
        if coding.code in known:
            return coding.code
        raise FhirError(f"{entry.place} {key}: '{coding.code[:40]}' is no word of FHIR R4 for it"
                        f"{nearest(coding.code, known)} (known: {', '.join(known)})")
    return None


def _began(entry: Entry, reading: Reading) -> Moment | None:
    onset = _times.field(entry.resource, "onsetDateTime", entry.place, reading.on)
    start, _ = _times.period(entry.resource, "onsetPeriod", entry.place, reading.on)
    return onset or start or _times.field(entry.resource, "recordedDate", entry.place, reading.on)


def diagnoses(found: list[Entry], reading: Reading) -> list[Diagnosis]:
    """The conditions that count. Raises FhirError for one that is read and about somebody else, or cannot be."""
    statuses = _codes.document()["statuses"]
    kept: list[Diagnosis] = []
    for entry in found:
        codings = _codes.codings(_json.one(entry.resource, "code", entry.place), f"{entry.place} code")
        means = _codes.meaning("conditions", codings)
        pneumonitis = _codes.in_group("pneumonitis", codings)
        meta = _json.one(entry.resource, "meta", entry.place) or {}
        profiles = meta.get("profile")
        secondary = isinstance(profiles, list) and any(_SECONDARY in str(one) for one in profiles)
        if means is None and not pneumonitis and not secondary:
            reading.ignore(entry.place, "its code is not one that is read")
            continue
        unreadable(entry.resource, entry.place)
        verified = _state(entry, "verificationStatus", ("condition_sure", "condition_unsure", "condition_never"))
        clinical = _state(entry, "clinicalStatus", ("condition_now", "condition_past"))
        if verified in statuses["condition_never"]:
            reading.ignore(entry.place, f"verification status {verified}")
            continue
        reading.patient.own(entry)
        if verified in statuses["condition_unsure"]:
            reading.ignore(entry.place, f"{_words(means)} is {verified}, not confirmed; settle it before the next dose",
                           tell=True)
            if secondary or (means or "").endswith("metastasis"):
                # A suspected metastasis leaves the stage open.
                kept.append(Diagnosis(None, False, None, False, True, entry))
            continue
        ended = any(key.startswith("abatement") for key in entry.resource)
        now = clinical in statuses["condition_now"] or (clinical is None and not ended)
        kept.append(Diagnosis(means, now, _began(entry, reading), pneumonitis, secondary, entry))
    return kept


def _words(means: str | None) -> str:
    return (means or "secondary cancer").replace("_", " ")


def told_by(found: Sequence[Diagnosis], reading: Reading) -> dict[str, Any]:
    """Variables of the register that diagnoses answer with yes. What is on no list is not known, never no."""
    rules: dict[str, dict[str, Any]] = _codes.document()["conditions"]
    history: dict[str, Any] = {}
    longest = evidence.value("fhir.pregnancy_longest", "day")
    for one in found:
        rule = rules.get(one.means or "", {})
        if "ask" in rule:
            reading.ignore(one.place, str(rule["ask"]), tell=True)
        names = [*rule.get("ever", ())]
        if one.now:
            old = one.means == "pregnancy" and one.began is not None and (reading.on - one.began.first).days > longest
            names += [] if old else rule.get("now", ())
        for name in names:
            history[name] = "yes"
            reading.use(one.place, f"{name}: yes")
        if one.means == "heart":
            reading.notes.append(f"{one.place}: a disease of the heart; whether it causes symptoms now must be told")
    return history
