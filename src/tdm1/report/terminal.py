"""Results as text for a terminal of 80 columns or more; marks are words, so colour is never needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.markup import escape
from rich.table import Table

from tdm1.report import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from tdm1.report.as_json import CalibrationLike, SimulationLike
    from tdm1.report.explain import Explanation
    from tdm1.trial.result import ComparisonRow, TrialResult

#: Rows of a simulation that fit on one screen; the JSON form has them all.
_ROWS_SHOWN = 24
#: More rows of a comparison than this are told as counts, with those outside in full.
_COMPARED_IN_FULL = 40
#: Columns that a day and a band take in the table of a simulation.
_DAY_WIDTH, _BAND_WIDTH = 8, 28


def _print_comparison(compared: Sequence[ComparisonRow], sizes: Mapping[str, int], console: Console) -> None:
    if not compared:
        return
    rows = [
        (row.arm, _endpoint(row), numbers.published(row), numbers.simulated(row), row.within, row.role)
        for row in compared
    ]
    # One width for all arms, so that their tables line up under one head.
    wide = [max(len("published [95 %]"), *(len(str(row[column])) for row in rows)) for column in (2, 3)]
    gap = 0 if console.width < 90 else 1
    name_width = min(max(len(row[1]) for row in rows), max(console.width - sum(wide) - 20 - 5 * gap, 12))
    for at, arm in enumerate(dict.fromkeys(row[0] for row in rows)):
        table = Table(box=box.SIMPLE_HEAD, padding=(0, gap, 0, 0), pad_edge=False, show_edge=False, show_header=at == 0)
        table.add_column("endpoint", width=name_width)
        table.add_column("published [95 %]", justify="right", no_wrap=True, min_width=wide[0])
        table.add_column("simulated [95 %]", justify="right", no_wrap=True, min_width=wide[1])
        table.add_column("inside", min_width=6)
        table.add_column("role", min_width=10)
        for row in (row for row in rows if row[0] == arm):
            mark = "[green]yes[/]" if row[4] else "[bold red]NO[/]"
            table.add_row(escape(row[1]), escape(row[2]), escape(row[3]), mark, row[5])
        size = f", {sizes[arm]} patients" if arm in sizes else ""
        console.print(f"\n[bold]{escape(arm)}[/]{size}")
        console.print(table)


def _counts(compared: Sequence[ComparisonRow]) -> Table:
    """How many values of each arm and kind lie inside the published interval."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("inside the published interval")
    for kind in numbers.KINDS:
        table.add_column(kind, justify="right")
    for arm in dict.fromkeys(row.arm for row in compared):
        cells: list[str] = []
        for kind in numbers.KINDS:
            rows = [row for row in compared if row.arm == arm and numbers.kind(row.endpoint) == kind]
            cells.append(f"{sum(row.within for row in rows)} of {len(rows)}" if rows else "")
        table.add_row(escape(arm), *cells)
    return table


def _endpoint(row: ComparisonRow) -> str:
    unit = numbers.unit_words(row.unit)
    return numbers.endpoint_words(row.endpoint) + (f" ({unit})" if unit else "")


def print_trial(result: TrialResult, console: Console) -> None:
    """Print the comparison of a finished trial with what was published, then the run in one paragraph."""
    console.print(f"[bold]{escape(result.title or result.trial)}[/]")
    if result.comparison:
        compared = result.comparison
        long = len(compared) > _COMPARED_IN_FULL
        shown = [row for row in compared if not row.within] if long else compared
        if long:
            console.print("Values outside the published interval:" if shown else "Every value lies inside.")
        _print_comparison(shown, {name: arm.n for name, arm in result.arms.items()}, console)
        console.print()
        if long:
            console.print(_counts(compared))
            console.print(f"all {len(compared)} rows: --json, or report.html of a run with --out", style="dim")
        if any(row.derived_interval for row in result.comparison):
            console.print("* interval computed by us from the published counts", style="dim")
        for role in ("calibrated", "predicted"):
            rows = [row for row in result.comparison if row.role == role]
            if rows:
                console.print(f"{role}: {sum(row.within for row in rows)} of {len(rows)} inside the published interval")
    else:
        console.print("No published results to compare with.")
        console.print(_arms(result))
    console.print(
        f"{result.patients} patients, {result.failed_solves} failed solves, {result.seconds:.1f} seconds, "
        f"seed {result.seed}" + (f", model {result.model}" if result.model else "")
    )
    console.print("Research software, not a medical device.", style="dim")


def _arms(result: TrialResult) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("arm and result")
    table.add_column("value", justify="right")
    for name, summary in result.summary.items():
        table.add_row(f"[bold]{escape(name)}[/]", "")
        for key, value in summary.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                unit = "months" if key.endswith("_month") else "percent" if key.endswith("_pct") else ""
                table.add_row(
                    f"  {numbers.endpoint_words(key)}",
                    f"{numbers.number(float(value), unit)} {numbers.unit_words(unit)}".rstrip(),
                )
    return table


def print_simulation(simulation: SimulationLike, console: Console) -> None:
    """Print median and 5 to 95 % band of each observation; at most 24 evenly spaced times are shown."""
    days = np.asarray(simulation.time_day, dtype=float)
    shown = np.unique(np.linspace(0, len(days) - 1, min(len(days), _ROWS_SHOWN)).round().astype(int))
    names = list(simulation.unit)
    # As many observations side by side as fit; the others in tables of their own below.
    beside = max((console.width - _DAY_WIDTH) // _BAND_WIDTH, 1)
    for start in range(0, len(names), beside):
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        table.add_column("day", justify="right", no_wrap=True)
        for name in names[start : start + beside]:
            table.add_column(escape(f"{name} ({simulation.unit[name]})"), justify="right")
        for row in shown:
            bands = (
                f"{simulation.median[name][row]:.3g} "
                f"({simulation.p05[name][row]:.3g} to {simulation.p95[name][row]:.3g})"
                for name in names[start : start + beside]
            )
            table.add_row(f"{days[row]:.4g}", *bands)
        console.print(table)
    console.print("median (5 to 95 % of patients)", style="dim")
    if len(shown) < len(days):
        console.print(f"{len(shown)} of {len(days)} times shown; --json gives them all", style="dim")


def print_calibration(calibration: CalibrationLike, console: Console) -> None:
    """Print the fitted facts with their values before and after, then the comparison they lead to."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in ("fact", "before", "after", "unit"):
        table.add_column(head, justify="right" if head in ("before", "after") else "left")
    for one in calibration.fitted:
        name = f"{one.fact} (spread between patients)" if one.spread else one.fact
        table.add_row(name, f"{one.start:.4g}", f"{one.value:.4g}", escape(one.unit))
    console.print(table)
    if calibration.comparison:
        _print_comparison(calibration.comparison, {}, console)
        console.print()
    console.print(f"{calibration.seconds:.0f} seconds")


def print_explanation(explanation: Explanation, console: Console) -> None:
    """Print one explanation as labelled lines, warnings last."""
    console.print(f"[bold]{escape(explanation.name)}[/]  {escape(explanation.kind)}")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for label, text in explanation.lines:
        table.add_row(label, escape(text))
    console.print(table)
    for warning in explanation.warnings:
        console.print(f"[yellow]caution:[/] {escape(warning)}")
