"""Reads the people of `people/` into records of tdm1's own schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "people"
ON = "2026-11-25"
YESTERDAY = "2026-11-24"


def _lab(test: str, text: str, day: str) -> dict[str, Any]:
    measured, _, limit = text.partition(", ")
    value, unit = measured.split(" ", 1)
    entry: dict[str, Any] = {"test": test, "value": float(value), "unit": unit, "date": day}
    return entry | ({"upper_limit": float(limit)} if limit else {})


def _labs(values: dict[str, str | None], day: str) -> list[dict[str, Any]]:
    return [_lab(test, text, day) for test, text in values.items() if text is not None]


def _dose(raw: Any) -> dict[str, Any]:
    if isinstance(raw, dict):
        ((day, level),) = raw.items()
        return {"date": day, "level_mg_per_kg": level}
    return {"date": raw, "level_mg_per_kg": 3.6}


def record_of(person: dict[str, Any]) -> dict[str, Any]:
    """The record of a person: the base, with what the person writes in its place."""
    base = yaml.safe_load((FOLDER / "bases.yaml").read_text("utf-8"))[person["base"]]
    merged = {**base, **{key: person[key] for key in ("region", "earlier", "doses", "medicines") if key in person}}
    for key in ("labs", "history", "about"):
        merged[key] = {**base[key], **person.get(key, {})}
    found: dict[str, Any] = {
        "date": ON,
        "region": merged["region"],
        "about": {name: value for name, value in merged["about"].items() if value is not None},
        "history": {name: value for name, value in merged["history"].items() if value is not None},
        "labs": _labs(merged["labs"], YESTERDAY),
        "findings": [{"finding": name, "value": value, "date": YESTERDAY}
                     for name, value in person.get("findings", {}).items()],
    }
    for entry in merged["earlier"]:
        found["labs"] += _labs({name: text for name, text in entry.items() if name != "day"}, entry["day"])
    if merged["doses"] is not None:
        found["doses"] = [_dose(raw) for raw in merged["doses"]]
    if merged["medicines"] is not None:
        found["medicines"] = merged["medicines"]
    return found


def people() -> list[tuple[str, dict[str, Any]]]:
    """Every person of every file, with an id for the test."""
    found: list[tuple[str, dict[str, Any]]] = []
    for file in sorted(FOLDER.glob("*.yaml")):
        if file.name != "bases.yaml":
            found += [(f"{file.stem}: {one['name']}", one) for one in yaml.safe_load(file.read_text("utf-8"))]
    return found
