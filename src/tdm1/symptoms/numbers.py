"""The calibrated numbers of a setting: hazards, shares of severe grades, chances that a grade is reported.

They stand in `evidence/symptoms/calibrated.yaml`, written by `tdm1 calibrate symptoms`.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.symptoms.catalogue import SETTINGS, Setting, catalogue

FILE = "symptoms/calibrated.yaml"


@dataclass(frozen=True, slots=True)
class SymptomNumbers:
    """Numbers of a symptom: 1/day (infusion reactions: per first infusion), and the share of grade 3 or worse."""

    background_per_day: float
    drug_per_day: float
    share_grade3plus: float
    where: str = ""


@dataclass(frozen=True, slots=True)
class ReportedNumbers:
    """Chances (0 to 1) that a worst measured grade of 1, of 2, of 3 or more is reported as an event."""

    grade1: float
    grade2: float
    grade3plus: float
    where: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """All numbers of one setting, by term."""

    symptoms: Mapping[str, SymptomNumbers]
    reported: Mapping[str, ReportedNumbers]


def _entry(kind: type, name: str, raw: Any) -> Any:
    known = {field.name for field in fields(kind)}
    entry: dict[str, Any] = raw if isinstance(raw, dict) else {}
    wrong, missing = [key for key in entry if key not in known], sorted(known - {"where"} - set(entry))
    if wrong or missing:
        raise evidence.EvidenceError(f"{FILE}: '{name}' has unknown keys {wrong} and lacks {missing}")
    for key, value in entry.items():
        if key != "where" and not (isinstance(value, (int, float)) and 0 <= value < math.inf):
            raise evidence.EvidenceError(f"{FILE}: '{name}': {key} is {value!r}, not a number of 0 or more")
        if key not in ("where", "background_per_day", "drug_per_day") and value > 1:
            raise evidence.EvidenceError(f"{FILE}: '{name}': {key} is {value!r}, but a share is at most 1")
    number = kind(**entry)
    if isinstance(number, ReportedNumbers) and not number.grade1 <= number.grade2 <= number.grade3plus:
        raise evidence.EvidenceError(f"{FILE}: '{name}': the chances fall with the grade; a worse grade is told sooner")
    return number


def parse(text: str) -> dict[str, Numbers]:
    """The numbers of every setting in a YAML text. Raises EvidenceError that names the term and what is wrong."""
    raw = parse_yaml(text, FILE)
    found: dict[str, Numbers] = {}
    for setting in SETTINGS:
        if setting not in raw:
            raise evidence.EvidenceError(f"{FILE}: lacks the setting '{setting}'{evidence.nearest(setting, raw)}")
        part = raw[setting]
        symptoms = {name: _entry(SymptomNumbers, name, entry) for name, entry in part["symptoms"].items()}
        reported = {name: _entry(ReportedNumbers, name, entry) for name, entry in part["reported"].items()}
        wanted = {term.name for term in catalogue().symptoms if setting in term.settings}
        odd = wanted ^ set(symptoms) | {term.name for term in catalogue().reported} ^ set(reported)
        if odd:
            raise evidence.EvidenceError(f"{FILE}: {setting}: {sorted(odd)} do not match the terms of the catalogue")
        found[setting] = Numbers(symptoms, reported)
    return found


@cache
def _files() -> dict[str, Numbers]:
    return parse(ROOT.joinpath(FILE).read_text("utf-8"))


_instead: dict[str, Numbers] = {}


def numbers(setting: Setting) -> Numbers:
    """The numbers of a setting. Raises EvidenceError for a setting that is not one of `SETTINGS`."""
    if setting not in SETTINGS:
        raise evidence.EvidenceError(f"there is no setting '{setting}'{evidence.nearest(setting, SETTINGS)}")
    return _instead.get(setting) or _files()[setting]


@contextmanager
def what_if(setting: Setting, other: Numbers) -> Generator[None]:
    """Other numbers for a setting inside a `with` block of this process: what calibration and sensitivity need."""
    kept = _instead.get(setting)
    _instead[setting] = other
    try:
        yield
    finally:
        _instead.pop(setting)
        if kept is not None:
            _instead[setting] = kept
