"""The course as a calendar: infusions, blood and heart tests, end of contraception; a missed dose moves the rest."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tdm1 import evidence
from tdm1.regimen._course_check import checked, cycles_of, planned_level, steps_up, too_close
from tdm1.regimen._course_days import MadeUp, dose_days
from tdm1.regimen._course_tests import contraception, heart_tests
from tdm1.regimen.course_request import CourseRequest, GivenDose
from tdm1.regimen.plan_event import Infusion, PlanEvent, event, note
from tdm1.regimen.schedule import Schedule, dose_mg, observation_minute


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """The whole calendar in the order of its days, with notes on what it leaves open.

    open_end   the last dose shown is not known to be the last one of the treatment
    """

    setting: str
    region: str
    events: tuple[PlanEvent, ...]
    notes: tuple[str, ...]
    first_dose: datetime.date
    open_end: bool
    sex: Literal["female", "male"] | None
    could_become_pregnant: bool


_ORDER: dict[str, int] = {
    kind: place for place, kind in enumerate(
        ("pregnancy_test", "heart_test", "blood_test", "infusion", "contraception_end", "breastfeeding_end"))
}


def course(asked: CourseRequest) -> CoursePlan:
    """The calendar of a course by the label.

    Doses are three weeks apart. A missed dose is given as soon as possible, not at the next planned cycle, and those
    after it move so that the distance is kept (D9). Raises RegimenError for a setting, region, day or number that
    cannot be.
    """
    schedule = Schedule.of_label(asked.setting)
    checked(asked)
    cycles = cycles_of(asked, schedule)
    given = tuple(sorted(asked.doses_given, key=lambda one: one.day))
    level = planned_level(asked.level_mg_per_kg, given, schedule)
    days, made_up = dose_days(asked, schedule, given, cycles)
    open_end = not asked.last_dose and cycles != schedule.max_cycles
    events = [*_given(asked, given), *_to_come(asked, schedule, given, days, level)]
    hearts, heart_notes = heart_tests(asked, days, len(given))
    others, other_notes = contraception(asked, days, open_end=open_end)
    notes = [*_notes(asked, schedule, made_up, open_end), *_notes_on_given(given, schedule), *heart_notes, *other_notes]
    events += [*hearts, *others]
    return CoursePlan(
        asked.setting, asked.region, tuple(sorted(events, key=lambda one: (one.day, _ORDER[one.kind]))), tuple(notes),
        asked.first_dose, open_end, asked.sex, asked.could_become_pregnant,
    )


def _given(asked: CourseRequest, given: Sequence[GivenDose]) -> list[PlanEvent]:
    return [
        event("infusion_given", one.day, asked.region, cycle=number, level_mg_per_kg=one.level_mg_per_kg, done=True,
              fill={"number": number, "dose": f"{one.level_mg_per_kg:g} mg/kg"})
        for number, one in enumerate(given, start=1)
    ]


def _to_come(
    asked: CourseRequest, schedule: Schedule, given: Sequence[GivenDose], days: Sequence[datetime.date], level: float
) -> list[PlanEvent]:
    """The infusions to come, and the blood test before each of them."""
    found: list[PlanEvent] = []
    before = datetime.timedelta(days=evidence.value("monitoring.blood_test_before", "day"))
    tolerated = all(one.tolerated for one in given)
    mg = None if asked.weight_kg is None else float(dose_mg(asked.weight_kg, level))
    said = f"{level:g} mg/kg" + ("" if mg is None else f" = {mg:.0f} mg")
    for number, day in enumerate(days[len(given):], start=len(given) + 1):
        which: Infusion = "first" if number == 1 else "later" if tolerated else "slow"
        minute = schedule.later_infusion_minute if which == "later" else schedule.first_infusion_minute
        watch = observation_minute(first=which != "later")
        found.append(event("blood_test", day - before, asked.region, cycle=number))
        found.append(event(
            f"infusion_{which}", day, asked.region, minutes=minute + watch, infusion_minute=minute,
            observation_minute=watch, cycle=number, level_mg_per_kg=level, dose_mg=mg, infusion=which,
            fill={"number": number, "dose": said, "minute": minute, "watch": watch},
        ))
    return found


def _notes(asked: CourseRequest, schedule: Schedule, made_up: Sequence[MadeUp], open_end: bool) -> list[str]:
    """What the calendar leaves open, in the order in which it matters."""
    notes = [note("waits"), note("blood_test_day"), note("holidays")]
    if not asked.doses_given:
        notes.append(note("her2"))
    notes.append(note("watch"))
    notes.append(note("no_weight") if asked.weight_kg is None else note("weight", weight=asked.weight_kg))
    if schedule.max_cycles is not None:
        notes.append(note("early"))
    elif open_end:
        notes.append(note("metastatic"))
    notes += [note("missed" if one.said else "missed_no_day", day=one.missed, later=one.later) for one in made_up]
    return notes


def _notes_on_given(given: Sequence[GivenDose], schedule: Schedule) -> list[str]:
    """Where the doses given part from the label."""
    close = [
        note("close", before=before.day, after=after.day, days=(after.day - before.day).days)
        for before, after in too_close(given, schedule)
    ]
    return close + [note("raised", day=one.day) for one in steps_up(given, schedule)]
