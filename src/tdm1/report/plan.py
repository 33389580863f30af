"""A course and a prepared dose for readers: plain values for JSON, and tables for a terminal."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from tdm1.regimen import CoursePlan, Preparation


def plan_json(plan: CoursePlan) -> dict[str, Any]:
    """The calendar as plain values; days as YYYY-MM-DD."""
    return {
        "setting": plan.setting,
        "region": plan.region,
        "events": [
            {name: _plain(value) for name, value in asdict(one).items()} for one in plan.events
        ],
        "notes": list(plan.notes),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def preparation_json(made: Preparation) -> dict[str, Any]:
    """A prepared dose as plain values."""
    return asdict(made)


def print_plan(plan: CoursePlan, console: Console) -> None:
    """Print the calendar as a table, then what it leaves open."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("day", no_wrap=True)
    table.add_column("what")
    table.add_column("details")
    table.add_column("minutes", justify="right")
    table.add_column("from", no_wrap=True)
    for one in plan.events:
        minutes = "" if one.minutes is None else f"{one.minutes:g}"
        done = " (done)" if one.done else ""
        table.add_row(f"{one.day:%a} {one.day}", escape(one.title) + done, escape(one.detail), minutes,
                      f"{one.id}, {one.read}")
    console.print(f"[bold]{plan.setting} breast cancer, {plan.region} label[/]")
    console.print(table)
    for note in plan.notes:
        console.print(Padding(escape(note), (0, 0, 0, 2)))


def print_preparation(made: Preparation, console: Console) -> None:
    """Print the preparation sheet, a numbered line a step."""
    console.print(f"\n[bold]Preparation of {made.dose_mg:.1f} mg ({made.region} label)[/]: "
                  f"draw {made.volume_ml:.1f} mL, {made.waste_mg:g} mg left over")
    for number, step in enumerate(made.steps, start=1):
        said = f"{number}. {step.text} [{step.id}, {step.source}; {step.read}]"
        console.print(Padding(escape(said), (0, 0, 0, 2)))
    console.print("[dim]Research software, not a medical device; the pharmacy's own instructions stand above it.[/]")
