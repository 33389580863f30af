"""Answers `what is this, and where does it come from?` for a fact, a label rule, an adverse event or a term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdm1.report import explain_event, glossary
from tdm1.report.behind_a_run import MARKS
from tdm1.report.explanation import ExplainError, Explanation, cited, doubt

if TYPE_CHECKING:
    from tdm1.evidence import Fact
    from tdm1.safety import Rule

__all__ = ["ExplainError", "Explanation", "explain"]

#: When several facts share a name's last part, the one of the drug itself is meant.
_PREFERRED = "plasma."


def _fact(fact: Fact, others: tuple[str, ...]) -> Explanation:
    from tdm1.report.usage import users

    words, source = cited(fact.source)
    term = glossary.find(fact.name.rpartition(".")[2].replace("_", " "))
    used = users(fact.name)
    lines = [("meaning", fact.meaning)]
    if term is not None:
        lines.append(("in words", term.words))
    lines += [("value", f"{fact.value:g} {fact.unit}".strip()), ("kind", fact.kind)]
    warnings = list(doubt(fact.read))
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
        warnings += [f"variability: {text}" for text in doubt(fact.variability.read)]
    else:
        lines.append(("variability", "none between patients"))
    lines += [
        ("population", fact.population),
        ("source", f"{words}; {fact.where}"),
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


def _rule(versions: tuple[Rule, ...]) -> Explanation:
    """A rule as the first label says it, and where another label's text differs."""
    from tdm1.safety import action_in_words, finding_in_words

    rule = versions[0]
    words, source = cited(rule.source)
    found, asked = finding_in_words(rule), action_in_words(rule)
    lines = [("finding", found), ("action", asked)]
    if rule.note:
        lines.append(("note", rule.note))
    lines += [
        ("holds for", f"{rule.setting} setting, region {rule.region}, text of {rule.label_date}"),
        ("source", f"{words}; {rule.where}"),
        ("read", f"{rule.read}: {MARKS[rule.read]} ({rule.date})"),
        ("used by", "tdm1.safety: decisions on every dose, and the words for one patient"),
        ("stands in", f"tdm1/evidence/rules/{rule.file}"),
    ]
    others: list[dict[str, Any]] = []
    for other in versions[1:]:
        said = f"{finding_in_words(other)}: {action_in_words(other)}"
        same = said == f"{found}: {asked}"
        place = f"{other.setting} setting, region {other.region}, text of {other.label_date}"
        where = other.where if other.source == rule.source else f"{cited(other.source)[0]}; {other.where}"
        lines.append(("another label", f"{place}: {'the same' if same else said} ({where}; {other.read})"))
        others.append(_rule_data(other))
    data = {**_rule_data(rule), "source": source, "other_labels": others}
    return Explanation(rule.id, "label rule", tuple(lines), data, doubt(rule.read))


def _rule_data(rule: Rule) -> dict[str, Any]:
    from tdm1.safety import action_in_words, finding_in_words

    return {
        "finding": finding_in_words(rule), "action": action_in_words(rule), "setting": rule.setting,
        "region": rule.region, "label_date": rule.label_date, "source": cited(rule.source)[1], "where": rule.where,
        "read": rule.read, "date": rule.date, "note": rule.note, "file": rule.file,
    }


def _term(term: glossary.Term, facts: tuple[str, ...]) -> Explanation:
    words, source = cited(term.source)
    lines = [("in words", term.words), ("source", words)]
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
    """What is known of `name`: a fact by its name or its last part, a label rule by its id, an adverse event, a term.

    A rule is told as every label has it. An adverse event goes by its name in the published tables or its plain words.
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
        return _rule(rules.versions()[by_id[name.casefold()]])
    found = _matching(name, facts)
    preferred = [known for known in found if known.startswith(_PREFERRED)]
    chosen = found if len(found) == 1 else preferred if len(preferred) == 1 else []
    if chosen:
        return _fact(facts[chosen[0]], tuple(known for known in found if known != chosen[0]))
    event = explain_event.find(name)
    if event is not None:
        return explain_event.explain(event)
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
    words |= {event.casefold(): event for event in explain_event.names()}
    close = get_close_matches(name.casefold().replace(" ", "_"), list(words), n=3, cutoff=0.55)
    close = close or get_close_matches(name.casefold(), list(words), n=3, cutoff=0.55)
    found = list(dict.fromkeys(words[word] for word in close))
    return (
        f"; did you mean {' or '.join(found)}?" if found
        else "; it may be a fact, a label rule such as M9, an adverse event, or a term"
    )
