"""The calendar of a course as an .ics file (RFC 5545), in the words of the patient.

It holds no name, no dose, no weight and no laboratory value; but its days tell that and when somebody is treated.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from tdm1.evidence.texts import REFERENCE, text
from tdm1.regimen import CoursePlan, PlanEvent, RegimenError, patient_words

if TYPE_CHECKING:
    from icalendar import Alarm, Event

# A name, not an address: identifiers made from it are the same on every computer.
_NAMESPACE = uuid5(NAMESPACE_URL, "https://tdm1.example/calendar")
_PRODUCT = "-//tdm1//research software, not a medical device//EN"


def ics(
    plan: CoursePlan,
    *,
    stamped: datetime.datetime,
    course_id: str = "",
    infusion_at: datetime.time | None = None,
    alarm: datetime.timedelta | None = None,
    language: str = REFERENCE,
) -> bytes:
    """The calendar as bytes of an .ics file: one entry each, the same bytes for the same arguments.

    stamped      when the file was made, with its time zone
    course_id    tells two courses apart that begin on the same day; it is hashed, never written. An entry has the same
                 UID in every calendar of one course, so that a new file moves it instead of standing beside it
    infusion_at  time of day of the infusions, as on the clinic's clock; without it every entry is for the whole day
    alarm        how long before its start an entry that is still to come rings; without it none does
    Raises RegimenError for a `stamped` without a time zone or an `alarm` that is not before the start, and
    EvidenceError for a language that is not here.
    """
    from icalendar import Calendar

    if stamped.utcoffset() is None:
        raise RegimenError(f"stamped {stamped} has no time zone; give one, such as datetime.UTC")
    if alarm is not None and alarm <= datetime.timedelta(0):
        raise RegimenError(f"alarm is {alarm}; give how long before the start it rings, more than 0")
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", text("plan.title", language))
    seen: Counter[str] = Counter()
    for one in plan.events:
        entry = _entry(one, _uid(plan, one, course_id, seen), stamped.astimezone(datetime.UTC), infusion_at, language)
        if alarm is not None and not one.done:
            entry.add_component(_alarm(alarm, str(entry["summary"])))
        calendar.add_component(entry)
    return calendar.to_ical()


def _uid(plan: CoursePlan, one: PlanEvent, course_id: str, seen: Counter[str]) -> str:
    """From the start of the course, the kind, and the number of the dose or the place among its kind."""
    seen[one.kind] += 1
    number = one.cycle or seen[one.kind]
    key = "\n".join((plan.setting, plan.first_dose.isoformat(), course_id, one.kind, str(number)))
    return f"{uuid5(_NAMESPACE, key)}@tdm1"


def _entry(
    one: PlanEvent, uid: str, stamped: datetime.datetime, infusion_at: datetime.time | None, language: str
) -> Event:
    from icalendar import Event

    words = patient_words(one, language)
    lines = ", ".join(f"{line.id} ({line.source}, {line.read})" for line in one.statements)
    entry = Event()
    entry.add("uid", uid)
    entry.add("dtstamp", stamped)
    if infusion_at is not None and one.kind == "infusion" and one.minutes is not None:
        # Without a zone it is the time on the clock where the patient is, summer time or not.
        start = datetime.datetime.combine(one.day, infusion_at.replace(tzinfo=None))
        entry.add("dtstart", start)
        entry.add("dtend", start + datetime.timedelta(minutes=one.minutes))
    else:
        entry.add("dtstart", one.day)
        entry.add("dtend", one.day + datetime.timedelta(days=1))
        entry.add("transp", "TRANSPARENT")
    entry.add("summary", words.title)
    entry.add("description", "\n".join((
        words.text, text("plan.notice", language), text("plan.from", language, lines=lines),
    )))
    entry.add("class", "PRIVATE")
    return entry


def _alarm(before: datetime.timedelta, said: str) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", said)
    alarm.add("trigger", -before)
    return alarm
