"""Calendars for the tests, early disease and a woman unless said otherwise."""

from __future__ import annotations

import datetime
from typing import Any

from tdm1.regimen import CoursePlan, CourseRequest, course

START = datetime.date(2026, 12, 1)


def plan(**more: Any) -> CoursePlan:
    return course(CourseRequest(**{"setting": "early", "region": "US", "first_dose": START, "sex": "female", **more}))


def days(found: CoursePlan, kind: str) -> list[datetime.date]:
    return [one.day for one in found.events if one.kind == kind]
