"""`tdm1 plan`: the course as a table and a calendar file, and the preparation sheet of a dose."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from tdm1.cli._check import day_option
from tdm1.cli._screen import note, print_json, stdout
from tdm1.cli._values import OptionError


@dataclass(frozen=True, slots=True)
class Request:
    """The options of `tdm1 plan`, as typed."""

    setting: str
    region: str
    start: str
    weight_kg: float | None
    level_mg_per_kg: float | None
    cycles: int | None
    given: str | None
    missed: str | None
    lvef: str | None
    sex: str | None
    ics: Path | None
    prepare: bool


def _days(option: str, text: str | None) -> tuple[datetime.date, ...]:
    found = (day_option(option, part.strip()) for part in text.split(",")) if text else ()
    return tuple(day for day in found if day is not None)


def _missed(text: str | None) -> tuple[tuple[datetime.date, ...], tuple[datetime.date, ...]]:
    """Missed days, and for each the day of the dose: `2026-12-22:2026-12-24`; without it the day after."""
    if not text:
        return (), ()
    missed: list[datetime.date] = []
    instead: list[datetime.date] = []
    for part in text.split(","):
        planned, _, later = part.strip().partition(":")
        day = day_option("--missed", planned)
        assert day is not None
        missed.append(day)
        instead.append(day_option("--missed", later or None) or day + datetime.timedelta(days=1))
    return tuple(missed), tuple(instead)


def run_plan(request: Request, *, as_json: bool) -> None:
    """Print the course, and write the calendar file. Raises RegimenError or OptionError, which mean bad input."""
    from tdm1.regimen import CourseRequest, GivenDose, course, prepare
    from tdm1.report import plan as report

    first = day_option("--start", request.start)
    assert first is not None
    sexes = {"female": "female", "male": "male", None: None}
    if request.sex not in sexes:
        raise OptionError(f"--sex '{request.sex}' is not known; it takes female or male")
    missed, instead = _missed(request.missed)
    asked = CourseRequest(
        request.setting, request.region, first, request.weight_kg, request.level_mg_per_kg,
        tuple(GivenDose(day, request.level_mg_per_kg or _full()) for day in _days("--given", request.given)),
        request.cycles, missed, instead, _days("--lvef", request.lvef),
        "female" if request.sex == "female" else "male" if request.sex == "male" else None,
    )
    plan = course(asked)
    made = None
    if request.prepare:
        upcoming = next((one for one in plan.events if one.kind == "infusion" and not one.done), None)
        if upcoming is None or upcoming.dose_mg is None:
            raise OptionError("--prepare needs --weight-kg and a dose that is still to come")
        made = prepare(upcoming.dose_mg, region=request.region, infusion="first" if upcoming.cycle == 1 else "later",
                       weight_kg=request.weight_kg)
    if request.ics is not None:
        from tdm1.interop.icalendar_file import ics

        stamped = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        request.ics.write_bytes(ics(plan, stamped=stamped))
        note(f"calendar written to {request.ics}")
    if as_json:
        print_json(report.plan_json(plan) | ({"preparation": report.preparation_json(made)} if made else {}))
        return
    report.print_plan(plan, stdout())
    if made is not None:
        report.print_preparation(made, stdout())


def _full() -> float:
    from tdm1 import evidence

    return evidence.value("label.us.dose_full", "mg/kg")
