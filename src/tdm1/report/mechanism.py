"""The story of a drug's mechanism in the terminal and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tdm1.report.as_json import plain
from tdm1.report.mechanism_page import shown_days
from tdm1.report.numbers import number

if TYPE_CHECKING:
    from rich.console import Console

    from tdm1.trial.mechanism_story import Story


def as_json(story: Story) -> dict[str, Any]:
    """The whole story: places in percent of what is given, levels with units, facts with sources."""
    return plain(asdict(story))


def print_story(story: Story, console: Console) -> None:
    """Print where the payload is, and what concentrations it makes, at chosen days."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    days = shown_days(story)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(f"% of the {escape(story.payload)} given")
    for day in days:
        table.add_column(f"day {number(story.time_day[day])}", justify="right", no_wrap=True)
    for place in story.places:
        table.add_row(escape(place.title), *(number(place.share_pct[day]) for day in days))
    table.add_section()
    for level in story.levels:
        unit = "" if level.unit == "1" else f" ({level.unit})"
        table.add_row(escape(level.title + unit), *(number(level.values[day]) for day in days))
    console.print(f"{escape(story.title)}, {story.dose_mg_per_kg:g} mg/kg, model {story.model}, reference patient")
    console.print(table)
    for caution in story.cautions:
        console.print(f"! {escape(caution)}")
    console.print("--plot page.html shows it day by day, with sources; --json gives it all", style="dim")
