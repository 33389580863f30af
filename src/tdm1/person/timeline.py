"""A person's past, replayed visit by visit through the label's rules, up to the day of the question.

Each measurement counts on its own day. On the day of a dose the blood tests of the days before it count too, for
the label asks for them before every dose. Where a dose differed from what the rules said, what was given counts.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np

from tdm1 import evidence
from tdm1.person._errors import PersonError
from tdm1.person.laboratory import LabTest, Measured, convert, lab_test
from tdm1.person.record import FINDINGS, PROGRESSION, Dose, PersonRecord
from tdm1.regimen import Schedule
from tdm1.safety import BEFORE_EVERY_DOSE, LABS, Action, Decisions, Findings, History, Label

_REQUIRED_COLUMNS = tuple(LABS[name].column for name in BEFORE_EVERY_DOSE)
_LVEF = LABS["lvef"].column
#: Findings that count from their day until the next dose, however many days that is.
_SIGN_COLUMNS = frozenset(FINDINGS)


@dataclass(frozen=True, slots=True)
class Value:
    """One measurement of a record, converted, with the day and the place where it stands in the record."""

    test: LabTest
    day: datetime.date
    measured: Measured
    place: str


def values(record: PersonRecord, on: datetime.date) -> tuple[Value, ...]:
    """Every measurement, in the order of their days.

    Raises PersonError for one after `on`, one that cannot be, and two of one test and day that differ.
    """
    found: dict[tuple[str, datetime.date], Value] = {}
    for index, entry in enumerate(record.labs):
        place = f"labs.{index}"
        test = lab_test(entry.test)
        if entry.date > on:
            raise PersonError(f"{place}: {test.name} of {entry.date} lies after the day of the question, {on}")
        try:
            measured = convert(test, entry.value, entry.unit, entry.upper_limit)
        except PersonError as error:
            raise PersonError(f"{place}: {error}") from None
        before = found.get((test.name, entry.date))
        if before is not None and before.measured != measured:
            raise PersonError(f"{place}: {test.name} of {entry.date} stands at {before.place} with another value; "
                              "keep one")
        found[test.name, entry.date] = Value(test, entry.date, measured, place)
    return tuple(sorted(found.values(), key=lambda one: one.day))


def given_doses(record: PersonRecord, on: datetime.date) -> tuple[Dose, ...]:
    """Doses in the order of their days. Raises PersonError for one after `on`, or two on one day."""
    doses = tuple(sorted(record.doses or (), key=lambda one: one.date))
    for index, dose in enumerate(doses):
        if dose.date > on:
            raise PersonError(f"doses: the dose of {dose.date} lies after the day of the question, {on}")
        if index and doses[index - 1].date == dose.date:
            raise PersonError(f"doses: {dose.date} stands twice; give each dose once")
    return doses


def level_of(dose: Dose, levels_mg_per_kg: Sequence[float]) -> int:
    """Place of the dose level that a dose was given at. Raises PersonError when it is near none of them."""
    tolerance = evidence.value("person.level_tolerance", "1")
    distances = [abs(dose.level / level - 1.0) for level in levels_mg_per_kg]
    nearest = int(np.argmin(distances))
    if distances[nearest] > tolerance:
        known = ", ".join(f"{level:g}" for level in levels_mg_per_kg)
        raise PersonError(f"doses: {dose.level:.3g} mg/kg on {dose.date} is no dose level of the label "
                          f"({known} mg/kg); check milligrams and weight")
    return nearest


@dataclass(frozen=True, slots=True)
class Replay:
    """The decision for the day of the dose, and what it rests on.

    first_day   day 0 of the decisions
    dose_day    day for which the next dose is decided
    used        the value of each required lab that counted, by finding column
    stale       required labs that are too old, with their last day, by finding column
    """

    decisions: Decisions
    first_day: datetime.date
    dose_day: datetime.date
    used: dict[str, Value]
    stale: dict[str, datetime.date]


def _number(value: Value) -> float:
    found = value.measured.x_uln if value.test.x_uln else value.measured.value
    return nan if found is None else found


def lvef_before(known: Sequence[Value], day: datetime.date) -> Value | None:
    """The last ejection fraction of `day` or before: the baseline, for the day of the first dose."""
    earlier = [one for one in known if one.test.finding == _LVEF and one.day <= day]
    return earlier[-1] if earlier else None


class _Past:
    """The measurements and findings of a record, by day."""

    def __init__(self, record: PersonRecord, known: Sequence[Value], first_dose: datetime.date | None) -> None:
        self.valid = datetime.timedelta(days=evidence.value("person.labs_valid", "day"))
        self.labs: dict[str, list[Value]] = {}
        for one in known:
            if one.test.finding is not None:
                self.labs.setdefault(one.test.finding, []).append(one)
        self.signs: dict[datetime.date, dict[str, float]] = {}
        for index, found in enumerate(record.findings):
            if found.finding == PROGRESSION:
                continue
            day = self.signs.setdefault(found.date, {})
            if day.get(found.finding, found.number) != found.number:
                raise PersonError(f"findings.{index}: {found.finding} of {found.date} stands twice, with two values; "
                                  "keep one")
            day[found.finding] = found.number
        self.first_dose = first_dose

    def days(self) -> set[datetime.date]:
        """Days on which something was measured or found."""
        return set(self.signs) | {one.day for column in self.labs.values() for one in column}

    def start(self, dose_day: datetime.date, interval: datetime.timedelta) -> datetime.date:
        """First day that counts before a first dose: blood tests while they are valid, findings of one cycle back."""
        labs = {one.day for column in self.labs.values() for one in column if one.day >= dose_day - self.valid}
        return min(labs | {day for day in self.signs if day >= dose_day - interval} | {dose_day})

    def recent(self, column: str, day: datetime.date, after: datetime.date) -> Value | None:
        """The last value of `day` or the valid days before it, and after the dose before."""
        chosen = [
            one for one in self.labs.get(column, ())
            if day - self.valid <= one.day <= day and one.day > after
        ]
        return chosen[-1] if chosen else None

    def carried(self, day: datetime.date, after: datetime.date) -> dict[str, float]:
        """What counts on the day of a dose: blood tests of the valid days before it, findings since the last dose."""
        found: dict[str, float] = {}
        for earlier in sorted(self.signs):
            if after < earlier <= day:
                found |= self.signs[earlier]
        recent = {column: self.recent(column, day, after) for column in _REQUIRED_COLUMNS}
        return found | {column: _number(one) for column, one in recent.items() if one is not None}

    def told_again(self, day: datetime.date, due: datetime.date, after: datetime.date) -> bool:
        """True when a day between two doses is the only one with anything seen, and all of it counts at the next dose.

        Such a day says nothing that the day of the dose does not. An ejection fraction always has its own day.
        """
        if any(after < one <= due and one != day for one in self.days()):
            return False
        seen = self.on(day)
        return _LVEF not in seen and (day >= due - self.valid or set(seen) <= _SIGN_COLUMNS)

    def on(self, day: datetime.date) -> dict[str, float]:
        """What was measured and found on one day."""
        seen = dict(self.signs.get(day, {}))
        for column, entries in self.labs.items():
            for one in entries:
                if one.day == day:
                    seen[column] = _number(one)
        return seen


def _findings(day: float, seen: Mapping[str, float], baseline: Value | None) -> Findings:
    lvef_baseline = {} if baseline is None else {"lvef_baseline": _number(baseline)}
    return Findings.of(day, **dict(seen), **lvef_baseline)


def replay(record: PersonRecord, label: Label, schedule: Schedule, known: Sequence[Value], on: datetime.date) -> Replay:
    """Replays the past and decides the next dose. Raises PersonError for doses or findings that cannot be."""
    doses = given_doses(record, on)
    given = {dose.date: dose for dose in doses}
    interval = datetime.timedelta(days=schedule.interval_day)
    first = doses[0].date if doses else None
    past = _Past(record, known, first)
    late = [day for day in past.days() if day > on]
    if late:
        raise PersonError(f"findings: {max(late)} lies after the day of the question, {on}")
    dose_day = on if not doses else max(on, doses[-1].date + interval)
    # Findings of one cycle before the first dose count; what is older is history, not a side effect.
    begins = past.start(first or dose_day, interval)
    start = begins if first is None else first
    baseline = lvef_before(known, first if first is not None else on)
    planned = {day + interval for day in given} - set(given)
    visits = sorted({day for day in past.days() | set(given) | planned if start <= day <= on and day < dose_day})
    history, last_dose = label.start(1), begins - datetime.timedelta(days=1)
    due_days = [day for day in visits if day in given or day in planned] + [dose_day]
    for day in visits:
        due = day in given or day in planned
        if not due and past.told_again(day, next(one for one in due_days if one > day), last_dose):
            continue
        seen = past.on(day)
        if due:
            seen |= past.carried(day, last_dose)
        if day == first and baseline is not None:
            seen |= {_LVEF: _number(baseline)}
        level = level_of(given[day], label.levels_mg_per_kg) if day in given else None
        if seen or _waits(history):
            findings = _findings((day - start).days, seen, baseline)
            decided = label.decide(findings, history, dose_due=due, required=())
            history = _as_given(decided, history, level)
        elif level is not None and level > history.level[0]:
            # Nothing was measured and nothing is open, so the rules have nothing to say.
            history = replace(history, level=np.array([level], dtype=np.int8))
        last_dose = day if day in given else last_dose
    seen = past.on(dose_day) | past.carried(dose_day, last_dose)
    if first is None and baseline is not None:
        seen |= {_LVEF: _number(baseline)}
    used = {column: past.recent(column, dose_day, last_dose) for column in _REQUIRED_COLUMNS}
    usable = {column: one for column, one in used.items() if one is not None and not np.isnan(_number(one))}
    decisions = label.decide(_findings((dose_day - start).days, seen, baseline), history, dose_due=True)
    stale = {
        column: past.labs[column][-1].day for column, one in used.items() if one is None and past.labs.get(column)
    }
    return Replay(decisions, start, dose_day, usable, stale)


def _waits(history: History) -> bool:
    """True when something of the past is still to be settled."""
    return bool(history.open.any() or history.reduction_due[0] or history.stopped[0])


def _as_given(decided: Decisions, before: History, level: int | None) -> History:
    """The history after a visit of the past: the level is that of the dose given, never above an earlier one.

    A lower dose that the rules asked for and that was not given stays due.
    """
    after = decided.history
    was = int(before.level[0])
    now = was if level is None else max(level, was)
    asked = decided.action[0] == Action.REDUCE and bool(decided.dose_due[0])
    open_reduction = asked and now == was
    due = (after.reduction_due & (now == was)) | open_reduction
    rule = np.where(open_reduction, decided.rule, after.reduction_rule)
    return replace(
        after,
        level=np.array([now], dtype=np.int8),
        reduction_due=np.asarray(due, dtype=np.bool_).reshape(1),
        reduction_rule=np.where(due, rule, -1).astype(np.int16).reshape(1),
    )
