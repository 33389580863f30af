"""What the OpenAPI page says of an address: its body, parameters and answers. Checks stand elsewhere."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from tdm1.person import PersonRecord

#: Schema of every refusal.
ERROR = {
    "type": "object", "required": ["error"], "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object", "required": ["message", "where"], "additionalProperties": False,
            "properties": {
                "message": {"type": "string", "description": "what is wrong and how to mend it"},
                "where": {"type": "string", "description": "the place at fault, empty where there is none"},
                "incident": {"type": "string", "description": "number of a fault of ours"},
            },
        }
    },
}
_REFUSALS = {
    "400": "the body is no JSON object", "404": "nothing is here", "405": "another method is needed",
    "413": "the body is too large", "415": "the body is not called JSON", "422": "something in the body cannot be",
    "429": "too many requests", "500": "a fault of ours, with an incident number", "503": "the server is busy",
}
ON_AND_REGION: list[dict[str, Any]] = [
    {"name": "on", "in": "query", "required": False, "schema": {"type": "string", "format": "date"},
     "description": "day of the question; left out: the record's own, else today"},
    {"name": "region", "in": "query", "required": False, "schema": {"enum": ["US", "EU", "England"]},
     "description": "whose label; left out: the record's own, else US, and the answer says so"},
]
SUBJECT: dict[str, Any] = {
    "name": "subject", "in": "query", "required": False,
    "schema": {"type": "string", "pattern": "^Patient/[A-Za-z0-9.-]{1,64}$"},
    "description": "reference to the patient, such as Patient/1",
}


def schema_of(kind: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a body, with its parts in place, for they have no common home in the document."""
    whole = kind.model_json_schema()
    parts = whole.pop("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return inline(parts[str(node["$ref"]).rpartition("/")[2]])
            return {key: inline(value) for key, value in node.items()}
        return [inline(one) for one in node] if isinstance(node, list) else node

    return inline(whole)


BUNDLE_OR_RECORD: dict[str, Any] = {
    "anyOf": [
        schema_of(PersonRecord),
        {
            "title": "FHIR R4 bundle", "type": "object", "required": ["resourceType"],
            "properties": {
                "resourceType": {"const": "Bundle"}, "entry": {"type": "array", "items": {"type": "object"}},
            },
        },
    ]
}


def described(
    summary: str, *, answer: str, body: dict[str, Any] | None = None, parameters: list[dict[str, Any]] | None = None,
    media_type: str = "application/json", more: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Arguments of a route: no response model on the way, everything said for the OpenAPI document."""
    responses: dict[str, Any] = {
        "200": {"description": answer, "content": {media_type: {"schema": {"type": "object"}}}}
    }
    for status, words in (_REFUSALS | (more or {})).items():
        responses[status] = {"description": words, "content": {"application/json": {"schema": ERROR}}}
    extra: dict[str, Any] = {"responses": responses}
    if parameters:
        extra["parameters"] = parameters
    if body is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return {"summary": summary, "openapi_extra": extra, "response_model": None}
