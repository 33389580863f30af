"""Puts a record to the label's indications and warnings: what is known, by the names of the register."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from tdm1.eligibility import (
    VARIABLES,
    Cautions,
    EligibilityError,
    IndicationAnswer,
    before_start,
)
from tdm1.person._errors import PersonError
from tdm1.person.answer import Indication, Needed, Purpose, Sourced, Warned
from tdm1.person.laboratory import X_ULN, LabTest, measured_as
from tdm1.person.record import PersonRecord
from tdm1.person.timeline import Value

#: Variables that the record answers in a place of its own, and how it is written there.
_WRITE = {"age_year": "about.birth_date"}


def age_year(born: datetime.date, on: datetime.date) -> int:
    """Completed years on a day. Raises PersonError when the person is not born yet."""
    if born > on:
        raise PersonError(f"about.birth_date: {born} lies after the day of the question, {on}")
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _register_value(value: Value) -> Any:
    """A measurement as the register of a person takes it; None where the upper limit of normal is not known."""
    test, measured = value.test, value.measured
    if test.x_uln and measured.x_uln is not None:
        return {"value": measured.x_uln, "unit": X_ULN}
    return None if test.x_uln else measured.value


def known_of(record: PersonRecord, values: Sequence[Value], on: datetime.date) -> dict[str, Any]:
    """What the record tells, by the register's names; the last value of each measurement counts."""
    found: dict[str, Any] = dict(record.history)
    for value in values:
        found[value.test.variable] = _register_value(value)
    for finding in sorted(record.findings, key=lambda one: one.date):
        if finding.finding in VARIABLES:
            found[finding.finding] = finding.number
    about = record.about
    if about.birth_date is not None:
        found["age_year"] = age_year(about.birth_date, on)
    if about.sex == "male" or about.could_become_pregnant is False:
        found.setdefault("pregnant", "no")
    if about.sex == "male":
        found.setdefault("breastfeeding", "no")
    return found


def ask(known: dict[str, Any], region: str) -> tuple[IndicationAnswer, Cautions]:
    """The indications and warnings of a region for one person. Raises PersonError for a value that cannot be."""
    try:
        return before_start(known, region)
    except EligibilityError as error:
        raise PersonError(f"history: {error}") from error


def indication_of(answer: IndicationAnswer) -> Indication | None:
    """The first indication that holds, if one does."""
    for one in answer.indications:
        if one.verdict == "yes":
            return Indication(one.id, one.setting, one.region, one.text, one.source, one.where, one.read)
    return None


def reasons_of(answer: IndicationAnswer) -> tuple[Sourced, ...]:
    """Why: the parts of the indication that holds; else those that are not met, then those not known."""
    shown = [one for one in answer.indications if one.verdict == "yes"] or list(answer.indications)
    found = [
        Sourced(
            f"{one.id}.{leaf.id}", leaf.text, leaf.source, one.where, leaf.read, leaf.met,
            decides=leaf.met == answer.verdict or (one.verdict == "yes" and leaf.met == "yes"),
        )
        for one in shown for leaf in one.reasons
        if one.verdict != "yes" or leaf.met == "yes"
    ]
    order = {"yes": {"yes": 0, "unknown": 1, "no": 2}, "no": {"no": 0, "unknown": 1, "yes": 2},
             "unknown": {"unknown": 0, "no": 1, "yes": 2}}[answer.verdict]
    return tuple(sorted(found, key=lambda one: order[one.answer]))


def warned_of(cautions: Cautions, *, treated: bool) -> tuple[tuple[Warned, ...], tuple[str, ...]]:
    """The label's warnings that apply, and the variables without which others cannot be told.

    Once treatment has begun (`treated`) the limits of what was studied before the start are past.
    """
    given = [one for one in cautions.given if not (treated and one.kind == "not_studied")]
    needed = [one for one in cautions.needed if not (treated and one.kind == "not_studied")]
    missing = dict.fromkeys(name for one in needed for name in one.missing)
    return (
        tuple(Warned(one.id, one.kind, one.text, one.note, one.source, one.where, one.read) for one in given),
        tuple(missing),
    )


def needed(name: str, purpose: Purpose) -> Needed:
    """A variable of the register that is not known, in words; a measurement goes by its name under `labs`."""
    test = measured_as(name)
    if test is not None:
        return Needed(test.name, in_words(test), (purpose,))
    words = VARIABLES[name].words
    written = _WRITE.get(name)
    return Needed(name, f"{words} ({written})" if written else words, (purpose,))


def in_words(test: LabTest) -> str:
    """What to give of a measurement."""
    return f"{test.words}, with the laboratory's upper limit of normal" if test.x_uln else test.words
