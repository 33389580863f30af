"""`tdm1 plan`: the course as a table and a calendar file, and the preparation sheet of a dose."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tdm1.cli._check import day_option
from tdm1.cli._screen import note, print_json, stdout
from tdm1.cli._values import OptionError
from tdm1.evidence import nearest

if TYPE_CHECKING:
    from tdm1.regimen import CoursePlan, GivenDose, PlanEvent, Preparation

_REACTION = "reaction"


@dataclass(frozen=True, slots=True)
class Request:
    """The options of `tdm1 plan`, as typed.

    given      DATE, DATE:LEVEL or DATE:LEVEL:reaction, with commas; a date alone is a full dose that was tolerated
    missed     DATE or DATE:DATE, with commas; the second one is the day of the dose instead
    last_dose  the last of the cycles is the last dose of the treatment
    sheet      new file for the preparation sheet (.html)
    stamped    time of the calendar file, for the same bytes again; None: now
    """

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
    last_dose: bool = False
    could_become_pregnant: bool = True
    sheet: Path | None = None
    stamped: datetime.datetime | None = None


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in text.split(",")] if text else []


def _day(option: str, text: str) -> datetime.date:
    day = day_option(option, text)
    assert day is not None
    return day


def _missed(text: str | None) -> tuple[tuple[datetime.date, ...], tuple[datetime.date, ...]]:
    """Missed days, and for each the day of the dose instead; none where no day names one."""
    missed: list[datetime.date] = []
    instead: list[datetime.date] = []
    for part in _parts(text):
        planned, colon, later = part.partition(":")
        missed.append(_day("--missed", planned))
        if colon:
            instead.append(_day("--missed", later))
    if instead and len(instead) != len(missed):
        raise OptionError(f"--missed '{text}' names the day of the dose instead for some days only; write DATE:DATE "
                          "for all of them, or DATE for all")
    return tuple(missed), tuple(instead)


def _given(text: str | None) -> tuple[GivenDose, ...]:
    from tdm1 import evidence
    from tdm1.regimen import GivenDose

    found: list[GivenDose] = []
    for part in _parts(text):
        day, *rest = part.split(":")
        if len(rest) > 2 or (len(rest) == 2 and rest[1] != _REACTION):
            hint = nearest(rest[1], (_REACTION,)) if len(rest) == 2 else ""
            raise OptionError(f"--given '{part}' cannot be read{hint}; write DATE, DATE:LEVEL or DATE:LEVEL:reaction")
        try:
            level = float(rest[0]) if rest else evidence.value("label.us.dose_full", "mg/kg")
        except ValueError:
            raise OptionError(f"--given '{part}': '{rest[0]}' is no dose level; write it in mg/kg, such as "
                              f"{day}:3") from None
        found.append(GivenDose(_day("--given", day), level, tolerated=len(rest) < 2))
    return tuple(found)


def _new_file(option: str, path: Path | None, ending: str) -> None:
    if path is None:
        return
    if path.suffix != ending:
        raise OptionError(f"{option} {path}: name a file that ends in {ending}")
    if path.exists():
        raise OptionError(f"{option} {path} is there already; name a new file")
    if not path.parent.is_dir():
        raise OptionError(f"{option} {path}: there is no folder {path.parent}; make it first")


def run_plan(request: Request, *, as_json: bool) -> None:
    """Print the course, and write the calendar file. Raises RegimenError or OptionError, which mean bad input."""
    from tdm1.report import plan as report

    _new_file("--ics", request.ics, ".ics")
    _new_file("--sheet", request.sheet, ".html")
    plan = _plan(request)
    upcoming = next((one for one in plan.events if one.kind == "infusion" and not one.done), None)
    wanted = "--prepare" if request.prepare else "--sheet" if request.sheet is not None else None
    made = None if wanted is None else _made(wanted, request, upcoming)
    _write(request, plan, upcoming, made)
    if as_json:
        print_json(report.plan_json(plan) | ({"preparation": report.preparation_json(made)} if made else {}))
        return
    report.print_plan(plan, stdout())
    if made is not None and request.prepare:
        report.print_preparation(made, stdout())


def _plan(request: Request) -> CoursePlan:
    from tdm1.regimen import CourseRequest, course

    if request.sex not in ("female", "male", None):
        raise OptionError(f"--sex '{request.sex}' is not known; it takes female or male")
    missed, instead = _missed(request.missed)
    return course(CourseRequest(
        request.setting, request.region, _day("--start", request.start), request.weight_kg, request.level_mg_per_kg,
        _given(request.given), request.cycles, missed, instead,
        tuple(_day("--lvef", part) for part in _parts(request.lvef)),
        "female" if request.sex == "female" else "male" if request.sex == "male" else None,
        request.could_become_pregnant, request.last_dose,
    ))


def _made(option: str, request: Request, upcoming: PlanEvent | None) -> Preparation:
    from tdm1.regimen import prepare

    if upcoming is None or upcoming.dose_mg is None or upcoming.infusion is None:
        raise OptionError(f"{option} needs --weight-kg and a dose that is still to come")
    return prepare(upcoming.dose_mg, region=request.region, infusion=upcoming.infusion, weight_kg=request.weight_kg)


def _write(request: Request, plan: CoursePlan, upcoming: PlanEvent | None, made: Preparation | None) -> None:
    now = request.stamped or datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    if request.ics is not None:
        from tdm1.interop.icalendar_file import ics

        request.ics.write_bytes(ics(plan, stamped=now))
        note(f"calendar written to {request.ics}")
    if request.sheet is not None and made is not None and upcoming is not None:
        from tdm1.report import preparation_page

        page = preparation_page.page(made, printed=now.date(), infusion_day=upcoming.day)
        request.sheet.write_text(page, "utf-8")
        note(f"preparation sheet written to {request.sheet}")
