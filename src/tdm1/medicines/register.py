"""The register of medicines: ingredients with their names, codes and classes, and what each class means beside T-DM1.

Read from `evidence/medicines/`. A gate in the tests holds that every name stands for one ingredient or one combination.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.medicines.words import plain

_FOLDER = ROOT.joinpath("medicines")
_NO_INGREDIENTS = ("classes.yaml", "codes.yaml", "look_alike.yaml", "memberships.yaml")


@dataclass(frozen=True, slots=True)
class WarningClass:
    """Why a group of medicines matters beside T-DM1, by the label, and where membership was taken from."""

    name: str
    id: str
    kind: str
    text: str
    advice: str
    source: str
    where: str
    read: str
    membership_source: str
    membership_read: str


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One ingredient: other names and brands, codes by system, warning classes, what it counts as when given earlier.

    `half_life_h` is its usual terminal half-life in hours, from memory, where waiting for it matters.
    """

    name: str
    names: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    treats: tuple[str, ...]
    half_life_h: float | None
    file: str


_KEYS = {"names", "rxnorm", "rxnorm_also", "atc", "unii", "ndc", "is", "treats", "half_life_h"}


def _codes(raw: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    rxnorm = [raw["rxnorm"]] if "rxnorm" in raw else []
    found = [("rxnorm", code) for code in (*rxnorm, *raw.get("rxnorm_also", ()))]
    return tuple(found + [(system, code) for system in ("atc", "unii", "ndc") for code in raw.get(system, ())])


@cache
def _documents() -> list[tuple[str, dict[str, Any]]]:
    files = sorted((entry for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml")), key=lambda one: one.name)
    return [
        (f"medicines/{file.name}", parse_yaml(file.read_text("utf-8"), f"medicines/{file.name}"))
        for file in files if file.name not in _NO_INGREDIENTS
    ]


@cache
def classes() -> dict[str, WarningClass]:
    """Every warning class by name."""
    document = parse_yaml(_FOLDER.joinpath("classes.yaml").read_text("utf-8"), "medicines/classes.yaml")
    return {
        name: WarningClass(name, raw["id"], raw["kind"], raw["text"], raw["advice"], raw["source"], raw["where"],
                           raw["read"], raw["membership"]["source"], raw["membership"]["read"])
        for name, raw in document["classes"].items()
    }


@cache
def ingredients() -> dict[str, Ingredient]:
    """Every ingredient by name. Raises EvidenceError for an unknown key or class, or a name that stands twice."""
    found: dict[str, Ingredient] = {}
    for file, document in _documents():
        for name, raw in document["ingredients"].items():
            unknown = set(raw) - _KEYS
            if unknown or name in found:
                raise evidence.EvidenceError(f"{file}: '{name}' has unknown keys {sorted(unknown)} or stands twice")
            for one in raw.get("is", ()):
                if one not in classes():
                    hint = evidence.nearest(one, classes())
                    raise evidence.EvidenceError(f"{file}: '{name}': no class '{one}'{hint}")
            found[name] = Ingredient(
                name, tuple(raw["names"]), _codes(raw), tuple(raw.get("is", ())), tuple(raw.get("treats", ())),
                raw.get("half_life_h"), file,
            )
    return found


@cache
def combinations() -> dict[str, tuple[str, ...]]:
    """Brands and what they hold. Raises EvidenceError for an ingredient that is not in the register."""
    known = ingredients()
    found: dict[str, tuple[str, ...]] = {}
    for file, document in _documents():
        grouped = {name: group["holds"] for group in document.get("brands", ()) for name in group["names"]}
        for brand, parts in {**document.get("combinations", {}), **grouped}.items():
            for part in parts:
                if part not in known:
                    raise evidence.EvidenceError(f"{file}: '{brand}': no ingredient '{part}'"
                                                 f"{evidence.nearest(part, known)}")
            found[brand] = tuple(parts)
    return found


@cache
def by_name() -> dict[str, tuple[str, ...]]:
    """Ingredients by every plain name: names, other names, brands, combinations."""
    found: dict[str, tuple[str, ...]] = {plain(brand): parts for brand, parts in combinations().items()}
    for one in ingredients().values():
        for name in (one.name, *one.names):
            found[plain(name)] = (one.name,)
    return found


@cache
def look_alikes() -> frozenset[str]:
    """Plain names of medicines that are not in the register and look like one that is: never read as a misspelling."""
    file = "medicines/look_alike.yaml"
    return frozenset(plain(name) for name in parse_yaml(ROOT.joinpath(file).read_text("utf-8"), file)["names"])


@cache
def by_code() -> dict[tuple[str, str], str]:
    """Ingredient by system and code."""
    return {code: one.name for one in ingredients().values() for code in one.codes}
