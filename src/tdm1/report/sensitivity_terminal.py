"""A sensitivity analysis as text for a terminal of 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

from tdm1.report import sensitivity_rows as rows

if TYPE_CHECKING:
    from rich.console import Console

    from tdm1.trial.sensitivity import Output, Sensitivity


_READING = (
    "Elasticity: per cent that the output moves when the parameter moves by one per cent; for a logarithm, its change "
    "per relative change. '?': two steps of the difference disagree, do not trust it.",
    "First order: share of the output's variance that the parameter makes alone; total: with all that it does together "
    "with others; ± is half the 95 % interval. Varied over, in the parameter's unit, by: differences between patients, "
    "a published range, the standard error of the value, or our choice, which has no evidence behind its width "
    "(tdm1 explain sensitivity.default_range).",
)


def _table(found: Sensitivity, output: Output, top: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("parameter", no_wrap=True)
    table.add_column("varied over", justify="right", no_wrap=True)
    table.add_column("by", no_wrap=True)
    has_local, has_sobol = found.method != "sobol", bool(found.indices_of(output.name))
    if has_local:
        table.add_column("elasticity", justify="right", no_wrap=True)
    if has_sobol:
        table.add_column("first order", justify="right", no_wrap=True)
        table.add_column("total", justify="right", no_wrap=True)
    for row in rows.ranked(found, output.name, top):
        cells = [row.varied.name, rows.span(row.varied), rows.short_basis(row.varied)]
        cells += [rows.elasticity(row)] if has_local else []
        cells += [rows.first(row), rows.total(row)] if has_sobol else []
        table.add_row(*map(escape, cells))
    return table


def print_sensitivity(found: Sensitivity, console: Console, top: int) -> None:
    """Print the `top` parameters of every output, ranked, then what was held and what the numbers do not say."""
    console.print(f"[bold]Sensitivity of {escape(found.model)}[/]: reference patient, {rows.regimen(found)}")
    for output in found.outputs:
        console.print(f"\n[bold]{escape(rows.name(output))}[/] = {rows.reference(found, output)}  "
                      f"[dim]{output.name}[/]")
        if output.name in found.refused:
            console.print(f"No Sobol indices: {escape(found.refused[output.name])}.")
        if found.method != "sobol" or output.name not in found.refused:
            console.print(_table(found, output, top))
    left = len(found.varied) - top
    if left > 0:
        console.print(f"\n{left} more parameters of each output: --json, the folder of --out, or a larger --top.")
    for paragraph in _READING:
        console.print(f"\n{paragraph}")
    if found.held:
        console.print(f"\n[bold]Held[/] ({len(found.held)})")
        for one in found.held:
            console.print(f"- {escape(one.name)}: {escape(one.reason)}")
    console.print("\n[bold]What this cannot tell[/]")
    for limit in rows.LIMITS:
        console.print(f"- {escape(limit)}")
    console.print(f"\n{rows.solves(found)}; {found.seconds:.1f} seconds, seed {found.seed}")
    console.print("Research software, not a medical device.", style="dim")
