"""The catalogue of adverse events: what each term is, what drives it, and how long it lasts.

Read from `evidence/symptoms/catalogue.yaml`. Four kinds of terms: symptoms have a hazard of their own; reported terms
are laboratory grades that someone writes down as an event; overlaps are a symptom while a blood value is low; groups
are the worst of their members.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml

Driver = Literal["constant", "conjugate", "nerve_exposure", "early", "infusion"]
Blood = Literal["platelets", "neutrophils", "haemoglobin", "lvef"]
Setting = Literal["metastatic", "early"]
SETTINGS: tuple[Setting, ...] = ("metastatic", "early")
_FILE = "symptoms/catalogue.yaml"
_SYMPTOM_KEYS = {
    "plain", "system", "statements", "driver", "lab", "duration_day", "permanent_share", "worsens", "own",
    "only_severe", "settings", "source", "read", "where", "note", "date",
}


@dataclass(frozen=True, slots=True)
class Symptom:
    """A term with a hazard of its own.

    plain, system     words a patient understands, and the part of the body
    statements        lines of the leaflet that it belongs to
    driver            what the drug's part of the hazard follows
    lab               the blood or heart value that raises hazard and severity when it falls, or None
    duration_day      mean length of an episode; `permanent_share` of the episodes do not end
    worsens           starts at grade 1 and climbs to its grade while T-DM1 is given
    own               stands in no published table: the rest of a group beside its printed members
    only_severe       counts events of grade 3 or worse alone
    """

    name: str
    plain: str
    system: str
    statements: tuple[str, ...]
    driver: Driver
    lab: Blood | None
    duration_day: float
    permanent_share: float
    worsens: bool
    own: bool
    only_severe: bool
    settings: tuple[Setting, ...]
    source: str
    read: str
    where: str
    note: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A laboratory or heart grade that is reported as an event; the worst of `analytes` counts.

    Episodes of `symptoms` are always reported under it too, with their own grades.
    """

    name: str
    plain: str
    system: str
    statements: tuple[str, ...]
    analytes: tuple[str, ...]
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """A symptom while a blood value is below a limit, an event of its own with a fixed grade.

    symptom      the symptom that must be there
    blood, below the value that must be low, and the fact that gives the limit
    """

    name: str
    plain: str
    system: str
    statements: tuple[str, ...]
    symptom: str
    blood: Blood
    below: str
    grade: int


@dataclass(frozen=True, slots=True)
class Group:
    """The worst of its members, where that is `least_grade` or more; `also` are other names for it in the tables."""

    name: str
    plain: str
    system: str
    members: tuple[str, ...]
    least_grade: int
    serious: bool
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All terms, in the order of the file; `absent` are rows of the published tables that are no term, with reasons."""

    symptoms: tuple[Symptom, ...]
    reported: tuple[Reported, ...]
    overlaps: tuple[Overlap, ...]
    groups: tuple[Group, ...]
    absent: dict[str, str]


def _symptom(name: str, raw: dict[str, Any], defaults: dict[str, Any]) -> Symptom:
    merged = {**defaults, **raw}
    unknown = set(merged) - _SYMPTOM_KEYS
    missing = [key for key in ("plain", "system", "driver", "duration_day", "source", "read") if not merged.get(key)]
    if unknown or missing:
        raise evidence.EvidenceError(f"{_FILE}: symptom '{name}' lacks {missing}, has unknown keys {sorted(unknown)}")
    for key, allowed in (("driver", get_args(Driver)), ("lab", (None, *get_args(Blood)))):
        if merged.get(key) not in allowed:
            raise evidence.EvidenceError(f"{_FILE}: symptom '{name}': {key} '{merged[key]}' is none of {allowed}")
    share = float(merged.get("permanent_share", 0.0))
    if not merged["duration_day"] > 0 or not 0.0 <= share <= 1.0:
        raise evidence.EvidenceError(f"{_FILE}: symptom '{name}' needs duration_day above 0 and a share from 0 to 1")
    return Symptom(
        name=name,
        plain=merged["plain"],
        system=merged["system"],
        statements=tuple(merged.get("statements", ())),
        driver=merged["driver"],
        lab=merged.get("lab"),
        duration_day=float(merged["duration_day"]),
        permanent_share=share,
        worsens=bool(merged.get("worsens", False)),
        own=bool(merged.get("own", False)),
        only_severe=bool(merged.get("only_severe", False)),
        settings=tuple(merged.get("settings", SETTINGS)),
        source=merged["source"],
        read=merged["read"],
        where=merged.get("where", ""),
        note=merged.get("note", ""),
    )


def _entry(kind: str, name: str, raw: Any, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An entry of another section than symptoms, with the keys it needs and no others."""
    entry: dict[str, Any] = raw if isinstance(raw, dict) else {}
    missing, unknown = [key for key in needed if key not in entry], sorted(set(entry) - {*needed, *optional})
    if missing or unknown:
        raise evidence.EvidenceError(f"{_FILE}: {kind} '{name}' lacks {missing} and has unknown keys {unknown}")
    return entry


def _member(kind: str, name: str, member: str, known: list[str]) -> str:
    if member not in known:
        raise evidence.EvidenceError(
            f"{_FILE}: {kind} '{name}' has an unknown member '{member}'{evidence.nearest(member, known)}"
        )
    return member


def _overlap(name: str, raw: Any, symptoms: list[str]) -> Overlap:
    e = _entry("overlap", name, raw, ("plain", "system", "statements", "symptom", "blood", "below", "grade"))
    if e["blood"] not in get_args(Blood):
        raise evidence.EvidenceError(f"{_FILE}: overlap '{name}': blood '{e['blood']}' is none of {get_args(Blood)}")
    symptom = _member("overlap", name, e["symptom"], symptoms)
    limit = evidence.fact(e["below"]).name
    return Overlap(name, e["plain"], e["system"], tuple(e["statements"]), symptom, e["blood"], limit, int(e["grade"]))


def _group(name: str, raw: Any, single: list[str]) -> Group:
    e = _entry("group", name, raw, ("plain", "system", "members"), ("least_grade", "serious", "also"))
    members = tuple(single) if e["members"] == "all" else tuple(e["members"])
    for member in members:
        _member("group", name, member, single)
    return Group(name, e["plain"], e["system"], members, int(e.get("least_grade", 1)), bool(e.get("serious", False)),
                 tuple(e.get("also", ())))


def parse(text: str) -> Catalogue:
    """The catalogue in a YAML text. Raises EvidenceError that names the term and what is wrong with it."""
    raw = parse_yaml(text, _FILE)
    sections = ("defaults", "symptoms", "reported", "overlaps", "groups", "absent")
    _entry("file", _FILE, raw, sections)
    symptoms = tuple(_symptom(name, entry, raw["defaults"]) for name, entry in raw["symptoms"].items())
    names = [term.name for term in symptoms]
    reported: list[Reported] = []
    for name, entry in raw["reported"].items():
        e = _entry("reported term", name, entry, ("plain", "system", "statements", "analytes"), ("symptoms",))
        also = tuple(_member("reported term", name, symptom, names) for symptom in e.get("symptoms", ()))
        reported.append(
            Reported(name, e["plain"], e["system"], tuple(e["statements"]), tuple(e["analytes"]), also)
        )
    overlaps = tuple(_overlap(name, entry, names) for name, entry in raw["overlaps"].items())
    single = [*names, *(term.name for term in reported), *(term.name for term in overlaps)]
    groups = tuple(_group(name, entry, single) for name, entry in raw["groups"].items())
    every = [*single, *(group.name for group in groups)]
    twice = sorted({name for name in every if every.count(name) > 1})
    if twice:
        raise evidence.EvidenceError(f"{_FILE}: {', '.join(twice)} stand in two sections; keep one")
    return Catalogue(symptoms, tuple(reported), overlaps, groups, dict(raw["absent"]))


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the package."""
    return parse(ROOT.joinpath(_FILE).read_text("utf-8"))
