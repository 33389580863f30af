"""The calendar file, read back by the icalendar library and checked against RFC 5545's plain rules."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tdm1.evidence import texts
from tdm1.interop.icalendar_file import ics
from tdm1.regimen import CoursePlan, CourseRequest, GivenDose, RegimenError, course, patient_words

STAMP = datetime.datetime(2026, 11, 25, 12, 0, tzinfo=datetime.UTC)
START = datetime.date(2026, 12, 1)


def plan(**more: Any) -> CoursePlan:
    asked = {"setting": "early", "region": "US", "first_dose": START, "weight_kg": 64.0, "sex": "female", **more}
    return course(CourseRequest(**asked))


PLAN = plan()


def _read(data: bytes) -> list[Any]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


def test_calendar_file_against_icalendar() -> None:
    events = _read(ics(PLAN, stamped=STAMP))
    assert [(event.decoded("dtstart"), str(event["summary"])) for event in events] == [
        (one.day, patient_words(one).title) for one in PLAN.events]
    assert all((event.decoded("dtend") - event.decoded("dtstart")).days == 1 for event in events)
    assert all(event.decoded("dtstamp") == STAMP for event in events)
    for event, one in zip(events, PLAN.events, strict=True):
        first, *_, last = str(event["description"]).splitlines()
        assert first == patient_words(one).text
        assert all(f"{line.id} ({line.source}, {line.read})" in last for line in one.statements)


def test_calendar_file_keeps_to_the_lines_of_the_standard() -> None:
    """RFC 5545: lines end in CR LF and have at most 75 octets (3.1); version, maker, UID and stamp are there (3.6)."""
    text = ics(PLAN, stamped=STAMP)
    lines = text.split(b"\r\n")
    assert b"\n" not in b"".join(lines) and all(len(line) <= 75 for line in lines)
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2:] == [b"END:VCALENDAR", b""]
    assert lines.count(b"VERSION:2.0") == 1 and text.count(b"\r\nPRODID:") == 1
    count = len(PLAN.events)
    for name in (b"UID:", b"DTSTAMP:", b"DTSTART;VALUE=DATE:", b"DTEND;VALUE=DATE:", b"SUMMARY:"):
        assert text.count(b"\r\n" + name) == count
    assert set(re.findall(rb"DTSTAMP:(\S+)", text)) == {b"20261125T120000Z"}


def test_commas_and_ends_of_lines_are_escaped_against_rfc_5545() -> None:
    r"""3.3.11: in a text a comma is `\,`, a semicolon `\;` and an end of line `\n`."""
    unfolded = ics(PLAN, stamped=STAMP).replace(b"\r\n ", b"").decode()
    found = re.findall(r"DESCRIPTION:(.*)\r\n", unfolded)
    assert len(found) == len(PLAN.events)
    assert all(re.search(r"\\n", one) and not re.search(r"(?<!\\)[,;]", one) for one in found)


def test_same_plan_gives_the_same_bytes() -> None:
    assert ics(PLAN, stamped=STAMP) == ics(plan(), stamped=STAMP)


def test_nothing_of_the_person_stands_in_the_file() -> None:
    """Neither a dose nor a weight; the file is the same for another weight, and names no reader."""
    text = ics(PLAN, stamped=STAMP)
    assert text == ics(plan(weight_kg=111.0), stamped=STAMP) == ics(plan(weight_kg=None), stamped=STAMP)
    assert not re.search(rb"ATTENDEE|ORGANIZER|mg|kg", text)
    assert b"secret" not in ics(PLAN, stamped=STAMP, course_id="secret")


def _ids(found: CoursePlan, **more: Any) -> dict[tuple[str, int], str]:
    events = _read(ics(found, stamped=STAMP, **more))
    seen: dict[str, int] = {}
    named: dict[tuple[str, int], str] = {}
    for event, one in zip(events, found.events, strict=True):
        seen[one.kind] = seen.get(one.kind, 0) + 1
        named[one.kind, seen[one.kind]] = str(event["uid"])
    return named


def test_each_entry_has_its_own_identifier_and_keeps_it_when_its_day_moves() -> None:
    before = _ids(PLAN)
    assert len(set(before.values())) == len(before)
    moved = plan(missed=(datetime.date(2026, 12, 22),), given_instead=(datetime.date(2027, 1, 7),))
    assert [one.day for one in moved.events] != [one.day for one in PLAN.events]
    after = _ids(moved)
    assert all(after[key] == uid for key, uid in before.items())
    assert {kind for kind, _ in set(after) - set(before)} <= {"heart_test"}


def test_an_infusion_keeps_its_identifier_once_it_is_given() -> None:
    given_ = plan(doses_given=(GivenDose(START, 3.6),))
    assert _ids(given_)["infusion", 1] == _ids(PLAN)["infusion", 1]
    # The first blood test that is still to come is that of the second dose.
    assert _ids(given_)["blood_test", 1] == _ids(PLAN)["blood_test", 2]


def test_two_courses_do_not_share_identifiers() -> None:
    ours = set(_ids(PLAN).values())
    assert not ours & set(_ids(PLAN, course_id="7f3a").values())
    assert not ours & set(_ids(plan(first_dose=START + datetime.timedelta(days=1))).values())
    assert not ours & set(_ids(plan(setting="metastatic", cycles=14)).values())


def test_infusions_at_a_time_of_day_against_icalendar() -> None:
    events = _read(ics(PLAN, stamped=STAMP, infusion_at=datetime.time(9, 30)))
    for event, one in zip(events, PLAN.events, strict=True):
        start, end = event.decoded("dtstart"), event.decoded("dtend")
        if one.kind == "infusion":
            assert start == datetime.datetime.combine(one.day, datetime.time(9, 30))
            assert (end - start).total_seconds() == one.minutes * 60  # type: ignore[operator]
            assert "TRANSP" not in event
        else:
            assert start == one.day and str(event["transp"]) == "TRANSPARENT"


def test_alarms_only_when_asked_for_and_only_for_what_is_to_come() -> None:
    found = plan(doses_given=(GivenDose(START, 3.6),))
    assert not Calendar.from_ical(ics(found, stamped=STAMP)).walk("VALARM")
    alarms = [event.walk("VALARM") for event in _read(ics(found, stamped=STAMP, alarm=datetime.timedelta(hours=15)))]
    assert [len(one) for one in alarms] == [0 if one.done else 1 for one in found.events]
    rings = [one for many in alarms for one in many]
    assert {one.decoded("trigger") for one in rings} == {-datetime.timedelta(hours=15)}
    assert {str(one["action"]) for one in rings} == {"DISPLAY"}


def test_stamp_in_another_zone_is_written_in_utc() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=5))
    assert ics(PLAN, stamped=STAMP.astimezone(zone)) == ics(PLAN, stamped=STAMP)


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"stamped": STAMP.replace(tzinfo=None)}, RegimenError, "no time zone"),
        ({"alarm": datetime.timedelta(0)}, RegimenError, "more than 0"),
        ({"language": "xx"}, ValueError, "no texts in language 'xx'"),
    ],
)
def test_what_cannot_be_is_refused(more: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        ics(PLAN, **{"stamped": STAMP, **more})


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
def test_any_words_come_back_as_they_went_in_against_icalendar(words: str) -> None:
    """A second language may bring any letters; folding must not cut one in two."""
    template = words.replace("{", "{{").replace("}", "}}")
    known = dict(texts.texts())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "texts", lambda language="en": {**known, "plan.blood_test_title": template})
        one = next(one for one in PLAN.events if one.kind == "blood_test")
        data = ics(replace(PLAN, events=(one,)), stamped=STAMP)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert str(_read(data)[0]["summary"]) == words
