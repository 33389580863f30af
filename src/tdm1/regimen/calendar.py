"""The course as a calendar: infusions, blood and heart tests, end of contraception; a missed dose moves the rest."""

from __future__ import annotations

import calendar as months
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.regimen._errors import RegimenError
from tdm1.regimen.schedule import Schedule, dose_mg, observation_minute

EventKind = Literal["infusion", "blood_test", "heart_test", "pregnancy_test", "contraception_end", "breastfeeding_end"]
_FILE = "calendar.yaml"
#: Longest calendar that is made for a course without a planned end.
_MOST_CYCLES = 60


@dataclass(frozen=True, slots=True)
class GivenDose:
    """A dose that was given."""

    day: datetime.date
    level_mg_per_kg: float
    tolerated: bool = True


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """One entry of the calendar. `minutes` is what it takes where that is known; `cycle` the number of the dose.

    `done` marks what the record says has happened. `dose_mg` is None without a body weight.
    """

    day: datetime.date
    kind: EventKind
    title: str
    detail: str
    minutes: float | None
    cycle: int | None
    level_mg_per_kg: float | None
    dose_mg: float | None
    done: bool
    id: str
    source: str
    where: str
    read: str


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """The whole calendar in the order of its days, with notes on what it leaves open."""

    setting: str
    region: str
    events: tuple[PlanEvent, ...]
    notes: tuple[str, ...]


def add_months(day: datetime.date, count: int) -> datetime.date:
    """The same day some calendar months later; the last day of a month that is shorter."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return datetime.date(year, month, min(day.day, months.monthrange(year, month)[1]))


@cache
def _words() -> dict[str, dict[str, Any]]:
    return parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)["events"]


def _event(name: str, day: datetime.date, kind: EventKind, **more: Any) -> PlanEvent:
    raw = _words()[name]
    fill: dict[str, Any] = more.pop("fill", {})
    rest: dict[str, Any] = {"minutes": None, "cycle": None, "level_mg_per_kg": None, "dose_mg": None, "done": False}
    return PlanEvent(
        day=day, kind=kind, title=raw["title"].format(**fill), detail=raw["detail"].format(**fill), id=raw["id"],
        source=raw["source"], where=raw["where"], read=raw["read"], **(rest | more),
    )


@dataclass(frozen=True, slots=True)
class CourseRequest:
    """What a calendar is made from.

    first_dose       day of the first dose, planned or given
    weight_kg        body weight for the milligrams; None leaves them out
    level_mg_per_kg  level of the doses to come; None: that of the last dose, else the full dose
    doses_given      doses so far; the calendar goes on from the last of them
    cycles           number of doses in all; needed in metastatic disease, which has no planned end
    missed           planned days on which no dose was given: it is given as soon as possible
    given_instead    for each missed day, the day on which it can be given; none: the day after
    lvef_days        days on which the ejection fraction was measured
    sex              female or male, for contraception; None leaves these entries out and says so
    could_become_pregnant   False leaves contraception out
    """

    setting: str
    region: str
    first_dose: datetime.date
    weight_kg: float | None = None
    level_mg_per_kg: float | None = None
    doses_given: tuple[GivenDose, ...] = ()
    cycles: int | None = None
    missed: tuple[datetime.date, ...] = ()
    given_instead: tuple[datetime.date, ...] = ()
    lvef_days: tuple[datetime.date, ...] = ()
    sex: Literal["female", "male"] | None = None
    could_become_pregnant: bool = True


def course(asked: CourseRequest) -> CoursePlan:
    """The calendar of a course by the label.

    Doses are three weeks apart. A missed dose is given as soon as possible, not at the next planned cycle, and those
    after it move so that the distance is kept (D9). Raises RegimenError for a setting, region, day or number that
    cannot be.
    """
    schedule = Schedule.of_label(asked.setting)
    if asked.region not in ("US", "EU", "England"):
        raise RegimenError(f"there is no label text for region '{asked.region}'; it may be US, EU or England")
    cycles = _cycles(asked, schedule)
    given = tuple(sorted(asked.doses_given, key=lambda one: one.day))
    if given and given[0].day != asked.first_dose:
        raise RegimenError(f"the first dose is on {asked.first_dose}, but doses_given begins on {given[0].day}")
    days = _dose_days(asked, schedule, given, cycles)
    level = _level(asked, given)
    events: list[PlanEvent] = []
    before_day = datetime.timedelta(days=evidence.value("monitoring.blood_test_before", "day"))
    for number, day in enumerate(days, start=1):
        done = number <= len(given)
        tolerated = all(one.tolerated for one in given)
        at = given[number - 1].level_mg_per_kg if done else level
        slow = number == 1 or not tolerated
        events.append(_infusion(schedule, number, day, at, asked.weight_kg, slow=slow, done=done))
        if not done:
            events.append(_event("blood_test", day - before_day, "blood_test", cycle=number))
    events += _heart_tests(asked, days, len(given))
    notes = [*_notes(asked, schedule)]
    events += _pregnancy(asked, days, len(given), notes)
    return CoursePlan(asked.setting, asked.region, tuple(sorted(events, key=lambda one: (one.day, _ORDER[one.kind]))),
                      tuple(notes))


_ORDER: dict[str, int] = {
    kind: place for place, kind in enumerate(
        ("pregnancy_test", "heart_test", "blood_test", "infusion", "contraception_end", "breastfeeding_end"))
}


def _cycles(asked: CourseRequest, schedule: Schedule) -> int:
    given = len(asked.doses_given)
    if asked.cycles is None and schedule.max_cycles is None:
        raise RegimenError("treatment of metastatic disease has no planned end: say how many cycles to show")
    cycles = schedule.max_cycles if asked.cycles is None else asked.cycles
    assert cycles is not None
    if not 1 <= cycles <= _MOST_CYCLES:
        raise RegimenError(f"cycles is {cycles}; give 1 to {_MOST_CYCLES}")
    if schedule.max_cycles is not None and cycles > schedule.max_cycles:
        raise RegimenError(f"cycles is {cycles}; early disease has {schedule.max_cycles} doses in all")
    if given > cycles:
        raise RegimenError(f"{given} doses were given, but the calendar is asked for {cycles} cycles")
    return cycles


def _level(asked: CourseRequest, given: Sequence[GivenDose]) -> float:
    full = evidence.value("label.us.dose_full", "mg/kg")
    level = asked.level_mg_per_kg or (given[-1].level_mg_per_kg if given else full)
    if not 0 < level <= full:
        raise RegimenError(f"level_mg_per_kg is {level:g}; the label never goes above {full:g} mg/kg")
    if given and level > given[-1].level_mg_per_kg:
        raise RegimenError(f"level_mg_per_kg is {level:g} after {given[-1].level_mg_per_kg:g}; after a reduction the "
                           "dose is never raised again")
    return level


def _dose_days(
    asked: CourseRequest, schedule: Schedule, given: Sequence[GivenDose], cycles: int
) -> list[datetime.date]:
    """Days of all doses: those given, then each one interval after the one before, or later where one was missed."""
    interval = datetime.timedelta(days=schedule.interval_day)
    days = [one.day for one in given]
    for before, after in pairwise(days):
        if after <= before:
            raise RegimenError(f"doses_given: {after} stands twice")
    if asked.given_instead and len(asked.given_instead) != len(asked.missed):
        raise RegimenError("given_instead needs one day for each missed day")
    instead = dict(zip(asked.missed, asked.given_instead, strict=False))
    open_misses = set(asked.missed)
    while len(days) < cycles:
        day = days[-1] + interval if days else asked.first_dose
        while day in open_misses:
            open_misses.discard(day)
            later = instead.get(day, day + datetime.timedelta(days=1))
            if later <= day:
                raise RegimenError(f"the dose missed on {day} cannot be given on {later}; give a later day")
            day = later
        days.append(day)
    if open_misses:
        first = min(open_misses)
        raise RegimenError(f"no dose is planned on {first}, so none can be missed then; planned days are "
                           f"{', '.join(map(str, days[:3]))}, …")
    return days


def _infusion(
    schedule: Schedule, number: int, day: datetime.date, level: float, weight_kg: float | None, *, slow: bool,
    done: bool,
) -> PlanEvent:
    minute = schedule.first_infusion_minute if slow else schedule.later_infusion_minute
    watch = observation_minute(first=slow)
    mg = None if weight_kg is None else float(dose_mg(weight_kg, level))
    said = f"{level:g} mg/kg" + ("" if mg is None else f" = {mg:.0f} mg")
    return _event(
        "infusion", day, "infusion", minutes=minute + watch, cycle=number, level_mg_per_kg=level, dose_mg=mg, done=done,
        fill={"number": number, "dose": said, "minute": f"{minute:g}", "watch": f"{watch:g}"},
    )


def _heart_tests(asked: CourseRequest, days: Sequence[datetime.date], given: int) -> list[PlanEvent]:
    """Ejection fraction before the first dose and about every three months, from the last one measured."""
    every = int(evidence.value("monitoring.lvef_every", "month"))
    measured = sorted(asked.lvef_days)
    found = [_event("heart_test", day, "heart_test", done=True) for day in measured]
    if not measured and not given:
        found.append(_event("heart_test", asked.first_dose - datetime.timedelta(days=1), "heart_test"))
    start = measured[-1] if measured else asked.first_dose
    count = 1
    while (day := add_months(start, every * count)) <= days[-1]:
        found.append(_event("heart_test", day, "heart_test"))
        count += 1
    return found


def _pregnancy(
    asked: CourseRequest, days: Sequence[datetime.date], given: int, notes: list[str]
) -> list[PlanEvent]:
    if asked.sex is None:
        notes.append("sex is not given, so the end of contraception is left out")
        return []
    if not asked.could_become_pregnant:
        return []
    last = days[-1]
    if asked.sex == "male":
        if asked.region != "US":
            notes.append("the EU text asks men or their partners for contraception and gives no number of months")
            return []
        until = add_months(last, int(evidence.value("monitoring.contraception_male_us", "month")))
        return [_event("contraception_male", until, "contraception_end", fill={"last": last})]
    until = add_months(last, int(evidence.value("monitoring.contraception_female", "month")))
    feeding = add_months(last, int(evidence.value("monitoring.breastfeeding", "month")))
    found = [
        _event("contraception_female", until, "contraception_end", fill={"last": last}),
        _event("breastfeeding", feeding, "breastfeeding_end", fill={"last": last}),
    ]
    if not given:
        found.append(_event("pregnancy_test", asked.first_dose - datetime.timedelta(days=1), "pregnancy_test"))
    return found


def _notes(asked: CourseRequest, schedule: Schedule) -> list[str]:
    notes = ["each dose waits for its blood test and the label's rules; a held dose moves all that follow",
             "weekends and holidays are not looked at"]
    if schedule.max_cycles is None:
        notes.append("treatment goes on until the cancer grows or side effects cannot be managed; the last dose shown "
                     "is not the last one planned, and the end of contraception counts from it")
    return notes
