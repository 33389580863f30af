"""Answers of the API as JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import orjson
from starlette.responses import Response

#: Tells browsers and proxies to keep nothing.
NO_STORE = {"Cache-Control": "no-store"}


def encode(value: Any) -> bytes:
    """JSON of plain values, records and days; a number that is not finite becomes null."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        # What a client sent may hold half of a surrogate pair, which is no UTF-8; JSON can still escape it.
        return json.dumps(value, default=_plain, ensure_ascii=True).encode()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    return str(value)


def json_answer(content: bytes, media_type: str = "application/json") -> Response:
    """An answer about a person, which nobody keeps."""
    return Response(content, 200, dict(NO_STORE), media_type)
