"""The clinic's system: CDS Hooks 2.0 services. A request is read, checked and answered with cards; nothing is kept."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from tdm1.interop import cds_hooks
from tdm1.person import Needed, PersonRecord, check
from tdm1.web.answers import encode, json_answer
from tdm1.web.describe import described
from tdm1.web.errors import ApiError
from tdm1.web.limits import bounded
from tdm1.web.reading import body, document
from tdm1.web.state import state

router = APIRouter()
_ADDRESS = "/cds-services"
_PAGE = "/next-dose"
#: What a check calls the list of medicines among what is missing.
_MEDICINES = "medicines"
_REFUSED = {
    "401": "the client's token is missing or not accepted", "412": "the patient was not sent along (prefetch)",
}
_ANY_JSON: dict[str, Any] = {"type": "object", "required": ["hook", "hookInstance", "context"], "properties": {
    "hook": {"enum": list(cds_hooks.HOOKS.values())}, "hookInstance": {"type": "string", "format": "uuid"},
    "context": {"type": "object", "required": ["patientId"], "properties": {
        "patientId": {"type": "string"}, "selections": {"type": "array", "items": {"type": "string"}},
        "draftOrders": {"type": "object"},
    }},
    "prefetch": {"type": "object", "properties": {key: {} for key in cds_hooks.prefetch_templates()}},
}}
_FEEDBACK: dict[str, Any] = {"type": "object", "required": ["feedback"], "properties": {
    "feedback": {"type": "array", "items": {"type": "object", "required": ["card", "outcome", "outcomeTimestamp"],
                 "properties": {"card": {"type": "string"}, "outcome": {"enum": ["accepted", "overridden"]},
                                "outcomeTimestamp": {"type": "string", "format": "date-time"}}}},
}}
_SERVICE: list[dict[str, Any]] = [
    {"name": "service", "in": "path", "required": True, "schema": {"enum": list(cds_hooks.HOOKS)},
     "description": "id of the service"},
]


def answer_hook(raw: bytes, service: str, region: str | None, link: str | None) -> bytes:
    """Cards for one request to a service, as JSON.

    raw      body of the request
    region   whose label; None leaves it to the record, else US
    link     address of the page where the data can be entered by hand, or None
    Raises ApiError (400 no JSON, 404 no such service, 412 no patient) and HookError, FhirError, PersonError (422).
    """
    from tdm1.interop.fhir import read_bundle

    if service not in cds_hooks.HOOKS:
        raise ApiError(404, f"there is no such service (known: {', '.join(cds_hooks.HOOKS)})")
    asked = cds_hooks.read_request(document(raw), service)
    try:
        gathered = cds_hooks.gather(asked)
    except cds_hooks.PrefetchMissing as error:
        raise ApiError(412, str(error), "prefetch.patient") from error
    sent = [one["resource"] for one in gathered.bundle["entry"]]
    orders = tuple(one for one in cds_hooks.ordered(asked, sent) if one.selected)
    ordering = any(one.t_dm1 for one in orders)
    if asked.hook != "patient-view" and not orders:
        return encode({"cards": []})
    today = datetime.date.today()
    record = bounded(read_bundle(gathered.bundle, on=today, region=region).record)
    had = cds_hooks.has_had(record) or any(one.t_dm1 for one in cds_hooks.ordered(asked, sent))
    if asked.hook != "patient-view" and not (ordering or had):
        return encode({"cards": []})
    answer = check(cds_hooks.with_ordered(record, orders), on=today, region=region)
    if asked.hook == "patient-view" and not cds_hooks.concerns(record, answer):
        return encode({"cards": []})
    if record.medicines is None and all(one.name != _MEDICINES for one in answer.missing):
        # The ordered medicine is known, what else is taken is not.
        answer = replace(answer, missing=(*answer.missing, *_other_medicines(record, region)))
    showing = cds_hooks.Showing(
        ordering=ordering, orders=orders, only_orders=asked.hook != "patient-view" and not ordering,
        incomplete=gathered.incomplete, link=link,
    )
    return encode({"cards": cds_hooks.cards(answer, showing)})


def _other_medicines(record: PersonRecord, region: str | None) -> tuple[Needed, ...]:
    """What the check of the record without the orders asks about medicines, where it was not asked yet."""
    asked = check(record, on=datetime.date.today(), region=region).missing
    return tuple(one for one in asked if one.name == _MEDICINES)


@router.get(_ADDRESS, **described(
    "CDS Hooks 2.0: the services there are", answer="services with hook, id and prefetch",
    more={"401": _REFUSED["401"]},
))
async def get_services(request: Request) -> Response:
    """The discovery document."""
    held = state(request)
    held.trust.check(request.headers.get("authorization"), (held.settings.base + _ADDRESS,))
    return json_answer(encode(cds_hooks.discovery()))


@router.post(_ADDRESS + "/{service}", **described(
    "CDS Hooks 2.0: cards for one patient", body=_ANY_JSON, parameters=_SERVICE, answer="cards; none where nothing is "
    "to be said", more=_REFUSED,
))
async def post_service(request: Request) -> Response:
    """Cards from one hook."""
    held = state(request)
    service = request.path_params["service"]
    held.trust.check(request.headers.get("authorization"), (f"{held.settings.base}{_ADDRESS}/{service}",))
    raw = await body(request)
    link = held.settings.base + _PAGE
    return json_answer(await held.quick.run(answer_hook, raw, service, held.settings.region, link))


@router.post(_ADDRESS + "/{service}/feedback", **described(
    "CDS Hooks 2.0: what was done with a card; it is checked and forgotten", body=_FEEDBACK, parameters=_SERVICE,
    answer="an empty object", more={"401": _REFUSED["401"]},
))
async def post_feedback(request: Request) -> Response:
    """Take feedback, and keep none of it."""
    held = state(request)
    service = request.path_params["service"]
    address = f"{held.settings.base}{_ADDRESS}/{service}"
    held.trust.check(request.headers.get("authorization"), (address, f"{address}/feedback"))
    if service not in cds_hooks.HOOKS:
        raise ApiError(404, f"there is no such service (known: {', '.join(cds_hooks.HOOKS)})")
    raw = await body(request)
    await held.quick.run(lambda: cds_hooks.read_feedback(document(raw)))
    return json_answer(b"{}")
