"""Answers of the API as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

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
        return json.dumps(_plain(value), ensure_ascii=True, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    """The same of plain values alone, for the standard library: records as dictionaries, no number without an end."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in cast("Sequence[Any]", value)]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def json_answer(content: bytes, media_type: str = "application/json") -> Response:
    """An answer about a person, which nobody keeps."""
    return Response(content, 200, dict(NO_STORE), media_type)
