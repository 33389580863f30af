"""What a request for a calendar may hold: days, numbers of doses and dose levels that can be."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from tdm1 import evidence
from tdm1.regimen._errors import RegimenError
from tdm1.regimen.course_request import CourseRequest, GivenDose
from tdm1.regimen.schedule import Schedule, dose_mg

#: Regions whose label text is known.
REGIONS = ("US", "EU", "England")
#: Most doses that are shown of a course without a planned end.
_MOST_CYCLES = 60
# Years outside are slips of typing, and would leave the calendar of the computer.
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def checked(asked: CourseRequest) -> None:
    """Raises RegimenError, naming the field, for a region, sex, weight or day that cannot be."""
    if asked.region not in REGIONS:
        hint = evidence.nearest(asked.region, REGIONS)
        raise RegimenError(f"there is no label text for region '{asked.region}'{hint} (known: US, EU or England)")
    if asked.sex not in ("female", "male", None):
        raise RegimenError(f"sex is '{asked.sex}'; it is female, male, or left out")
    if asked.weight_kg is not None:
        limit = evidence.value("limits.weight", "kg")
        if not (isfinite(asked.weight_kg) and 0 < asked.weight_kg <= limit):
            raise RegimenError(f"weight_kg is {asked.weight_kg:g}; give the body weight in kg, more than 0 and at most "
                               f"{limit:g}")
        dose_mg(asked.weight_kg, evidence.value("label.us.dose_full", "mg/kg"))
    _day("first_dose", asked.first_dose)
    for name in ("missed", "given_instead", "lvef_days"):
        for place, day in enumerate(getattr(asked, name)):
            _day(f"{name}[{place}]", day)
    for place, one in enumerate(asked.doses_given):
        _day(f"doses_given[{place}]", one.day)
    for before, after in pairwise(sorted(one.day for one in asked.doses_given)):
        if before == after:
            raise RegimenError(f"doses_given: {after} stands twice; give each dose once")
    if asked.doses_given and (first := min(one.day for one in asked.doses_given)) != asked.first_dose:
        raise RegimenError(f"the first dose is on {asked.first_dose}, but doses_given begins on {first}")


def _day(name: str, day: datetime.date) -> None:
    # A datetime is a date in Python, but does not compare with one.
    if isinstance(day, datetime.datetime) or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise RegimenError(f"{name} is {day}; give a day without a time, of the years {_FIRST_YEAR} to {_LAST_YEAR}")


def cycles_of(asked: CourseRequest, schedule: Schedule) -> int:
    """Number of doses of the calendar. Raises RegimenError where it is needed and not given, or cannot be."""
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


def planned_level(asked_mg_per_kg: float | None, given: Sequence[GivenDose], schedule: Schedule) -> float:
    """Level of the doses to come, mg/kg: the one asked for, else the lowest given, else the full dose (D7, D8).

    Raises RegimenError for one that is no level of the label, or above a dose given before.
    """
    levels = schedule.levels_mg_per_kg
    lowest = max((_level_of(one, levels) for one in given), default=0)
    if asked_mg_per_kg is None:
        return levels[lowest]
    level = asked_mg_per_kg
    known = ", ".join(f"{one:g}" for one in levels)
    if level > levels[0]:
        raise RegimenError(f"level_mg_per_kg is {level:g}; the label never goes above {levels[0]:g} mg/kg")
    if level not in levels:
        raise RegimenError(f"level_mg_per_kg is {level:g}, which is no dose level of the label ({known} mg/kg)")
    if level > levels[lowest]:
        raise RegimenError(f"level_mg_per_kg is {level:g} after {levels[lowest]:g}; after a reduction the dose is "
                           "never raised again")
    return level


def _level_of(one: GivenDose, levels: Sequence[float]) -> int:
    """Place of the label's level that a dose given is near; milligrams are rounded and weights change a little."""
    tolerance = evidence.value("person.level_tolerance", "1")
    distances = [abs(one.level_mg_per_kg / level - 1.0) for level in levels]
    place = distances.index(min(distances)) if isfinite(one.level_mg_per_kg) else 0
    if not distances[place] <= tolerance:
        known = ", ".join(f"{level:g}" for level in levels)
        raise RegimenError(f"doses_given: {one.level_mg_per_kg:.3g} mg/kg on {one.day} is no dose level of the label "
                           f"({known} mg/kg); check milligrams and weight")
    return place


def steps_up(given: Sequence[GivenDose], schedule: Schedule) -> list[GivenDose]:
    """Doses given above an earlier one, which the label forbids (D8)."""
    places = [_level_of(one, schedule.levels_mg_per_kg) for one in given]
    return [one for index, one in enumerate(given) if index and places[index] < max(places[:index])]


def too_close(given: Sequence[GivenDose], schedule: Schedule) -> list[tuple[GivenDose, GivenDose]]:
    """Neighbours among the doses given that are less than one interval apart."""
    return [(one, other) for one, other in pairwise(given) if (other.day - one.day).days < schedule.interval_day]
