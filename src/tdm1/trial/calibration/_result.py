"""What a calibration gives back, and the fact file it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import yaml

from tdm1 import evidence
from tdm1.trial.result import ComparisonRow


@dataclass(frozen=True, slots=True)
class Fitted:
    """One fitted number: a fact's value, or its spread between patients."""

    fact: str
    unit: str
    start: float
    value: float
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Calibration:
    """A finished calibration: fitted numbers, the comparison they lead to, and the new fact file as text."""

    fitted: list[Fitted]
    seconds: float
    facts_yaml: str
    comparison: list[ComparisonRow] = field(default_factory=list)


def facts_file(file: str, subject: str, fitted: list[Fitted], where: Mapping[str, str]) -> str:
    """The text of a fact file in which the fitted facts have their new numbers and say what they were fitted to.

    `where` gives the words for each fact; facts of the file that were not fitted stay as they are.
    """
    values = {item.fact: item.value for item in fitted if not item.spread}
    spreads = {item.fact: item.value for item in fitted if item.spread}
    facts: dict[str, object] = {}
    for name, fact in evidence.facts().items():
        if fact.file != file:
            continue
        entry: dict[str, object] = {
            "meaning": fact.meaning, "value": float(f"{values.get(name, fact.value):.5g}"), "unit": fact.unit,
            "kind": fact.kind, "population": fact.population, "source": fact.source,
            "where": where.get(name, fact.where), "read": "calibrated" if name in where else fact.read,
            "date": str(date.today()) if name in where else fact.date,
        }
        if fact.note:
            entry["note"] = fact.note
        if fact.variability is not None:
            entry["between_patients"] = {
                "kind": fact.variability.kind, "value": float(f"{spreads.get(name, fact.variability.value):.5g}"),
                "scale": fact.variability.scale,
                **({"note": fact.variability.note} if fact.variability.note else {}),
            }
        facts[name] = entry
    body = yaml.safe_dump({"subject": subject, "facts": facts}, sort_keys=False, allow_unicode=True, width=116)
    return f"# Written by the calibration that each entry names; do not edit by hand.\n{body}"
