"""The calendar file, read back by the icalendar library and checked against RFC 5545's plain rules."""

from __future__ import annotations

import datetime

from icalendar import Calendar

from tdm1.interop.icalendar_file import ics
from tdm1.regimen import CourseRequest, course

STAMP = datetime.datetime(2026, 11, 25, 12, 0, tzinfo=datetime.UTC)
PLAN = course(CourseRequest("early", "US", datetime.date(2026, 12, 1), weight_kg=64, sex="female"))


def test_calendar_file_against_icalendar() -> None:
    read = Calendar.from_ical(ics(PLAN, stamped=STAMP))
    events = read.walk("VEVENT")
    assert [(event.decoded("dtstart"), str(event["summary"])) for event in events] == [
        (one.day, one.title) for one in PLAN.events]
    assert all((event.decoded("dtend") - event.decoded("dtstart")).days == 1 for event in events)
    uids = [str(event["uid"]) for event in events]
    assert len(set(uids)) == len(uids)


def test_calendar_file_keeps_to_the_lines_of_the_standard() -> None:
    text = ics(PLAN, stamped=STAMP)
    lines = text.split(b"\r\n")
    assert b"\n" not in b"".join(lines) and all(len(line) <= 75 for line in lines)
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2] == b"END:VCALENDAR"


def test_same_plan_gives_the_same_bytes_and_names_nobody() -> None:
    assert ics(PLAN, stamped=STAMP) == ics(PLAN, stamped=STAMP)
    assert b"ATTENDEE" not in ics(PLAN, stamped=STAMP) and b"ORGANIZER" not in ics(PLAN, stamped=STAMP)
