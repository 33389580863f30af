"""The API for a course: its calendar, the preparation of a dose, and what a person feels."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from tdm1.web.answers import encode, json_answer
from tdm1.web.describe import described, schema_of
from tdm1.web.reading import body, document, model
from tdm1.web.requests import PlanBody, PrepareBody, SymptomsBody
from tdm1.web.state import state

router = APIRouter()
_FORMAT: list[dict[str, Any]] = [
    {"name": "format", "in": "query", "required": False, "schema": {"enum": ["json", "ics"]},
     "description": "ics: the same as a calendar file (text/calendar)"},
]


def _plan(raw: bytes, as_file: bool) -> bytes:
    from tdm1.regimen import CourseRequest, GivenDose, course
    from tdm1.report.plan import plan_json

    asked = model(PlanBody, document(raw))
    plan = course(
        CourseRequest(
            setting=asked.setting, region=asked.region, first_dose=asked.first_dose, weight_kg=asked.weight_kg,
            level_mg_per_kg=asked.level_mg_per_kg,
            doses_given=tuple(GivenDose(one.day, one.level_mg_per_kg, one.tolerated) for one in asked.doses_given),
            cycles=asked.cycles, missed=asked.missed, given_instead=asked.given_instead, lvef_days=asked.lvef_days,
            sex=asked.sex, could_become_pregnant=asked.could_become_pregnant, last_dose=asked.last_dose,
        )
    )
    if not as_file:
        return encode(plan_json(plan))
    from tdm1.interop.icalendar_file import ics

    return ics(plan, stamped=datetime.datetime.now(datetime.UTC).replace(microsecond=0))


@router.post("/api/plan", **described(
    "The course as a calendar", body=schema_of(PlanBody), parameters=_FORMAT,
    answer="infusions, blood tests, heart tests, end of contraception, each with its source",
))
async def post_plan(request: Request) -> Response:
    """Infusions, blood and heart tests and the end of contraception; a missed dose moves what follows."""
    raw = await body(request)
    as_file = request.query_params.get("format") == "ics"
    made = await state(request).quick.run(_plan, raw, as_file)
    if not as_file:
        return json_answer(made)
    named = {"Content-Disposition": 'attachment; filename="t-dm1.ics"', "Cache-Control": "no-store"}
    return Response(made, 200, named, "text/calendar; charset=utf-8")


def _prepare(raw: bytes) -> bytes:
    from tdm1.regimen import prepare
    from tdm1.report.plan import preparation_json

    asked = model(PrepareBody, document(raw))
    made = prepare(asked.dose_mg, region=asked.region, infusion=asked.infusion, weight_kg=asked.weight_kg)
    return encode(preparation_json(made))


@router.post("/api/prepare", **described(
    "How to make up a dose", body=schema_of(PrepareBody),
    answer="vials with the least waste, volume to draw, bag, minutes, and each step with its source",
))
async def post_prepare(request: Request) -> Response:
    """Vials, volume, bag, filter and times of one dose, step by step as the region's label says."""
    return json_answer(await state(request).quick.run(_prepare, await body(request)))


def _symptoms(raw: bytes) -> bytes:
    from tdm1.symptoms import triage

    asked = model(SymptomsBody, document(raw))
    found = triage(asked.text, temperature_c=asked.temperature_c, days_since_dose=asked.days_since_dose)
    return encode(asdict(found))


@router.post("/api/symptoms", **described(
    "How soon to call about what one feels", body=schema_of(SymptomsBody),
    answer="urgency (at once, today, next visit), why, advice, and what to ask further; never that no help is needed",
))
async def post_symptoms(request: Request) -> Response:
    """What a person feels, in plain words: act at once, call today, or tell at the next visit, and why."""
    return json_answer(await state(request).quick.run(_symptoms, await body(request)))
