"""Reads every fact file once, checks its schema, and answers for a fact by name.

A fact file is YAML under `facts/`, one subject a file:

    subject: what the file is about
    defaults: {population: …, source: KEY, read: read, date: 2026-11-23}   # may be left out
    facts:
      plasma.clearance:
        meaning: clearance of the T-DM1 conjugate at the reference covariates
        value: 0.676
        unit: L/day
        kind: typical
        where: abstract
        between_patients: {kind: variance, value: 0.03585, scale: log, where: Table 2, read: secondary}

Every fact has a meaning, value, unit, kind, population, source, place in the source (`where`),
reading mark and date; `defaults` gives those that a whole file shares.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from typing import Any, get_args

import yaml

from tdm1.evidence._errors import EvidenceError, nearest
from tdm1.evidence._fact import Fact, Kind, Reading, Source, Variability

_REQUIRED = ("meaning", "value", "unit", "kind", "population", "source", "where", "read", "date")
_OPTIONAL = ("note", "between_patients")
_SPREAD = {"kind", "value", "scale", "source", "where", "read", "note"}
#: Where the data files of this package lie.
ROOT = files("tdm1.evidence")


def parse_yaml(text: str, file: str) -> Any:
    """The document in a YAML text. Raises EvidenceError that names the file."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise EvidenceError(f"{file}: not valid YAML: {error}") from error


def _spread(raw: Any, fact: dict[str, Any], at: str) -> Variability | None:
    if raw is None:
        return None
    unknown = set(raw) - _SPREAD
    if unknown:
        raise EvidenceError(f"{at}: between_patients has unknown keys {sorted(unknown)}; it takes {sorted(_SPREAD)}")
    missing = {"kind", "value"} - set(raw)
    if missing:
        raise EvidenceError(f"{at}: between_patients lacks {sorted(missing)}")
    if raw["kind"] not in ("variance", "cv", "sd") or not raw["value"] >= 0:
        raise EvidenceError(f"{at}: between_patients needs kind variance, cv or sd and a value of 0 or more")
    return Variability(
        kind=raw["kind"],
        value=float(raw["value"]),
        scale=raw.get("scale", "log"),
        source=raw.get("source", fact["source"]),
        where=raw.get("where", fact["where"]),
        read=raw.get("read", fact["read"]),
        note=raw.get("note", ""),
    )


def _fact(name: str, raw: dict[str, Any], defaults: dict[str, Any], file: str) -> Fact:
    at = f"{file}: fact '{name}'"
    merged = {**defaults, **raw}
    missing = [key for key in _REQUIRED if merged.get(key) in (None, "")]
    if missing:
        raise EvidenceError(f"{at} lacks {', '.join(missing)}; add them to the fact or to the file's defaults")
    unknown = set(merged) - set(_REQUIRED) - set(_OPTIONAL)
    if unknown:
        raise EvidenceError(f"{at} has unknown keys {sorted(unknown)}")
    if merged["kind"] not in get_args(Kind):
        raise EvidenceError(f"{at}: kind '{merged['kind']}' is none of {', '.join(get_args(Kind))}")
    if merged["read"] not in get_args(Reading):
        raise EvidenceError(f"{at}: read '{merged['read']}' is none of {', '.join(get_args(Reading))}")
    value = merged["value"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise EvidenceError(f"{at}: value {value!r} is not a finite number")
    return Fact(
        name=name,
        meaning=str(merged["meaning"]),
        value=float(value),
        unit=str(merged["unit"]),
        kind=merged["kind"],
        population=str(merged["population"]),
        source=str(merged["source"]),
        where=str(merged["where"]),
        read=merged["read"],
        date=str(merged["date"]),
        note=str(merged.get("note", "")),
        variability=_spread(merged.get("between_patients"), merged, at),
        file=file,
    )


@cache
def facts() -> dict[str, Fact]:
    """Every fact by name. Raises EvidenceError, naming file and fact, when one breaks the schema."""
    found: dict[str, Fact] = {}
    for path in sorted(ROOT.joinpath("facts").iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".yaml"):
            continue
        document = parse_yaml(path.read_text("utf-8"), path.name)
        for name, raw in document["facts"].items():
            fact = _fact(name, raw, document.get("defaults", {}), path.name)
            if name in found:
                raise EvidenceError(f"fact '{name}' stands in both {found[name].file} and {path.name}; keep one")
            found[name] = fact
    return found


@cache
def sources() -> dict[str, Source]:
    """Every source by key, from `sources.yaml`."""
    document = parse_yaml(ROOT.joinpath("sources.yaml").read_text("utf-8"), "sources.yaml")
    return {
        key: Source(key=key, citation=raw["citation"], doi=str(raw.get("doi") or ""), url=str(raw.get("url") or ""),
                    note=str(raw.get("note") or ""))
        for key, raw in document.items()
    }


def fact(name: str) -> Fact:
    """The fact called `name`. Raises EvidenceError with the nearest name when there is none."""
    known = facts()
    if name not in known:
        raise EvidenceError(f"no fact is called '{name}'{nearest(name, known)}")
    return known[name]


def value(name: str, unit: str) -> float:
    """The number of a fact, in the unit the caller expects.

    The unit is asked for so that a change of unit in a file breaks loudly where the number is used.
    Raises EvidenceError when the fact is unknown or stands in another unit.
    """
    found = fact(name)
    if found.unit != unit:
        raise EvidenceError(f"{found.file}: '{name}' is in {found.unit}, but the code expects {unit}")
    return found.value
