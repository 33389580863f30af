"""What to expect, as lines on a terminal: headings, sentences, and bars in place of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from tdm1.evidence.texts import text
from tdm1.forecast import Expectation
from tdm1.report.expect import view

if TYPE_CHECKING:
    from rich.console import Console

_PARTS = ("effects", "groups", "laboratory", "treatment", "disease", "survival")
#: People that one sign of a bar stands for.
_EACH = 2


def _bar(of_100: int) -> str:
    filled = -(-of_100 // _EACH)
    return "█" * filled + "·" * (100 // _EACH - filled)


def _card(one: dict[str, Any], console: Console) -> None:
    console.print()
    if "heading" in one:
        console.print(f"[bold]{escape(one['heading'])}[/bold]")
    console.print(f"{_bar(one['of_100'])} {text('expect.of_100', n=one['of_100'])}", soft_wrap=True)
    console.print(escape(" ".join([*one["sentences"], *([one["call"]] if one.get("call") else [])])))


def _table(head: list[str], rows: list[list[str]], console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for name in head:
        table.add_column(escape(name), overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def print_expectation(expectation: Expectation, console: Console, *, survival: bool = False) -> None:
    """Print the forecast in plain words; how long people live only with `survival`."""
    shown = view(expectation, survival=survival)
    console.print(f"[bold]{escape(shown['title'])}[/bold]\n")
    for line in (shown["notice"], shown["no_change"], shown["lead"], *shown["study"]):
        console.print(escape(line))
    console.print(f"\n[bold]{escape(shown['known_title'])}[/bold]")
    for line in (*shown["known"], *shown["outside"]):
        console.print(escape(line))
    for part in _PARTS:
        if part not in shown:
            continue
        section = shown[part]
        console.print(f"\n[bold underline]{escape(section['title'])}[/bold underline]")
        for line in [section[key] for key in ("lead", "infusions") if key in section] + section.get("median", []):
            console.print(escape(line))
        for one in section["cards"]:
            _card(one, console)
    rows = [[row[key] for key in ("what", "any", "severe", "trial", "when")] for row in shown["other"]["rows"]]
    for title, head, body in (
        (shown["other"]["title"], shown["other"]["head"], rows),
        (shown["timeline"]["title"], shown["timeline"]["head"], shown["timeline"]["rows"]),
    ):
        console.print(f"\n[bold underline]{escape(title)}[/bold underline]")
        _table(head, body, console)
    for part in ("sure", "sources"):
        console.print(f"\n[bold]{escape(shown[part]['title'])}[/bold]")
        for line in shown[part]["sentences" if part == "sure" else "lines"]:
            console.print(escape(line))
