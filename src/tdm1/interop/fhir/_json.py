"""Fields of JSON objects with their types checked; each error names the place."""

from __future__ import annotations

from typing import Any, cast

from tdm1.interop.fhir._errors import FhirError

Json = dict[str, Any]
_LONGEST_SHOWN = 40


def shown(value: object) -> str:
    """A value as an error may show it: short."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def as_object(value: Any, place: str) -> Json:
    """`value`, which must be an object."""
    if not isinstance(value, dict):
        raise FhirError(f"{place}: an object is expected, found {shown(value)}")
    return cast("Json", value)


def text(owner: Json, key: str, place: str) -> str | None:
    """The text of a field, without white space around it; None where the field is not there."""
    value = owner.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise FhirError(f"{place} {key}: a text is expected, found {shown(value)}")
    return value.strip()


def one(owner: Json, key: str, place: str) -> Json | None:
    """The object of a field; None where the field is not there."""
    value = owner.get(key)
    return None if value is None else as_object(value, f"{place} {key}")


def many(owner: Json, key: str, place: str) -> list[Json]:
    """The objects of a list; empty where the field is not there."""
    value = owner.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise FhirError(f"{place} {key}: a list is expected, found {shown(value)}")
    return [as_object(each, f"{place} {key}[{index}]") for index, each in enumerate(cast("list[Any]", value))]


def number(owner: Json, key: str, place: str) -> float | None:
    """The finite number of a field; None where the field is not there."""
    value = owner.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FhirError(f"{place} {key}: a number is expected, found {shown(value)}")
    try:
        found = float(value)
    except OverflowError:
        found = float("inf")
    if not abs(found) < float("inf"):
        raise FhirError(f"{place} {key}: {shown(value)} is no finite number")
    return found
