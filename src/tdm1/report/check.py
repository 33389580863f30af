"""The answer of `tdm1 check` as text for a terminal: the decision first, then why, what is needed, what to watch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.padding import Padding

from tdm1.report.explanation import cited
from tdm1.safety.words import MARKS

if TYPE_CHECKING:
    from rich.console import Console

    from tdm1.person import Check, Sourced, Warned

#: Words and colour of an action; the word alone says it.
_ACTION = {
    "give": ("GIVE", "bold green"),
    "reduce": ("GIVE ONE LEVEL LOWER", "bold yellow"),
    "hold": ("HOLD", "bold yellow"),
    "stop": ("STOP", "bold red"),
    "unknown": ("NOT DECIDED", "bold magenta"),
}
_ELIGIBLE = {"yes": "the indication holds", "no": "no indication holds", "unknown": "cannot be told yet"}


def print_check(answer: Check, console: Console) -> None:
    """Print the whole answer; each statement with its id, source and how that was read."""
    console.print(f"[bold]{escape(answer.on.isoformat())}[/], {answer.region} label"
                  f"{f', {answer.setting} breast cancer' if answer.setting else ''}")
    _eligibility(answer, console)
    _next_dose(answer, console)
    _section(console, "Needed", (f"{one.name}: {one.text} ({', '.join(one.needed_for)})" for one in answer.missing))
    _section(console, "Warnings", (_warning(one) for one in answer.warnings))
    unknown = [one.given for one in answer.medicines if one.by == "unknown"]
    read = [f"{one.given}: read as {', '.join(one.ingredients)} (by {one.by})" for one in answer.medicines
            if one.by != "unknown"]
    _section(console, "Medicines", (*read, *(f"{name}: not recognised" for name in unknown)))
    _section(console, "Notes", answer.notes)
    everything = (*answer.reasons, *answer.next_dose.reasons, *answer.next_dose.statements, *answer.warnings)
    marks = {one.read for one in everything}
    _section(console, "Marks", (f"{mark}: {words}" for mark, words in MARKS.items() if mark in marks))
    keys = dict.fromkeys(one.source for one in everything)
    _section(console, "Sources", (f"{key}: {cited(key)[0]}" for key in keys))
    console.print(f"\n[dim]{escape(answer.disclaimer)}[/]")


def _eligibility(answer: Check, console: Console) -> None:
    console.print(f"\n[bold]Eligible: {answer.eligible}[/] ({_ELIGIBLE[answer.eligible]})")
    if answer.indication is not None:
        console.print(Padding(escape(f"{answer.indication.id}: {answer.indication.text}"), (0, 0, 0, 2)))
        return
    wanted = [one for one in answer.reasons if one.answer == answer.eligible]
    _lines(console, (f"{_mark(one.answer)} {_sourced(one)}" for one in wanted))


def _next_dose(answer: Check, console: Console) -> None:
    dose = answer.next_dose
    word, style = _ACTION[dose.action]
    level = f", {dose.level_mg_per_kg:g} mg/kg" if dose.level_mg_per_kg is not None else ""
    mg = f" = {dose.dose_mg:.0f} mg" if dose.dose_mg is not None else ""
    console.print(f"\n[bold]Next dose:[/] [{style}]{word}[/]{level}{mg}")
    lines = [dose.text]
    if dose.earliest is not None:
        lines.append(f"earliest day: {dose.earliest}")
    if dose.would_be_mg_per_kg is not None:
        lines.append(f"treatment would go on at {dose.would_be_mg_per_kg:g} mg/kg")
    lines += [f"{'because' if one.decides else 'also'} {_sourced(one)}" for one in dose.reasons]
    lines += [_sourced(one) for one in dose.statements]
    if dose.recheck.text:
        lines.append(f"recheck: {dose.recheck.text}")
    if dose.label:
        lines.append(f"by the {dose.label}")
    _lines(console, lines)


def _mark(answer: str) -> str:
    return {"yes": "met:", "no": "not met:", "unknown": "not known:"}[answer]


def _sourced(one: Sourced) -> str:
    said = f"{one.id}: {one.text} [{one.source}, {one.where}; {one.read}]"
    return f"{said} Note: {one.note}" if one.note else said


def _warning(one: Warned) -> str:
    advice = f"; {one.advice}" if one.advice else ""
    kind = one.kind.replace("_", " ")
    said = f"{one.id} ({kind}): {one.text}{advice} [{one.source}, {one.where}; {one.read}]"
    return f"{said} Note: {one.note}" if one.note else said


def _lines(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(Padding(escape(line), (0, 0, 0, 2)))


def _section(console: Console, title: str, lines: Iterable[str]) -> None:
    found = list(lines)
    if found:
        console.print(f"\n[bold]{title}[/]")
        _lines(console, found)
