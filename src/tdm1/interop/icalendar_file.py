"""The calendar of a course as an .ics file (RFC 5545). It holds no name and nothing of the person but the days."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from tdm1.regimen import CoursePlan, PlanEvent

if TYPE_CHECKING:
    from icalendar import Event

_NAMESPACE = uuid5(NAMESPACE_URL, "https://tdm1.example/calendar")
_PRODUCT = "-//tdm1//research software, not a medical device//EN"


def ics(plan: CoursePlan, *, stamped: datetime.datetime) -> bytes:
    """The calendar as bytes of an .ics file: one all-day event each, the same for the same plan and `stamped` time."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "T-DM1")
    for place, event in enumerate(plan.events):
        calendar.add_component(_entry(event, place, stamped))
    return calendar.to_ical()


def _entry(event: PlanEvent, place: int, stamped: datetime.datetime) -> Event:
    from icalendar import Event

    entry = Event()
    entry.add("uid", f"{uuid5(_NAMESPACE, f'{event.kind} {event.cycle} {place}')}@tdm1")
    entry.add("dtstamp", stamped)
    entry.add("dtstart", event.day)
    entry.add("dtend", event.day + datetime.timedelta(days=1))
    entry.add("summary", event.title)
    entry.add("description", f"{event.detail} [{event.id}, {event.source}, {event.where}; {event.read}]. "
                             "The treating team decides; research software.")
    entry.add("transp", "TRANSPARENT")
    entry.add("class", "PRIVATE")
    return entry
