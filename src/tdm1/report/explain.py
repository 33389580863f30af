"""Answers `what is this, and where does it come from?` for a fact, a label rule or a term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tdm1.report import glossary
from tdm1.report.behind_a_run import MARKS

if TYPE_CHECKING:
    from tdm1.evidence import Fact
    from tdm1.safety import Rule

_DOUBTFUL = {
    "recall": "this was written from memory of the source and has not been read again; check it before relying on it",
    "assumed": "this is our own choice; no source gives it",
}
#: When several facts share a name's last part, the one of the drug itself is meant.
_PREFERRED = "plasma."


class ExplainError(ValueError):
    """A name that is unknown, or that several facts share."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one name: labelled lines for people, the same as data, and warnings."""

    name: str
    kind: str
    lines: tuple[tuple[str, str], ...]
    data: dict[str, Any]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The explanation as JSON data."""
        return {"name": self.name, "kind": self.kind, **self.data, "warnings": list(self.warnings)}


def _source(key: str) -> tuple[str, dict[str, str]]:
    from tdm1 import evidence

    if key == glossary.OWN_WORDS:
        return key, {"key": key, "citation": key, "doi": "", "url": ""}
    known = evidence.sources()
    if key not in known:
        return key, {"key": key, "citation": "", "doi": "", "url": ""}
    source = known[key]
    link = f"doi:{source.doi}" if source.doi else source.url
    return f"{source.citation} {link}".strip(), {
        "key": key,
        "citation": source.citation,
        "doi": source.doi,
        "url": source.url,
    }


def _doubt(read: str) -> tuple[str, ...]:
    return (_DOUBTFUL[read],) if read in _DOUBTFUL else ()


def _fact(fact: Fact, others: tuple[str, ...]) -> Explanation:
    from tdm1.report.usage import users

    cited, source = _source(fact.source)
    term = glossary.find(fact.name.rpartition(".")[2].replace("_", " "))
    used = users(fact.name)
    lines = [("meaning", fact.meaning)]
    if term is not None:
        lines.append(("in words", term.words))
    lines += [("value", f"{fact.value:g} {fact.unit}".strip()), ("kind", fact.kind)]
    warnings = list(_doubt(fact.read))
    spread: dict[str, Any] | None = None
    if fact.variability is not None:
        scale = "" if fact.variability.scale == "natural" else f" on the {fact.variability.scale} scale"
        lines.append(
            (
                "variability",
                f"{fact.variability.kind} {fact.variability.value:g}{scale} between patients "
                f"(standard deviation {fact.variability.sd:.3g}); {fact.variability.where}; "
                f"{MARKS[fact.variability.read]}",
            )
        )
        spread = {
            "kind": fact.variability.kind,
            "value": fact.variability.value,
            "scale": fact.variability.scale,
            "sd": fact.variability.sd,
            "source": fact.variability.source,
            "where": fact.variability.where,
            "read": fact.variability.read,
        }
        warnings += [f"variability: {text}" for text in _doubt(fact.variability.read)]
    else:
        lines.append(("variability", "none between patients"))
    lines += [
        ("population", fact.population),
        ("source", f"{cited}; {fact.where}"),
        ("read", f"{fact.read}: {MARKS[fact.read]} ({fact.date})"),
        ("used by", "\n".join(used) or "nothing names it directly"),
        ("stands in", f"tdm1/evidence/facts/{fact.file}"),
    ]
    if fact.note:
        lines.insert(-2, ("note", fact.note))
    if others:
        lines.append(("see also", ", ".join(others)))
    data = {
        "meaning": fact.meaning,
        "value": fact.value,
        "unit": fact.unit,
        "value_kind": fact.kind,
        "variability": spread,
        "population": fact.population,
        "source": source,
        "where": fact.where,
        "read": fact.read,
        "date": fact.date,
        "note": fact.note,
        "used_by": list(used),
        "file": fact.file,
        "see_also": list(others),
    }
    return Explanation(fact.name, "fact", tuple(lines), data, tuple(warnings))


def _rule(rule: Rule) -> Explanation:
    from tdm1.safety import action_in_words, finding_in_words

    cited, source = _source(rule.source)
    found, asked = finding_in_words(rule), action_in_words(rule)
    lines = [
        ("finding", found),
        ("action", asked),
        ("holds for", f"{rule.setting} setting, region {rule.region}, text of {rule.label_date}"),
        ("source", f"{cited}; {rule.where}"),
        ("read", f"{rule.read}: {MARKS[rule.read]} ({rule.date})"),
        ("used by", "tdm1.safety: decisions on every dose, and the words for one patient"),
        ("stands in", f"tdm1/evidence/rules/{rule.file}"),
    ]
    if rule.note:
        lines.insert(3, ("note", rule.note))
    data = {
        "finding": found,
        "action": asked,
        "setting": rule.setting,
        "region": rule.region,
        "label_date": rule.label_date,
        "source": source,
        "where": rule.where,
        "read": rule.read,
        "date": rule.date,
        "note": rule.note,
        "file": rule.file,
    }
    return Explanation(rule.id, "label rule", tuple(lines), data, _doubt(rule.read))


def _term(term: glossary.Term, facts: tuple[str, ...]) -> Explanation:
    cited, source = _source(term.source)
    lines = [("in words", term.words), ("source", cited)]
    if term.also:
        lines.insert(1, ("also called", ", ".join(term.also)))
    if facts:
        lines.append(("see also", ", ".join(facts)))
    data = {"words": term.words, "also": list(term.also), "source": source, "see_also": list(facts)}
    return Explanation(term.name, "term", tuple(lines), data, ())


def _matching(name: str, facts: dict[str, Fact]) -> list[str]:
    """Facts whose name, or whose last parts, are `name`; spaces and hyphens count as underscores."""
    wanted = name.casefold().replace(" ", "_").replace("-", "_")
    return [known for known in facts if known.casefold() == wanted or known.casefold().endswith(f".{wanted}")]


def explain(name: str) -> Explanation:
    """What is known of `name`: a fact by its name or its last part, a label rule by its id, a term of the glossary.

    A last part that several facts share means the fact of the drug in plasma, if there is one, and the others are
    named beside it. Raises ExplainError for an unknown name (with the nearest ones) and for one that stays ambiguous.
    """
    from tdm1 import evidence
    from tdm1.report import rules

    name = name.strip()
    facts = evidence.facts()
    if name in facts:
        return _fact(facts[name], ())
    by_id = {rule.casefold(): rule for rule in rules.table()}
    if name.casefold() in by_id:
        return _rule(rules.table()[by_id[name.casefold()]])
    found = _matching(name, facts)
    preferred = [known for known in found if known.startswith(_PREFERRED)]
    chosen = found if len(found) == 1 else preferred if len(preferred) == 1 else []
    if chosen:
        return _fact(facts[chosen[0]], tuple(known for known in found if known != chosen[0]))
    term = glossary.find(name)
    if term is not None:
        return _term(term, tuple(found))
    if found:
        raise ExplainError(f"'{name}' is the end of several names: {', '.join(found)}; name one of them in full")
    raise ExplainError(f"nothing is called '{name}'{_nearest(name, facts)}")


def _nearest(name: str, facts: dict[str, Fact]) -> str:
    from difflib import get_close_matches

    from tdm1.report import rules

    words = {word.casefold(): word for term in glossary.terms() for word in (term.name, *term.also)}
    words |= {known.rpartition(".")[2].casefold(): known for known in facts}
    words |= {known.casefold(): known for known in facts}
    words |= {rule.casefold(): rule for rule in rules.table()}
    close = get_close_matches(name.casefold().replace(" ", "_"), list(words), n=3, cutoff=0.55)
    close = close or get_close_matches(name.casefold(), list(words), n=3, cutoff=0.55)
    found = list(dict.fromkeys(words[word] for word in close))
    return (
        f"; did you mean {' or '.join(found)}?" if found else "; it may be a fact, a label rule such as M9, or a term"
    )
