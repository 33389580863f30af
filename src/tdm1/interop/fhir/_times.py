"""Days and times as FHIR writes them: a year, a month, a day, or an instant with its time zone."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from tdm1.interop.fhir import _json
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json

_SHAPE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?)?)?", re.ASCII
)


#: Nothing about a person of today is older.
_EARLIEST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it was written.

    first, day   the first day that it can be; the day itself, None where only a year or month is given
    instant      the point in time, None where only a day or less is given
    text         as written
    """

    first: datetime.date
    day: datetime.date | None
    instant: datetime.datetime | None
    text: str


def moment(written: str, place: str) -> Moment:
    """The moment of a FHIR date, dateTime or instant; the day is the one written, in its own time zone."""
    found = _SHAPE.fullmatch(written)
    if found is None:
        raise FhirError(f"{place}: '{written[:40]}' is no FHIR date; write YYYY-MM-DD, or a time with its time zone")
    year, month, day, time = found.groups()
    try:
        first = datetime.date(int(year), int(month or 1), int(day or 1))
        instant = datetime.datetime.fromisoformat(written) if time else None
    except ValueError:
        raise FhirError(f"{place}: '{written}' is no day or time of the calendar") from None
    if first.year < _EARLIEST_YEAR:
        raise FhirError(f"{place}: {written} lies before {_EARLIEST_YEAR}; check the year")
    return Moment(first, first if day else None, instant, written)


def field(owner: Json, key: str, place: str, on: datetime.date) -> Moment | None:
    """The moment of a field. Raises FhirError for one after `on`, the day of the question."""
    written = _json.text(owner, key, place)
    if written is None:
        return None
    found = moment(written, f"{place} {key}")
    if found.first > on:
        raise FhirError(f"{place} {key}: {written} lies after the day of the question, {on}")
    return found


def period(owner: Json, key: str, place: str, on: datetime.date) -> tuple[Moment | None, Moment | None]:
    """Start and end of a period; only its end may lie after `on`. Raises FhirError when it ends before it starts."""
    found = _json.one(owner, key, place)
    if found is None:
        return None, None
    start = field(found, "start", f"{place} {key}", on)
    written = _json.text(found, "end", f"{place} {key}")
    end = None if written is None else moment(written, f"{place} {key} end")
    if start is not None and end is not None and start.day and end.day and end.day < start.day:
        raise FhirError(f"{place} {key}: it ends on {end.text}, before it starts on {start.text}")
    return start, end
