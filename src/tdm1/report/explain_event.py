"""Explains one adverse event: what it is, what drives it in the model, its numbers, and what was published of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdm1.report import glossary
from tdm1.report.behind_a_run import MARKS
from tdm1.report.explanation import Explanation, cited, doubt

if TYPE_CHECKING:
    from tdm1.symptoms import Group, Overlap, Reported, Symptom

_DRIVERS = {
    "constant": "the same while T-DM1 is given",
    "conjugate": "the concentration of T-DM1 in the blood",
    "nerve_exposure": "what has gathered at the nerves",
    "early": "the first doses more than later ones",
    "infusion": "the infusion itself, the first most of all",
}
_KINDS = {
    "Symptom": "adverse event", "Reported": "adverse event from a laboratory value",
    "Overlap": "adverse event of a symptom while a blood value is low", "Group": "group of adverse events",
}


def _terms() -> dict[str, Symptom | Reported | Overlap | Group]:
    from tdm1.symptoms import catalogue

    known = catalogue()
    found: dict[str, Symptom | Reported | Overlap | Group] = {
        term.name: term for term in (*known.symptoms, *known.reported, *known.overlaps, *known.groups)
    }
    return found | {other: group for group in known.groups for other in group.also}


def names() -> list[str]:
    """Every name of an adverse event that can be explained."""
    return list(_terms())


def find(name: str) -> Symptom | Reported | Overlap | Group | None:
    """The term called `name`, by its own name or its plain words; spaces, hyphens and capitals do not count."""
    wanted = name.casefold().replace(" ", "_").replace("-", "_")
    known = _terms()
    if wanted in known:
        return known[wanted]
    return next((term for term in known.values() if term.plain.casefold() == name.casefold()), None)


def published(term: str) -> list[dict[str, Any]]:
    """Rows of the published tables: trial, arm, n, share of any grade and of grade 3 or more (%), source."""
    import polars as pl

    from tdm1 import evidence

    rows = evidence.table("adverse_reactions").filter(pl.col("term") == term)
    columns = ["trial", "arm", "n", "any_pct", "g3plus_or_g3_pct", "source_key", "verified"]
    return rows.select(columns).to_dicts()


def _row_in_words(row: dict[str, Any]) -> str:
    shares = [
        f"{row[column]:g} % {words}"
        for column, words in (("any_pct", "any grade"), ("g3plus_or_g3_pct", "grade 3 or more"))
        if row[column] is not None
    ]
    size = f" of {row['n']}" if row["n"] is not None else ""
    return f"{row['trial']}, {row['arm']}: {', '.join(shares)}{size} ({row['source_key']})"


def _of_symptom(term: Symptom) -> tuple[list[tuple[str, str]], dict[str, Any], tuple[str, ...]]:
    from tdm1.symptoms import numbers

    source, data = cited(term.source)
    lines = [("driven by", _DRIVERS[term.driver] + (f"; more when {term.lab} is low" if term.lab else ""))]
    stays = f"; {100 * term.permanent_share:g} % of episodes do not end" if term.permanent_share else ""
    lines.append(("lasts", f"{term.duration_day:g} days on average{stays}"))
    hazards: dict[str, dict[str, float]] = {}
    for setting in term.settings:
        number = numbers(setting).symptoms[term.name]
        hazards[setting] = {
            "background_per_day": number.background_per_day, "drug_per_day": number.drug_per_day,
            "share_grade3plus": number.share_grade3plus,
        }
        lines.append((
            f"rate, {setting}",
            f"{number.background_per_day:.3g} 1/day without the drug and {number.drug_per_day:.3g} 1/day by it; "
            f"{100 * number.share_grade3plus:.3g} % of episodes are of grade 3 or more (calibrated)",
        ))
    lines.append(("source", f"duration: {source}; {term.where or term.note}"))
    lines.append(("read", f"{term.read}: {MARKS[term.read]}"))
    more = {
        "driver": term.driver, "lab": term.lab, "duration_day": term.duration_day,
        "permanent_share": term.permanent_share, "rates": hazards, "source": data, "read": term.read, "note": term.note,
    }
    return lines, more, tuple(f"duration: {text}" for text in doubt(term.read))


def _of_others(term: Reported | Overlap | Group) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    from tdm1.symptoms import Group, Reported

    if isinstance(term, Reported):
        return [("comes from", f"the worst grade of {', '.join(term.analytes)}")], {"analytes": list(term.analytes)}
    if isinstance(term, Group):
        least = f", counted from grade {term.least_grade}" if term.least_grade > 1 else ""
        also = [("also called", ", ".join(term.also))] if term.also else []
        worst = ("is the worst of", ", ".join(term.members) + least)
        return [worst, *also], {"members": list(term.members), "also": list(term.also)}
    found = f"{term.symptom} while {term.blood} is below {term.below}; always grade {term.grade}"
    return [("comes from", found)], {"symptom": term.symptom, "blood": term.blood, "grade": term.grade}


def explain(term: Symptom | Reported | Overlap | Group) -> Explanation:
    """What is known of one adverse event, with the rows of the published tables that bear its name."""
    from tdm1.symptoms import Group, Symptom, when_to_call

    known = glossary.find(term.name.replace("_", " "))
    lines = [("plain words", term.plain), ("part of the body", term.system)]
    if known is not None:
        lines.append(("in words", known.words))
    warnings: tuple[str, ...] = ()
    if isinstance(term, Symptom):
        more_lines, more, warnings = _of_symptom(term)
    else:
        more_lines, more = _of_others(term)
    lines += more_lines
    call = None if isinstance(term, Group) else when_to_call(term.name)
    if call is not None:
        lines.append(("when to call", f"{call.when}: {call.why} ({call.source}, {call.where})"))
    rows = [row for name in (term.name, *(term.also if isinstance(term, Group) else ())) for row in published(name)]
    lines.append(("published", "\n".join(_row_in_words(row) for row in rows) or "stands in no published table"))
    statements = () if isinstance(term, Group) else term.statements
    if statements:
        lines.append(("leaflet", ", ".join(statements)))
    lines.append(("stands in", "tdm1/evidence/symptoms/catalogue.yaml"))
    data = {
        "plain": term.plain, "system": term.system, "words": "" if known is None else known.words,
        "when_to_call": None if call is None else {"when": call.when, "why": call.why, "source": call.source},
        **more, "statements": list(statements), "published": rows,
    }
    return Explanation(term.name, _KINDS[type(term).__name__], tuple(lines), data, warnings)
