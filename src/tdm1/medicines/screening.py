"""Every medicine a person takes, checked for what matters beside T-DM1. What cannot be read is asked about."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tdm1 import evidence
from tdm1.evidence import nearest
from tdm1.medicines._errors import MedicineError
from tdm1.medicines.medicine import Medicine
from tdm1.medicines.membership import membership
from tdm1.medicines.recognise import Recognised, disagreement, recognise
from tdm1.medicines.register import Ingredient, WarningClass, classes, ingredients
from tdm1.medicines.words import outside, plain

_REGIONS = ("US", "EU", "England")
_WAITS = "cyp3a4_strong"
_HOURS_PER_DAY = 24.0


@dataclass(frozen=True, slots=True)
class MedicineWarning:
    """One warning about one medicine. `id` is that of the label's statement; `note` tells how membership is known."""

    id: str
    medicine: str
    ingredient: str
    kind: str
    text: str
    advice: str
    source: str
    where: str
    read: str
    note: str


@dataclass(frozen=True, slots=True)
class MedicineScreen:
    """What was found: how each medicine was read, the warnings, and the questions that are open.

    No warning means that none of the classes fits, not that a medicine is safe.
    """

    found: tuple[Recognised, ...]
    warnings: tuple[MedicineWarning, ...]
    questions: tuple[str, ...]


def screen(
    medicines: Sequence[Medicine],
    *,
    region: str = "US",
    on: datetime.date | None = None,
    platelets_1e9_per_l: float | None = None,
) -> MedicineScreen:
    """Checks every medicine for strong CYP3A4 inhibitors, bleeding, liver toxicity, inducers, and trastuzumab.

    region                US, EU or England; the statements asked here are the same in all
    on                    day of the question, for medicines that were stopped; None where it does not matter
    platelets_1e9_per_l   last platelet count, told beside a risk of bleeding when it is low
    Medicines against cancer that were stopped are earlier treatment and give no warning here.
    Raises MedicineError for an unknown region. Source: the evidence files under medicines/.
    """
    if region not in _REGIONS:
        raise MedicineError(f"there is no label text for region '{region}'{nearest(region, _REGIONS)}")
    found = tuple(recognise(one) for one in medicines)
    warnings: list[MedicineWarning] = []
    questions: list[str] = []
    for one in found:
        if one.by == "unknown":
            questions.append(_question(one))
        questions += [asked for asked in (disagreement(one.given),) if asked]
        for name in one.ingredients:
            part = ingredients()[name]
            for member in part.classes:
                warned, asked = _judge(one, part, classes()[member], on, platelets_1e9_per_l)
                warnings += [warned] if warned is not None else []
                questions += [asked] if asked else []
    return MedicineScreen(found, tuple(warnings), tuple(dict.fromkeys(questions)))


def _question(one: Recognised) -> str:
    may = f"; is it {' or '.join(one.candidates)}?" if one.candidates else ""
    return f"which medicine is '{one.given.said}'? It could not be read{may}"


def _judge(
    one: Recognised, part: Ingredient, member: WarningClass, on: datetime.date | None, platelets: float | None
) -> tuple[MedicineWarning | None, str]:
    """The warning of one class for one ingredient, or the question without whose answer it cannot be told."""
    text = member.text
    if _has_stopped(one.given, on):
        if member.name != _WAITS:
            return None, ""
        waits = _still_there(part, one.given, on)
        if waits is None:
            return None, f"when was '{one.given.said}' stopped, and has it cleared? {part.name} is a {member.text}"
        if not waits:
            return None, ""
        text = f"{text}; it was stopped on {one.given.stopped} and may not have cleared"
    low = evidence.value("screening.platelets_watch", "10*9/L")
    if member.kind == "bleeding" and platelets is not None and platelets < low:
        text = f"{text}; the last platelet count is {platelets:g} × 10⁹/L"
    if one.by == "spelling":
        text = f"{text} (read as {part.name})"
    if one.given.name is not None and outside() & set(plain(one.given.name).split()):
        text = f"{text}; from the skin, nose or eye little of it reaches the blood: ask the pharmacist"
    note = membership(member.name, part.name).note
    return MedicineWarning(
        member.id, one.given.said, part.name, member.kind, text, member.advice, member.source, member.where,
        member.read, note,
    ), ""


def _has_stopped(given: Medicine, on: datetime.date | None) -> bool:
    """Said to be stopped, or with a last day before the day of the question."""
    past = given.stopped is not None and on is not None and given.stopped < on
    return past or not given.active


def _still_there(part: Ingredient, given: Medicine, on: datetime.date | None) -> bool | None:
    """Whether a stopped inhibitor may still be in the body; None where it cannot be told."""
    if given.stopped is None or on is None or part.half_life_h is None:
        return None
    days = part.half_life_h * evidence.value("medicines.clearance_half_lives", "1") / _HOURS_PER_DAY
    return (on - given.stopped).days <= days


def treatment_classes(medicine: Medicine) -> tuple[str, ...]:
    """What an earlier medicine counts as for eligibility: taxane, trastuzumab, her2, anthracycline, t_dm1, …

    Empty where it is none of them. Of a text that was read in part, a name that begins another one counts for nothing:
    'trastuzumab xyz' may be any of the conjugates of trastuzumab. Where code and name disagree, nothing counts.
    """
    known = ingredients()
    found = recognise(medicine)
    if disagreement(medicine):
        return ()
    sure = [name for name in found.ingredients if found.by != "unknown" or name not in _beginnings()]
    return tuple(dict.fromkeys(one for name in sure for one in known[name].treats))


@cache
def _beginnings() -> frozenset[str]:
    """Ingredients whose name begins that of another one, as trastuzumab does."""
    return frozenset(name for name in ingredients() if any(other.startswith(f"{name} ") for other in ingredients()))
