"""A qualification as text for a terminal: the failures first, then the scores; the page and the JSON have all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

from tdm1.report.qualify_lines import line, score_cells

if TYPE_CHECKING:
    from rich.console import Console

    from tdm1.report.qualify_tests import JudgedFactor
    from tdm1.trial.qualification import Qualification

#: Failures that fit on one screen; the page and the JSON form have them all.
_SHOWN = 20


def print_qualification(found: Qualification, factors: list[JudgedFactor], tested: bool, console: Console) -> None:
    """Print the worst rows, the scores and how the claims of the credibility table stand.

    tested   whether the results of a test run were given
    """
    total = sum(row.state != "no interval" for row in found.rows)
    console.print(f"[bold]{len(found.failures)} of {total} rows with a published interval lie outside it[/]")
    if found.failures:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
        for head in ("trial, arm", "endpoint", "published [95 %]", "simulated", "how far", "role"):
            table.add_column(head, overflow="fold", no_wrap=head in ("published [95 %]", "simulated", "how far"))
        for row in found.failures[:_SHOWN]:
            one = line(row)
            read = "" if one.read == "read" else f" ({one.read})"
            cells = (
                f"{one.trial}, {one.arm}", one.endpoint, one.published, one.simulated.partition(" [")[0], one.far,
                one.role + read,
            )
            table.add_row(*(escape(cell) for cell in cells))
        console.print(table)
        if len(found.failures) > _SHOWN:
            console.print(f"{_SHOWN} of {len(found.failures)} shown; --out DIR and --json have them all", style="dim")
    console.print()
    scores = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in ("rows", "number", "inside", "coverage", "mean |log ratio|"):
        scores.add_column(head, justify="left" if head == "rows" else "right")
    group = ""
    for score in found.scores:
        if group and score.group != group:
            scores.add_row()
        group = score.group
        scores.add_row(escape(score.name), *score_cells(score))
    console.print(scores)
    states = [one.state for factor in factors for one in factor.lines]
    if tested:
        parts = (f"{states.count(state)} {state}" for state in ("shown", "failed", "not run"))
        console.print(f"\ncredibility, {len(states)} claims: {', '.join(parts)}")
    else:
        console.print(f"\ncredibility, {len(states)} claims: tests were not run with this report (--tests FILE)")
    console.print("Research software, not a medical device.", style="dim")
