"""The triage of plain words for a terminal and as data: what to do first, then why, then sources."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.padding import Padding

from tdm1.evidence.texts import text
from tdm1.report.explanation import cited
from tdm1.safety.words import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from tdm1.symptoms import Triage, Urgency

#: Colour of an urgency; the words alone say it.
_COLOUR = {"at once": "bold white on red", "today": "bold yellow", "next visit": "bold cyan"}


def as_json(answer: Triage) -> dict[str, Any]:
    """The triage as JSON data: every field, and the sources in full under `sources`."""
    data = asdict(answer)
    for one in data["found"]:
        one["name"] = one["term"] or one["flag"]
    data["sources"] = [cited(key)[1] for key in _sources(answer)]
    return data


def _sources(answer: Triage) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.source for one in (*answer.found, *answer.advice)))


def print_triage(answer: Triage, console: Console, language: str = "en") -> None:
    """Print what to do, what was understood and why, questions, advice, and the sources last."""
    console.print(f"[{_COLOUR[answer.urgency]}] {escape(_title(answer.urgency, language)).upper()} [/]")
    console.print(escape(answer.say))
    _section(console, text("triage.understood_title", language), (
        f"{escape(one.plain)} ([italic]{escape(text('triage.said', language, said=one.said))}[/]): "
        f"[bold]{escape(_title(one.urgency, language)).lower()}[/]. "
        f"{escape(one.why)}"
        for one in answer.found
    ))
    _section(console, text("triage.unmatched_title", language), map(escape, answer.unmatched))
    _section(console, text("triage.asked_title", language), map(escape, answer.asked))
    _section(console, text("triage.advice_title", language), (escape(one.text) for one in answer.advice))
    console.print()
    for source in _sources(answer):
        marks = {one.read for one in (*answer.found, *answer.advice) if one.source == source}
        told = "; ".join(MARKS[mark] for mark in sorted(marks))
        console.print(f"{escape(cited(source)[0])} ({told})", style="dim")
    console.print(escape(answer.notice), style="dim")


def _title(urgency: Urgency, language: str) -> str:
    return text(f"triage.title_{urgency.replace(' ', '_')}", language)


def _section(console: Console, title: str, lines: Iterable[str]) -> None:
    shown = list(lines)
    if shown:
        console.print(f"\n[bold]{escape(title)}[/]")
        for line in shown:
            console.print(Padding(f"• {line}", (0, 0, 0, 2)))
