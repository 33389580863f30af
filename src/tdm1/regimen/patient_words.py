"""A calendar in plain words for the patient. They name no dose, so that nobody reads one as advice."""

from __future__ import annotations

from dataclasses import dataclass

from tdm1 import evidence
from tdm1.evidence.texts import REFERENCE, text
from tdm1.regimen.calendar import CoursePlan
from tdm1.regimen.plan_event import PlanEvent

#: What each text needs beside its key; the fact behind a number of months.
_MONTHS = {
    "heart_test": "monitoring.lvef_every",
    "contraception_female": "monitoring.contraception_female",
    "contraception_male": "monitoring.contraception_male_us",
    "breastfeeding": "monitoring.breastfeeding",
}


@dataclass(frozen=True, slots=True)
class PatientWords:
    """Title and text of one entry."""

    title: str
    text: str


def patient_words(entry: PlanEvent, language: str = REFERENCE) -> PatientWords:
    """The words for the patient of one entry. Raises EvidenceError for a language that is not here."""
    values: dict[str, object] = {}
    if entry.name in _MONTHS:
        values["months"] = f"{evidence.value(_MONTHS[entry.name], 'month'):g}"
    if entry.last_dose is not None:
        values["last"] = entry.last_dose
    if entry.infusion is not None:
        values |= {"minute": f"{entry.infusion_minute:g}", "watch": f"{entry.observation_minute:g}"}
    titled = {"number": entry.cycle} if entry.kind == "infusion" and entry.infusion != "first" else {}
    said = text(f"plan.{entry.name}", language, **values)
    if entry.done and entry.kind != "infusion":
        said = f"{said} {text('plan.done', language)}"
    return PatientWords(text(f"plan.{entry.name}_title", language, **titled), said)


def patient_lines(plan: CoursePlan, language: str = REFERENCE) -> tuple[str, ...]:
    """What a patient must know of the whole list: what moves, what to do about a missed day, what it leaves open."""
    keys = ["notice", "moves", "missed", "no_change"]
    if plan.open_end:
        keys.append("open_end")
    if not any(one.kind == "contraception_end" for one in plan.events) and plan.could_become_pregnant:
        keys.append("open_birth_control" if plan.open_end or plan.sex is None else "no_months_men")
    return tuple(text(f"plan.{key}", language) for key in keys)
