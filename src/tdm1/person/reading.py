"""Reads a person's record: from a file, a text or a mapping, with one clear error that names the place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from tdm1.person._errors import PersonError
from tdm1.person.record import PersonRecord

#: Largest record or bundle that is read, in bytes; whole histories of a clinic are below it.
LARGEST_BYTES = 20 * 1024 * 1024
#: Halves of letters, as JSON escapes them or as they stand.
_HALF, _HALF_BYTES = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]"), re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
#: Deepest nesting of a document; a FHIR resource stays far below it.
DEEPEST = 64


def parse(text: str | bytes, *, place: str = "record") -> dict[str, Any]:
    """The JSON object of a text. Raises PersonError for what is too large, too deep, cut off, or no JSON object."""
    if len(text) > LARGEST_BYTES:
        raise PersonError(f"{place}: larger than {LARGEST_BYTES // 1024**2} MB; give one person's record")
    try:
        document = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise PersonError(f"{place}: nested too deeply to be a record (more than {DEEPEST} levels)") from None
    except UnicodeDecodeError as error:
        raise PersonError(f"{place}: not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        ends = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        end = "; the text ends there, so it may be cut off" if ends else ""
        at = f"line {error.lineno}, column {error.colno}"
        raise PersonError(f"{place}: no valid JSON at {at}: {error.msg}{end}") from error
    except ValueError as error:
        if isinstance(error, PersonError):
            raise
        # Python refuses to read whole numbers of thousands of digits.
        raise PersonError(f"{place}: a number in it is too long to be real") from error
    if not isinstance(document, dict):
        raise PersonError(f"{place}: a JSON object is expected, found {type(document).__name__}")
    found = cast("dict[str, Any]", document)
    _depth(found, place)
    _whole_letters(text, found, place)
    return found


def _whole_letters(text: str | bytes, document: dict[str, Any], place: str) -> None:
    """Refuses half of a letter that is written in two halves: no answer that repeats it could be sent."""
    if not (_HALF.search(text) if isinstance(text, str) else _HALF_BYTES.search(text)):
        return
    try:
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise PersonError(f"{place}: a text in it holds half a letter (a lone surrogate); write it whole") from error


def _no_constant(name: str) -> float:
    raise PersonError(f"record: {name} is no value; leave the entry out if it is not known")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise PersonError(f"record: the key '{twice}' stands twice in one object; keep one")
    return found


def _depth(document: Any, place: str) -> None:
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        level = [
            child
            for one in level
            for child in (cast("dict[str, Any]", one).values() if isinstance(one, dict) else cast("list[Any]", one))
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise PersonError(f"{place}: nested too deeply to be a record (more than {DEEPEST} levels)")


def record(document: Mapping[str, Any], *, place: str = "record") -> PersonRecord:
    """The checked record of a mapping. Raises PersonError that names the entry at fault and how to mend it."""
    try:
        return PersonRecord.model_validate(dict(document))
    except ValidationError as error:
        raise PersonError(_in_words(error, place)) from error


def load(path: str | Path) -> PersonRecord:
    """The record in a JSON or YAML file of tdm1's own schema. Raises PersonError."""
    file = Path(path)
    return record(read_document(file), place=file.name)


def read_document(file: Path) -> dict[str, Any]:
    """The object in a JSON or YAML (.yaml, .yml) file. Raises PersonError when there is none."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise PersonError(f"{file.name}: cannot be read: {error.strerror or error}") from error
    if file.suffix.lower() not in (".yaml", ".yml"):
        return parse(raw, place=file.name)
    from tdm1.evidence._loader import parse_yaml

    try:
        document = parse_yaml(raw.decode("utf-8"), file.name)
    except ValueError as error:
        raise PersonError(str(error)) from error
    if not isinstance(document, dict):
        raise PersonError(f"{file.name}: a record is expected, with entries such as about, history, labs")
    return cast("dict[str, Any]", document)


def _in_words(error: ValidationError, place: str) -> str:
    """The first problem of a validation, as one sentence with its place."""
    first = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-"))
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        message = "is missing"
    return f"{place}: {path}: {message}" if path else f"{place}: {message}"
