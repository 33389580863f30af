"""The next dose of one person: the label's rules on her past and today's values, with what they cannot know."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import get_args

import numpy as np

from tdm1 import evidence
from tdm1.person.answer import NextAction, NextDose, Recheck, Sourced
from tdm1.person.record import PROGRESSION, PersonRecord
from tdm1.person.screening import statement
from tdm1.person.timeline import Replay, Value, given_doses, lvef_before, replay
from tdm1.regimen import Schedule, dose_mg
from tdm1.safety import LABS, Action, Label, explain, label

_ACTIONS: dict[str, NextAction] = {name: name for name in get_args(NextAction)}
#: Label regions whose dose rules are those of another one.
_RULES_OF = {"England": "EU"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the next dose rests on, apart from the record itself.

    setting     of the dose rules: metastatic, early, or empty where the stage is not known
    eligible    the label's answer, with the reasons; only a first dose waits for it
    pregnant    True, False, or None where it is not known and matters
    advised_against   label warnings that forbid or advise against the drug
    """

    region: str
    setting: str
    eligible: str
    why_eligible: tuple[Sourced, ...]
    pregnant: bool | None
    asks_pregnancy: bool
    advised_against: tuple[Sourced, ...]


@cache
def _schedule(setting: str) -> Schedule:
    return Schedule.of_label(setting)


def _undecided(text: str, reasons: tuple[Sourced, ...], tests: tuple[str, ...], doses: int | None) -> NextDose:
    said = f"needed: {', '.join(tests)}" if tests else ""
    return NextDose("unknown", None, None, text, reasons, Recheck(said, tests, None), None, None, doses, "", ())


def next_dose(
    record: PersonRecord, asked: Asked, known: Sequence[Value], on: datetime.date
) -> tuple[NextDose, tuple[str, ...]]:
    """The decision on the next dose, and notes on how the record was read.

    Raises PersonError for doses, values or findings that cannot be.
    """
    doses = None if record.doses is None else len(record.doses)
    if not asked.setting:
        return _undecided("not decided: the stage of the cancer is not known, and each stage has its own rules",
                          (), ("disease_stage",), doses), ()
    if doses is None:
        return _undecided("not decided: the doses given so far are not known", (), ("doses",), None), ()
    rules = label.load(asked.setting, _RULES_OF.get(asked.region, asked.region))
    schedule = _schedule(asked.setting)
    past = replay(record, rules, schedule, known, on)
    decided = _by_rules(record, rules, past, known, on)
    decided = _before_first(record, asked, decided, known, on)
    decided = _by_statements(record, asked, schedule, decided, past, on)
    return _with_mg(decided, known), _notes(past, known, on)


def _by_rules(
    record: PersonRecord, rules: Label, past: Replay, known: Sequence[Value], on: datetime.date
) -> NextDose:
    said = explain(rules, past.decisions)
    reasons = tuple(
        Sourced(one.id, one.text, one.source, one.where, one.read, "yes" if one.seen_now or one.decides else "unknown",
                one.decides, one.note)
        for one in said.reasons
    )
    tests = _tests(rules, past)
    action = _ACTIONS[said.action]
    if action == "give" and not any(one.decides for one in reasons):
        # No row of the table asks for anything: the label's usual dose stands.
        reasons = (replace(statement("D1"), decides=True), *reasons)
    level = said.level_mg_per_kg
    history = past.decisions.history
    resumes = min(int(history.level[0]) + int(history.reduction_due[0]), len(rules.levels_mg_per_kg) - 1)
    return NextDose(
        action=action,
        level_mg_per_kg=None if action in ("stop", "unknown", "hold") else level,
        dose_mg=None,
        text=said.text,
        reasons=reasons,
        recheck=_recheck(said.recheck, tests, rules, past, known, on),
        would_be_mg_per_kg=rules.levels_mg_per_kg[resumes] if action in ("hold", "unknown") else None,
        earliest=past.dose_day if action in ("give", "reduce") else None,
        doses_given=len(given_doses(record, on)),
        label=said.label,
        statements=tuple(
            Sourced(one.id, one.text, one.source, one.where, one.read) for one in said.statements
        ),
    )


def _tests(rules: Label, past: Replay) -> tuple[str, ...]:
    """Names of what must be measured: required values that are missing, then what an open hold waits for."""
    decisions = past.decisions
    found = [
        "lvef_baseline" if name == "lvef_baseline" else name
        for name, lacking in zip(decisions.need_names, decisions.needs[0], strict=True) if lacking
    ]
    if decisions.action[0] == Action.HOLD:
        for index in np.flatnonzero(decisions.history.open[0]):
            rule = rules.rules[int(index)]
            if rule.action == "hold":
                found += [condition.lab for part in rule.until for condition in part]
    if decisions.action[0] == Action.STOP:
        return ()
    return tuple(dict.fromkeys(found))


def _recheck(
    text: str, tests: tuple[str, ...], rules: Label, past: Replay, known: Sequence[Value], on: datetime.date
) -> Recheck:
    by: datetime.date | None = None
    due = float(rules.lvef_repeat_due_day(past.decisions.history)[0])
    if past.decisions.action[0] == Action.STOP:
        return Recheck("", (), None)
    if not np.isnan(due):
        by = past.first_day + datetime.timedelta(days=due)
        # The rules count days from the first dose; a reader needs the date.
        text = text.replace(f"by day {due:g}", f"by {by}")
        tests = tuple(dict.fromkeys((*tests, "lvef")))
    for column, day in past.stale.items():
        text += f"; the last {_words(column)} is of {day}, too old for this dose"
    last = lvef_before(known, on)
    valid = datetime.timedelta(days=evidence.value("person.lvef_valid", "day"))
    if last is not None and on - last.day > valid and np.isnan(due):
        text += f"; the ejection fraction is due again: the last is of {last.day}"
        tests = tuple(dict.fromkeys((*tests, "lvef")))
    return Recheck(text.removeprefix("; "), tests, by)


def _words(column: str) -> str:
    return next(lab.words for lab in LABS.values() if lab.column == column)


def _before_first(
    record: PersonRecord, asked: Asked, decided: NextDose, known: Sequence[Value], on: datetime.date
) -> NextDose:
    """A first dose waits for the indication, the ejection fraction and, where it matters, the pregnancy test."""
    if decided.doses_given or decided.action not in ("give", "reduce", "unknown"):
        return decided
    lacking: list[str] = []
    reasons: list[Sourced] = []
    if asked.eligible != "yes":
        text = "is not met" if asked.eligible == "no" else "cannot be told yet"
        why = tuple(one for one in asked.why_eligible if one.answer == asked.eligible)
        waiting = _change(decided, "unknown", f"not decided: the label's indication {text}", why,
                          ("eligibility",) if asked.eligible == "unknown" else ())
        return replace(waiting, would_be_mg_per_kg=None)
    last = lvef_before(known, on)
    if last is None or on - last.day > datetime.timedelta(days=evidence.value("person.lvef_valid", "day")):
        lacking.append("lvef")
        reasons.append(statement("C5"))
    if asked.asks_pregnancy and asked.pregnant is None:
        lacking.append("pregnant")
        reasons.append(statement("C2"))
    if not lacking:
        return decided
    return _change(decided, "unknown", "not decided: something the label asks for before the start is missing",
                   tuple(reasons), tuple(lacking))


def _by_statements(
    record: PersonRecord, asked: Asked, schedule: Schedule, decided: NextDose, past: Replay, on: datetime.date
) -> NextDose:
    """What no dose table holds: the planned end, growth of the cancer, pregnancy, advice against, too early a day."""
    if decided.action == "stop":
        return decided
    grown = sorted((one for one in record.findings if one.finding == PROGRESSION), key=lambda one: one.date)
    if grown and grown[-1].value == "yes":
        cns_only = asked.region == "England" and record.history.get("cns_only_disease") in ("yes", True, 1)
        if not cns_only:
            name = "D4" if asked.setting == "early" else "D3"
            return _change(decided, "stop", "stop: the cancer has grown or come back", (statement(name),), ())
        decided = _change(decided, decided.action, decided.text, (statement("I8"),), ())
    doses = decided.doses_given or 0
    if bool(schedule.finished(doses)):
        return _change(decided, "stop", "all planned doses have been given", (statement("D4"),), ())
    if asked.pregnant:
        return _change(decided, "hold", "hold: no treatment during pregnancy; the treating team must decide",
                       (statement("P1"),), ())
    if asked.advised_against:
        return _change(decided, "hold", "hold: the label advises against the drug for this person",
                       asked.advised_against, ())
    window = datetime.timedelta(days=evidence.value("person.labs_valid", "day"))
    if decided.action in ("give", "reduce", "unknown") and past.dose_day - on > window:
        held = _change(decided, "hold", f"not yet: the next dose is due on {past.dose_day}", (statement("D1"),), ())
        text = f"blood tests in the {window.days} days before {past.dose_day}"
        return replace(held, recheck=Recheck(text, held.recheck.tests, past.dose_day), earliest=past.dose_day)
    return decided


def _change(
    decided: NextDose, action: NextAction, text: str, reasons: tuple[Sourced, ...], tests: tuple[str, ...]
) -> NextDose:
    """The decision with another action, whose reasons stand first and decide."""
    first = tuple(replace(one, decides=True) for one in reasons)
    kept = tuple(replace(one, decides=one.decides and action == decided.action) for one in decided.reasons)
    if action == "stop":
        return replace(decided, action=action, level_mg_per_kg=None, text=text, reasons=(*first, *kept),
                       recheck=Recheck("", (), None), would_be_mg_per_kg=None, earliest=None, statements=())
    wanted = tuple(dict.fromkeys((*tests, *decided.recheck.tests)))
    said = "; ".join(part for part in (f"needed: {', '.join(tests)}" if tests else "", decided.recheck.text) if part)
    given = action in ("give", "reduce")
    resumes = decided.would_be_mg_per_kg or decided.level_mg_per_kg
    return replace(
        decided, action=action, level_mg_per_kg=decided.level_mg_per_kg if given else None, text=text,
        reasons=(*first, *kept), recheck=Recheck(said, wanted, decided.recheck.by),
        would_be_mg_per_kg=resumes if action in ("hold", "unknown") else None,
        earliest=decided.earliest if given else None,
    )


def _with_mg(decided: NextDose, known: Sequence[Value]) -> NextDose:
    """The dose in mg: level times the last body weight; None without a weight."""
    weights = [one for one in known if one.test.name == "weight" and one.measured.value is not None]
    if decided.level_mg_per_kg is None or not weights:
        return decided
    weight = weights[-1].measured.value
    assert weight is not None
    mg = float(dose_mg(weight, decided.level_mg_per_kg))
    return replace(decided, dose_mg=mg)


def _notes(past: Replay, known: Sequence[Value], on: datetime.date) -> tuple[str, ...]:
    notes: list[str] = []
    if past.dose_day > on:
        notes.append(f"the next dose is due on {past.dose_day}, one cycle after the last; the answer is for that day")
    weights = [one for one in known if one.test.name == "weight"]
    if weights:
        notes.append(f"milligrams are reckoned with the body weight of {weights[-1].day}")
    for column, one in past.used.items():
        notes.append(f"{_words(column)}: value of {one.day}")
    return tuple(notes)
