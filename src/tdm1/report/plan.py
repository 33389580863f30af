"""A course and a prepared dose for readers: plain values for JSON, and tables for a terminal."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from tdm1.evidence.texts import REFERENCE, text
from tdm1.regimen import patient_lines, patient_words

if TYPE_CHECKING:
    from rich.console import Console

    from tdm1.regimen import CoursePlan, PlanEvent, Preparation


def plan_json(plan: CoursePlan, *, language: str = REFERENCE) -> dict[str, Any]:
    """The calendar as plain values; days as YYYY-MM-DD. docs/plan.md lists the fields.

    Raises EvidenceError for a language of the patient's words that is not here.
    """
    return {
        "setting": plan.setting,
        "region": plan.region,
        "first_dose": plan.first_dose.isoformat(),
        "open_end": plan.open_end,
        "events": [_event_json(one, language) for one in plan.events],
        "notes": list(plan.notes),
        "plain": {"title": text("plan.title", language), "lines": list(patient_lines(plan, language))},
    }


def _event_json(one: PlanEvent, language: str) -> dict[str, Any]:
    words = patient_words(one, language)
    values = {key: _plain(value) for key, value in asdict(one).items() if key != "name"}
    return {**values, "plain_title": words.title, "plain_text": words.text}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def preparation_json(made: Preparation) -> dict[str, Any]:
    """A prepared dose as plain values."""
    return asdict(made)


def print_plan(plan: CoursePlan, console: Console) -> None:
    """Print the calendar as a table, then what it leaves open."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("day", no_wrap=True)
    table.add_column("what", max_width=20)
    table.add_column("details", min_width=30)
    table.add_column("minutes", justify="right")
    table.add_column("from", max_width=12)
    for one in plan.events:
        minutes = "" if one.minutes is None else f"{one.minutes:g}"
        done = " (done)" if one.done else ""
        ids = ", ".join(line.id for line in one.statements)
        table.add_row(f"{one.day:%a} {one.day}", escape(one.title) + done, escape(one.detail), minutes, ids)
    console.print(f"[bold]{plan.setting} breast cancer, {plan.region} label[/]")
    console.print(table)
    for note in plan.notes:
        console.print(Padding(escape(note), (0, 0, 0, 2)))
    console.print("\n[bold]Where this comes from[/]")
    for line in _lines(plan):
        console.print(Padding(escape(line), (0, 0, 0, 2)))
    console.print("[dim]Research software, not a medical device; the treating team decides on every day and dose.[/]")


def _lines(plan: CoursePlan) -> list[str]:
    """Each statement of the label once, in the order of its first use."""
    known = {line.id: line for one in plan.events for line in one.statements}
    return [f"{one.id} {one.text} [{one.source}, {one.where}; {one.read}]" for one in known.values()]


def print_preparation(made: Preparation, console: Console) -> None:
    """Print the preparation sheet, a numbered line a step."""
    console.print(f"\n[bold]Preparation of {made.dose_mg:.1f} mg ({made.region} label)[/]: "
                  f"draw {made.volume_ml:.1f} mL = {made.drawn_mg:g} mg, {made.waste_mg:g} mg left over")
    for number, step in enumerate(made.steps, start=1):
        said = f"{number}. {step.text} [{step.id}, {step.source}; {step.read}]"
        console.print(Padding(escape(said), (0, 0, 0, 2)))
    console.print("[dim]Research software, not a medical device; the pharmacy's own instructions stand above it.[/]")
