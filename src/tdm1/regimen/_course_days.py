"""Days of the doses of a course: one interval apart, later where one was missed."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from tdm1.regimen._errors import RegimenError
from tdm1.regimen.course_request import CourseRequest, GivenDose
from tdm1.regimen.schedule import Schedule


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A missed dose and the day on which it stands instead; `said` when the request names that day."""

    missed: datetime.date
    later: datetime.date
    said: bool


def dose_days(
    asked: CourseRequest, schedule: Schedule, given: Sequence[GivenDose], cycles: int
) -> tuple[list[datetime.date], list[MadeUp]]:
    """Days of all doses: those given, then each one interval after the one before, or later where one was missed (D9).

    Raises RegimenError for a missed day on which no dose is planned, and one made up on no later day.
    """
    interval = datetime.timedelta(days=schedule.interval_day)
    days = [one.day for one in given]
    instead = _instead(asked)
    made_up: list[MadeUp] = []
    while len(days) < cycles:
        day = days[-1] + interval if days else asked.first_dose
        while day in instead:
            named = instead.pop(day)
            later = day + datetime.timedelta(days=1) if named is None else named
            if later <= day:
                raise RegimenError(f"the dose missed on {day} cannot be given on {later}; give a later day")
            made_up.append(MadeUp(day, later, named is not None))
            day = later
        days.append(day)
    if instead:
        raise RegimenError(_not_planned(min(instead), days, len(given)))
    return days, made_up


def _instead(asked: CourseRequest) -> dict[datetime.date, datetime.date | None]:
    """For each missed day the day on which its dose stands instead, where the request names one."""
    missed, named = asked.missed, asked.given_instead
    if named and len(named) != len(missed):
        raise RegimenError(f"given_instead has {len(named)} days for {len(missed)} missed ones; give one for each")
    if len(set(missed)) != len(missed):
        twice = min(day for day in missed if missed.count(day) > 1)
        raise RegimenError(f"missed: {twice} stands twice; name each missed day once")
    return dict(zip(missed, named or [None] * len(missed), strict=True))


def _not_planned(missed: datetime.date, days: Sequence[datetime.date], given: int) -> str:
    if given and missed <= days[given - 1]:
        return (f"missed: {missed} is not after the last dose given, {days[given - 1]}; a dose that was made up needs "
                "only its own day among the doses given")
    to_come = days[given:]
    planned = ", ".join(map(str, to_come[:3])) + (", …" if len(to_come) > 3 else "")
    return f"missed: no dose is planned on {missed}, so none can be missed then; planned days are {planned or 'none'}"
