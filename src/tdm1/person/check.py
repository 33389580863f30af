"""One person, one day: may she have the drug, what must be known, and what of the next dose."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from tdm1 import evidence
from tdm1.eligibility import VARIABLES
from tdm1.evidence.texts import text
from tdm1.medicines import Medicine, MedicineScreen, screen
from tdm1.person.answer import Check, MedicineRead, Needed, NextDose, Sourced, Warned
from tdm1.person.asking import ask, in_words, indication_of, known_of, needed, reasons_of, warned_of
from tdm1.person.laboratory import lab_tests
from tdm1.person.next_dose import Asked, next_dose
from tdm1.person.record import MedicineEntry, PersonRecord
from tdm1.person.screening import screens, statement
from tdm1.person.timeline import Value, values

#: Kinds of label warnings after which no dose is given by itself.
_AGAINST = ("contraindicated", "not_recommended")
_REGION = "US"


def check(record: PersonRecord, *, on: datetime.date | None = None, region: str | None = None) -> Check:
    """Eligibility, screening, medicines and the next dose of one person, each with its source.

    on       day of the question; the record's own, else today
    region   US, EU or England; the record's own, else US, and the answer says so
    What is not known is listed as needed; nothing is filled in. Raises PersonError for a record that contradicts
    itself or holds what cannot be. It decides nothing for a patient: the treating team does.
    """
    day = on or record.date or datetime.date.today()
    place = region or record.region or _REGION
    notes: list[str] = []
    if region is None and record.region is None:
        notes.append(f"no region was given; the answer is by the label of the {_REGION}")
    measured = values(record, day)
    known = known_of(record, measured, day)
    answer, cautions = ask(known, place)
    treated = bool(record.doses)
    warned, warnings_missing = warned_of(cautions, treated=treated)
    flags = {name: _flag(value) for name, value in known.items() if _flag(value) is not None}
    pregnant = flags.get("pregnant")
    asks_pregnancy = record.about.sex != "male" and record.about.could_become_pregnant is not False
    against = tuple(
        Sourced(one.id, one.text, one.source, one.where, one.read) for one in warned if one.kind in _AGAINST
    )
    setting = _setting(known.get("disease_stage"))
    reasons = reasons_of(answer)
    asked = Asked(place, setting, answer.verdict, reasons, pregnant, asks_pregnancy, against)
    decided, dose_notes = next_dose(record, asked, measured, day)
    medicines = _medicines(record, place, day, measured)
    screened, screening_missing = _screening(flags | _found(record))
    if treated and answer.verdict == "no":
        notes.append("doses were given although the label's indication is not met by this record")
    return Check(
        on=day,
        region=place,
        setting=setting,
        eligible=answer.verdict,
        indication=indication_of(answer),
        reasons=reasons,
        missing=_missing(answer.missing, (*warnings_missing, *screening_missing), decided, record, medicines),
        warnings=(*warned, *screened, *_watch(record, measured, asks_pregnancy), *_of_medicines(medicines)),
        next_dose=decided,
        medicines=() if medicines is None else tuple(
            MedicineRead(one.given.name or f"{one.given.system} {one.given.code}", one.ingredients, one.by)
            for one in medicines.found
        ),
        notes=(*notes, *_unlimited(measured), *dose_notes),
        disclaimer=text("check.disclaimer"),
    )


def _flag(value: Any) -> bool | None:
    """A yes-or-no answer of the record; None for what is no such answer."""
    if value in ("yes", True, 1):
        return True
    return False if value in ("no", False, 0) else None


def _found(record: PersonRecord) -> dict[str, bool | None]:
    """Signs found at a visit, the last of each."""
    ordered = sorted(record.findings, key=lambda one: one.date)
    return {one.finding: one.value == "yes" for one in ordered if one.value in ("yes", "no")}


def _setting(stage: object) -> str:
    if stage is None:
        return ""
    return "early" if stage == "early" else "metastatic"


def _medicine(entry: MedicineEntry) -> Medicine:
    return Medicine(
        name=entry.name, code=entry.code, system=entry.system, active=entry.active, started=entry.started,
        stopped=entry.stopped,
    )


def _medicines(
    record: PersonRecord, region: str, on: datetime.date, measured: Sequence[Value]
) -> MedicineScreen | None:
    if record.medicines is None:
        return None
    return screen(
        [_medicine(entry) for entry in record.medicines], region=region, on=on,
        platelets_1e9_per_l=_last(measured, "platelets"),
    )


def _last(measured: Sequence[Value], test: str) -> float | None:
    """The last value of a measurement in its own unit; None when it was not measured."""
    found = [one.measured.value for one in measured if one.test.name == test]
    return found[-1] if found else None


def _of_medicines(found: MedicineScreen | None) -> tuple[Warned, ...]:
    if found is None:
        return ()
    return tuple(
        Warned(one.id, one.kind, f"{one.medicine}: {one.text}", one.advice, one.source, one.where, one.read,
               one.note)
        for one in found.warnings
    )


def _screening(flags: dict[str, bool | None]) -> tuple[tuple[Warned, ...], tuple[str, ...]]:
    """Warnings about heart and lungs, and what must be asked."""
    known = {name: flag for name, flag in flags.items() if flag is not None}
    found: list[Warned] = []
    missing: list[str] = []
    for one in screens():
        answer = one.answer(known)
        if answer:
            found.append(Warned(one.id, one.kind, one.text, one.advice, one.source, one.where, one.read))
        elif answer is None:
            missing.append(one.ask)
    return tuple(found), tuple(missing)


def _watch(record: PersonRecord, measured: Sequence[Value], asks_pregnancy: bool) -> tuple[Warned, ...]:
    """Contraception, and low platelets that no rule holds a dose for."""
    found: list[Warned] = []
    if record.about.sex == "male":
        found.append(_from_statement("P3", "contraception"))
    elif asks_pregnancy:
        found.append(_from_statement("P2", "contraception"))
    platelets = _last(measured, "platelets")
    if platelets is not None and platelets < evidence.value("screening.platelets_watch", "10*9/L"):
        found.append(_from_statement("C9", "watch"))
    return tuple(found)


def _from_statement(name: str, kind: str) -> Warned:
    one = statement(name)
    return Warned(one.id, kind, one.text, "", one.source, one.where, one.read)


def _unlimited(measured: Sequence[Value]) -> tuple[str, ...]:
    """Values that no rule could use for want of the laboratory's upper limit of normal."""
    last = {one.test.name: one for one in measured if one.test.x_uln}
    return tuple(
        f"{one.test.words} of {one.day} has no upper limit of normal; the label's bounds are multiples of it"
        for one in last.values() if one.measured.x_uln is None
    )


def _missing(
    eligibility: Sequence[str], screening: Sequence[str], decided: NextDose, record: PersonRecord,
    medicines: MedicineScreen | None,
) -> tuple[Needed, ...]:
    """Everything that is needed, each once, with every purpose it is needed for."""
    found: dict[str, Needed] = {}

    def add(one: Needed) -> None:
        before = found.get(one.name)
        purposes = one.needed_for if before is None else (*before.needed_for, *one.needed_for)
        found[one.name] = Needed(one.name, one.text if before is None else before.text, tuple(dict.fromkeys(purposes)))

    for name in eligibility:
        add(needed(name, "eligibility"))
    for name in dict.fromkeys(screening):
        add(needed(name, "screening"))
    if decided.action == "unknown":
        for name in decided.recheck.tests:
            if name != "eligibility":
                add(Needed(name, _words(name), ("next_dose",)))
    if decided.action in ("give", "reduce") and decided.dose_mg is None:
        add(Needed("weight", "body weight, for the milligrams", ("next_dose",)))
    if record.medicines is None:
        every = "every medicine taken, vitamins, herbal and over-the-counter ones included"
        add(Needed("medicines", every, ("medicines",)))
    for question in () if medicines is None else medicines.questions:
        add(Needed(f"medicines: {question}", question, ("medicines",)))
    return tuple(found.values())


def _words(name: str) -> str:
    special = {
        "doses": "the T-DM1 doses given so far ([] before the first one)",
        "lvef_baseline": "left ventricular ejection fraction before treatment",
    }
    if name in special:
        return special[name]
    test = lab_tests().get(name)
    if test is not None:
        return in_words(test)
    return VARIABLES[name].words if name in VARIABLES else name
