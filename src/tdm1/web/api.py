"""The API for one person: the check, its FHIR form, and the schema of a record."""

from __future__ import annotations

import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from tdm1.person import PersonRecord, check
from tdm1.web.answers import encode, json_answer
from tdm1.web.describe import BUNDLE_OR_RECORD, ON_AND_REGION, SUBJECT, described
from tdm1.web.reading import body, day, document, person, region, subject
from tdm1.web.state import state

router = APIRouter()
#: A record of this size is checked within a few milliseconds; whole histories of a clinic go to a thread.
_SMALL_BYTES = 16 * 1024


def _check(raw: bytes, on: datetime.date | None, region_: str | None) -> bytes:
    found = person(document(raw), on, region_)
    answered = check(found.record, on=on, region=region_)
    return encode(answered if found.how is None else answered.as_dict() | {"read": found.how})


@router.post("/api/check", **described(
    "May this person have the drug, and the next dose?", body=BUNDLE_OR_RECORD, parameters=ON_AND_REGION,
    answer="eligibility, screening, the next dose, and what is still needed; for a bundle also `read`, how it was read",
))
async def post_check(request: Request) -> Response:
    """Eligibility with reasons, warnings, medicines and the next dose of one person, each with its source."""
    raw = await body(request)
    made = await state(request).quick.run_small(len(raw) <= _SMALL_BYTES, _check, raw, day(request), region(request))
    return json_answer(made)


def _guidance(
    raw: bytes, on: datetime.date | None, region_: str | None, whose: str | None, module: str
) -> dict[str, Any]:
    from tdm1.interop.fhir import guidance_response

    found = document(raw)
    read = person(found, on, region_)
    return guidance_response(
        check(read.record, on=on, region=region_), subject=whose, when=datetime.datetime.now(datetime.UTC),
        module_uri=module,
    )


@router.post("/api/check/guidance", **described(
    "The same check as a FHIR R4 GuidanceResponse", body=BUNDLE_OR_RECORD, parameters=[*ON_AND_REGION, SUBJECT],
    answer="GuidanceResponse: success, or what is needed", media_type="application/fhir+json",
))
async def post_guidance(request: Request) -> Response:
    """The check as a FHIR R4 GuidanceResponse."""
    raw = await body(request)
    held = state(request)
    module = f"{held.settings.base}/api/check"
    made = await held.quick.run(_guidance, raw, day(request), region(request), subject(request), module)
    return json_answer(encode(made), "application/fhir+json")


@router.get("/api/schema/person", **described("JSON Schema of a person's record", answer="JSON Schema"))
async def get_schema(_: Request) -> Response:
    """The JSON Schema of a person's record."""
    return json_answer(encode(PersonRecord.model_json_schema()))


@router.get("/healthz", **described("Is the server there?", answer="`{\"status\": \"ok\", \"version\": …}`"))
async def get_health(_: Request) -> Response:
    """Tell that the server is there."""
    from tdm1 import __version__

    return json_answer(encode({"status": "ok", "version": __version__}))
