"""Reads a trial file: YAML to a checked definition, every error with file, line and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ValidationError

from tdm1 import eligibility
from tdm1.evidence import EvidenceError, nearest
from tdm1.trial._place import PlacedError
from tdm1.trial.definition import TrialFile
from tdm1.trial.endpoints import endpoints

_LIBRARY = files("tdm1.trial").joinpath("library")


class InputError(ValueError):
    """Input that cannot be used: the message is one line and says where and how to mend it."""


def builtin() -> list[str]:
    """Names of the trials that tdm1 ships."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _LIBRARY.iterdir() if entry.name.endswith(".yaml"))


def trial_schema() -> dict[str, Any]:
    """The JSON Schema of a trial file, with a description and, where it has one, a unit for each field."""
    return TrialFile.model_json_schema()


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML that refuses a key given twice, which plain YAML would silently take the last of."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, (str, int, float, bool)):
            raise yaml.constructor.ConstructorError(None, None, "a key is one word or number", key_node.start_mark)
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"key '{key}' stands twice", key_node.start_mark)
        try:
            found[key] = loader.construct_object(value_node, deep=True)
        except ValueError as error:
            # Such as a date with a month 13, which YAML takes for a date before it looks.
            raise yaml.constructor.ConstructorError(None, None, f"{key}: {error}", value_node.start_mark) from error
    return found


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _line(text: str, location: Sequence[int | str]) -> int:
    """Line (from 1) of the deepest part of `location` that stands in the file."""
    node: Any = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    line = 1 if node is None else node.start_mark.line + 1
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pairs = cast("list[tuple[Any, Any]]", node.value)
            found = [(key, value) for key, value in pairs if key.value == str(step)]
            if not found:
                # A step that names a variant of a union is not in the file; the next one may be.
                continue
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = cast("list[Any]", node.value)[step]
            line = node.start_mark.line + 1
    return line


def _first_problem(name: str, text: str, error: ValidationError) -> InputError:
    problems = error.errors(include_url=False)
    problem = problems[0]
    cause = problem.get("ctx", {}).get("error")
    location = (*problem["loc"], *(cause.path if isinstance(cause, PlacedError) else ()))
    message = problem["msg"].removeprefix("Value error, ")
    shown = ".".join(str(step) for step in location)
    if problem["type"] == "extra_forbidden":
        message = "unknown key"
    if problem["type"] == "missing":
        message = "this field is missing"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return InputError(f"{name}, line {_line(text, location)}: {shown or 'file'}: {message}{more}")


def parse(text: str, name: str) -> TrialFile:
    """A checked trial definition from YAML text. Raises InputError naming `name` and the line."""
    try:
        raw = yaml.load(text, Loader=_UniqueKeyLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{name}, line {line}: {error.problem or 'not valid YAML'}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"{name}: not valid YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(raw, dict):
        raise InputError(f"{name}, line 1: a trial file is a mapping of fields; see 'tdm1 schema trial'")
    try:
        trial = TrialFile.model_validate(raw).with_text(text)
    except ValidationError as error:
        raise _first_problem(name, text, error) from error
    except EvidenceError as error:
        raise InputError(f"{name}: {error}") from error
    try:
        eligibility.screen(trial.eligibility)
    except ValueError as error:
        raise InputError(f"{name}, line {_line(text, ('eligibility',))}: eligibility: {error}") from error
    for place, row in enumerate(trial.published):
        known = endpoints(trial, row.arm)
        if row.endpoint not in known:
            where = ("published", place, "endpoint")
            raise InputError(
                f"{name}, line {_line(text, where)}: published.{place}.endpoint: no endpoint of arm '{row.arm}' "
                f"is called '{row.endpoint}'{nearest(row.endpoint, known)} (known: {', '.join(known)})"
            )
    for place, table in enumerate(trial.published_tables):
        known = endpoints(trial, table.arm)
        for row in table.rows():
            if row.endpoint not in known:
                where = ("published_tables", place)
                raise InputError(
                    f"{name}, line {_line(text, where)}: published_tables.{place}: arm '{table.arm}' has no endpoint "
                    f"'{row.endpoint}'{nearest(row.endpoint, known)}; leave it out with its reason (left_out)"
                )
    return trial


def load(name_or_path: str) -> TrialFile:
    """A built-in trial by name, or a trial file by path. Raises InputError with the nearest name."""
    known = builtin()
    if name_or_path in known:
        return parse(_LIBRARY.joinpath(f"{name_or_path}.yaml").read_text("utf-8"), name_or_path)
    path = Path(name_or_path)
    if path.is_file():
        try:
            return parse(path.read_text("utf-8"), str(path))
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not a text file in UTF-8") from error
    if path.suffix in (".yaml", ".yml") or path.is_dir() or len(path.parts) > 1:
        raise InputError(f"there is no trial file '{name_or_path}'")
    raise InputError(
        f"no trial is called '{name_or_path}'{nearest(name_or_path.lower(), known)} "
        f"(built in: {', '.join(known)}; or give a file)"
    )
