"""Published shares that the symptoms of a setting are fitted to, by arm and term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.symptoms.catalogue import Setting, catalogue

FILE = "symptoms/targets.yaml"
ArmName = Literal["t_dm1", "trastuzumab"]
ARMS: tuple[ArmName, ...] = ("t_dm1", "trastuzumab")
_TRUST = {"yes": 0, "partial": 1, "recall": 2}


@dataclass(frozen=True, slots=True)
class Target:
    """Shares (0 to 1) of an arm's patients with a term: of any grade, of grade 3 or worse; None where not printed.

    n       patients of the arm
    where   the row in words
    """

    term: str
    n: int
    any_grade: float | None
    severe: float | None
    where: str


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One row of a published table that names a term of the catalogue, as printed in percent."""

    arm: ArmName
    term: str
    printed_term: str
    n: int | None
    any_pct: float | None
    severe_pct: float | None
    verified: str
    source: str


def _file() -> dict[str, Any]:
    return parse_yaml(ROOT.joinpath(FILE).read_text("utf-8"), FILE)


def trial_of(setting: Setting) -> tuple[str, dict[ArmName, str]]:
    """The published trial of a setting, and what its table calls the arms."""
    raw = dict(_file()["trials"][setting])
    trial = str(raw.pop("trial"))
    return trial, raw


def published_rows(setting: Setting) -> list[PublishedRow]:
    """All rows of the setting's trial that name a term of the catalogue, in the order of the table."""
    trial, arms = trial_of(setting)
    names = {term.name: term.name for term in (*catalogue().symptoms, *catalogue().reported, *catalogue().overlaps)}
    for group in catalogue().groups:
        names.update({name: group.name for name in (group.name, *group.also)})
    by_print: dict[str, ArmName] = {printed: arm for arm, printed in arms.items()}
    found: list[PublishedRow] = []
    for row in evidence.table("adverse_reactions").filter(trial=trial).iter_rows(named=True):
        arm = by_print.get(row["arm"])
        if arm is None or row["term"] not in names:
            continue
        found.append(
            PublishedRow(
                arm, names[row["term"]], row["term"], row["n"], row["any_pct"], row["g3plus_or_g3_pct"],
                row["verified"], row["source_key"],
            )
        )
    return found


def _best(rows: list[PublishedRow], field: Literal["any_pct", "severe_pct"]) -> PublishedRow | None:
    """The row that was read best among those that print the field; the catalogue's own name first."""
    having = [row for row in rows if getattr(row, field) is not None and row.n is not None]
    return min(having, key=lambda row: (_TRUST[row.verified], row.printed_term != row.term), default=None)


def _from_file(raw: dict[str, Any], term: str, n: int) -> Target:
    any_pct, severe_pct = raw.get("any_pct"), raw.get("severe_pct")
    return Target(
        term, n, None if any_pct is None else any_pct / 100.0, None if severe_pct is None else severe_pct / 100.0,
        f"{raw['where']} ({FILE}, {raw['read']})",
    )


def targets(setting: Setting) -> dict[ArmName, dict[str, Target]]:
    """What each arm of the setting is fitted to, by term; rows of the tables first, then `targets.yaml`.

    A printed 0 of severe events stands for the file's `least_severe_pct`, one of any grade for nobody.
    """
    raw = _file()
    least = raw["least_severe_pct"]["value"] / 100.0
    trial, arms = trial_of(setting)
    rows = published_rows(setting)
    found: dict[ArmName, dict[str, Target]] = {arm: {} for arm in arms}
    for arm in found:
        own = [row for row in rows if row.arm == arm]
        for term in dict.fromkeys(row.term for row in own):
            same = [row for row in own if row.term == term]
            any_row, severe_row = _best(same, "any_pct"), _best(same, "severe_pct")
            row = any_row or severe_row
            if row is None or row.n is None:
                continue
            any_grade = None if any_row is None or any_row.any_pct is None else any_row.any_pct / 100.0
            severe = None if severe_row is None or severe_row.severe_pct is None else severe_row.severe_pct / 100.0
            said = [f"{arms[arm]} of {trial}"]
            said += [f"any {any_row.any_pct:g} %"] if any_row is not None else []
            said += [f"grade 3 or worse {severe_row.severe_pct:g} %"] if severe_row is not None else []
            severe = None if severe is None else max(severe, least)
            found[arm][term] = Target(term, row.n, any_grade, severe, ", ".join(said))
    sizes = [target.n for target in found["t_dm1"].values()]
    for term, entry in raw["shares"][setting].items():
        extra = _from_file(entry, term, max(sizes))
        printed = found["t_dm1"].get(term)
        if printed is None:
            found["t_dm1"][term] = extra
            continue
        found["t_dm1"][term] = Target(
            term, printed.n,
            printed.any_grade if extra.any_grade is None else extra.any_grade,
            printed.severe if extra.severe is None else extra.severe,
            f"{printed.where}; {extra.where}",
        )
    return found
