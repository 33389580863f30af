"""The API of the simulation: what to expect of 100 people like one, and the quick what-if."""

from __future__ import annotations

import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from tdm1.web.answers import encode, json_answer
from tdm1.web.describe import SUBJECT, described, schema_of
from tdm1.web.errors import ApiError
from tdm1.web.reading import body, document, model, subject
from tdm1.web.requests import ExpectBody, ExploreBody
from tdm1.web.state import state

router = APIRouter()
_VIEW: list[dict[str, Any]] = [
    {"name": "view", "in": "query", "required": False, "schema": {"enum": ["yes", "no"]},
     "description": "yes: also `view`, the words and pictures that a patient's page shows"},
]


def _expect(raw: bytes, with_view: bool) -> bytes:
    from tdm1 import forecast

    asked = model(ExpectBody, document(raw))
    found = forecast.expect(asked.setting, asked.known, patients=asked.patients, seed=asked.seed)
    answered = found.as_dict(survival=asked.survival)
    if with_view:
        from tdm1.report.expect import view

        answered["view"] = view(found, survival=asked.survival)
    return encode(answered)


@router.post("/api/expect", **described(
    "Of 100 people like one: what to expect", body=schema_of(ExpectBody), parameters=_VIEW,
    answer="shares of virtual people of the trial, beside what the trial saw, and how far they may be off",
))
async def post_expect(request: Request) -> Response:
    """Simulates people like one and counts what happened to them; nothing of the request is kept."""
    with_view = request.query_params.get("view") == "yes"
    return json_answer(await state(request).slow.run(_expect, await body(request), with_view))


def _risk(raw: bytes, whose: str) -> bytes:
    from tdm1 import forecast
    from tdm1.interop.fhir import risk_assessment

    asked = model(ExpectBody, document(raw))
    found = forecast.expect(asked.setting, asked.known, patients=asked.patients, seed=asked.seed)
    now = datetime.datetime.now(datetime.UTC)
    return encode(risk_assessment(found.as_dict(survival=asked.survival), subject=whose, when=now))


@router.post("/api/expect/risk", **described(
    "The same as a FHIR R4 RiskAssessment", body=schema_of(ExpectBody), parameters=[SUBJECT | {"required": True}],
    answer="RiskAssessment with one prediction an outcome, in percent", media_type="application/fhir+json",
))
async def post_risk(request: Request) -> Response:
    """What to expect as a FHIR R4 RiskAssessment; FHIR asks for a reference to the patient (`subject`)."""
    whose = subject(request)
    if whose is None:
        raise ApiError(422, "is missing; FHIR asks for a reference to the patient: ?subject=Patient/ID", "subject")
    return json_answer(await state(request).slow.run(_risk, await body(request), whose), "application/fhir+json")


def _explore(raw: bytes) -> bytes:
    from tdm1 import forecast

    asked = model(ExploreBody, document(raw))
    return encode(forecast.explore(forecast.Settings(**asked.model_dump())).as_dict())


@router.post("/api/explore", **described(
    "What if the dose, the interval or the patients were others", body=schema_of(ExploreBody),
    answer="drug in the blood, tumour, platelets as bands over time, and the outcome of a trial, with units",
))
async def post_explore(request: Request) -> Response:
    """Another dose, interval, weight, HER2 or number of earlier treatments in the same virtual people."""
    return json_answer(await state(request).slow.run(_explore, await body(request)))
