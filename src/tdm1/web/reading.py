"""Reads what a request holds: JSON by the rules of a person's record, a body by its schema, days and regions."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from tdm1 import evidence
from tdm1.person import PersonError, PersonRecord, parse, record
from tdm1.web.errors import ApiError
from tdm1.web.limits import bounded

_JSON = frozenset({"application/json", "application/fhir+json", "application/json+fhir"})
REGIONS = ("US", "EU", "England")
_M = TypeVar("_M", bound=BaseModel)
_REFERENCE = re.compile(r"Patient/[A-Za-z0-9.\-]{1,64}")
#: Half of a surrogate pair as a JSON escape: no text that can be sent on.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


async def body(request: Request) -> bytes:
    """The bytes of a JSON request. Raises ApiError (415) for another content type."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _JSON:
        raise ApiError(415, "send JSON and say so: Content-Type: application/json")
    return await request.body()


def document(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises ApiError (400) for what is none, with the place."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ApiError(400, f"the request is not UTF-8 text (byte {error.start})") from None
    try:
        found = parse(text, place="request")
    except PersonError as error:
        raise ApiError(400, " ".join(str(error).split())) from None
    except ValueError:
        # Python refuses to read whole numbers of thousands of digits.
        raise ApiError(400, "request: a number in it has too many digits") from None
    if _SURROGATE.search(text) and not _sendable(found):
        raise ApiError(400, "request: a text in it holds half of a character (a lone \\ud800 to \\udfff)")
    return found


def _sendable(found: Any) -> bool:
    if isinstance(found, str):
        try:
            found.encode("utf-8")
        except UnicodeEncodeError:
            return False
        return True
    if isinstance(found, dict):
        entries = cast("dict[str, Any]", found)
        return all(_sendable(key) and _sendable(value) for key, value in entries.items())
    return all(_sendable(one) for one in cast("list[Any]", found)) if isinstance(found, list) else True


def day(request: Request, name: str = "on") -> datetime.date | None:
    """The day of a query parameter, or None. Raises ApiError (422) when it is no day of the calendar."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ApiError(422, f"'{text[:40]}' is no day of the calendar; write it as YYYY-MM-DD", name) from None


def region(request: Request) -> str | None:
    """The region of the query, or None. Raises ApiError (422) for one that is not known."""
    text = request.query_params.get("region")
    if text is not None and text not in REGIONS:
        raise ApiError(422, f"there is no label text for region '{text[:40]}'{evidence.nearest(text[:40], REGIONS)}"
                            f" (known: {', '.join(REGIONS)})", "region")
    return text


def subject(request: Request) -> str | None:
    """The reference to the patient in the query, or None. Raises ApiError (422) for what is no reference."""
    text = request.query_params.get("subject")
    if text is not None and not _REFERENCE.fullmatch(text):
        raise ApiError(422, "the patient is referred to as Patient/ID", "subject")
    return text


def model(kind: type[_M], found: Mapping[str, Any]) -> _M:
    """The checked body of a request. Raises ApiError (422) with the place of the first fault."""
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            last = str(first["loc"][-1])[:80]
            message = f"nothing is called '{last}' here{evidence.nearest(last, kind.model_fields)}"
        elif first["type"] == "missing":
            message = "is missing"
        raise ApiError(422, message, place[:200]) from None


@dataclass(frozen=True, slots=True)
class PersonRead:
    """A record, and how it was read where it came as a bundle."""

    record: PersonRecord
    how: dict[str, Any] | None


def person(found: dict[str, Any], on: datetime.date | None, region_: str | None) -> PersonRead:
    """The record in a document, of tdm1's own schema or a FHIR bundle. Raises PersonError or FhirError."""
    if "resourceType" not in found:
        return PersonRead(bounded(record(found)), None)
    from tdm1.interop.fhir import read_bundle

    bundle = read_bundle(found, on=on, region=region_)
    how = {
        "used": [asdict(one) for one in bundle.used], "ignored": [asdict(one) for one in bundle.ignored],
        "notes": list(bundle.notes),
    }
    return PersonRead(bounded(bundle.record), how)
