"""A comparison of regimens as text for a terminal of 100 columns; marks are words, so colour is never needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

from tdm1.report import compare_words as words

if TYPE_CHECKING:
    from rich.console import Console

    from tdm1.trial.comparing import RegimenComparison


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)


def _frontier(comparison: RegimenComparison) -> Table:
    table = _table()
    table.add_column("regimen", min_width=14)
    for outcome in (comparison.efficacy, comparison.toxicity):
        table.add_column(f"{words.name(outcome)} [95\u00a0%]", justify="right", min_width=17)
    table.add_column("dominated by", min_width=14)
    table.add_column("in resamples", justify="right", no_wrap=True)
    for standing in comparison.standings:
        shown = (
            words.estimate(comparison.estimate(standing.regimen, outcome.name), outcome.unit)
            for outcome in (comparison.efficacy, comparison.toxicity)
        )
        table.add_row(escape(standing.regimen), *map(escape, shown), escape(words.dominated_by(standing)),
                      words.share(standing.dominated_pct))
    return table


def _differences(comparison: RegimenComparison, regimen: str) -> Table:
    table = _table()
    table.add_column("outcome", no_wrap=True)
    table.add_column("reference", justify="right", no_wrap=True)
    table.add_column("this", justify="right", no_wrap=True)
    table.add_column("difference [95 %]", justify="right", no_wrap=True)
    table.add_column("number needed")
    found = {one.outcome: one for one in comparison.differences if one.regimen == regimen}
    kind = ""
    for outcome in comparison.outcomes:
        if outcome.kind != kind:
            kind = outcome.kind
            table.add_row(f"[dim]{kind}[/]")
        one = found[outcome.name]
        values = (comparison.estimate(name, outcome.name).value for name in (comparison.reference, regimen))
        cells = [
            words.name(outcome),
            *(words.value(value, outcome.unit) for value in values),
            words.difference(one, outcome.unit),
            words.needed(one),
        ]
        table.add_row(*map(escape, cells))
    return table


def print_comparison(comparison: RegimenComparison, console: Console) -> None:
    """Print the frontier, then every regimen beside the reference, then what the comparison cannot tell."""
    console.print(f"[bold]{escape(comparison.title or comparison.trial)}[/]")
    console.print(
        f"{comparison.compared_patients} patients, the same under every regimen; reference: "
        f"{escape(comparison.reference)}"
    )
    console.print()
    console.print(_frontier(comparison))
    for regimen in list(comparison.arms)[1:]:
        console.print(f"\n[bold]{escape(regimen)}[/] against {escape(comparison.reference)}")
        console.print(_differences(comparison, regimen))
    console.print("\nNNTB, NNTH: patients to treat with the regimen instead of the reference for one more to benefit,")
    console.print("or to be harmed. 'A to ∞ to B': no difference shown. None: a median was not reached; no interval:")
    console.print("too seldom reached for one. Dominated: another regimen is no worse in both and better in one.")
    console.print("\n[bold]What this cannot tell[/]")
    for limit in comparison.limits:
        console.print(f"- {escape(limit)}")
    console.print(
        f"\n{comparison.failed_solves} failed solves, {comparison.seconds:.1f} seconds, seed {comparison.seed}"
    )
    console.print("Research software, not a medical device.", style="dim")
