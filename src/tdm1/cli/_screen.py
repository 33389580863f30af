"""Where things are printed: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

#: What a long computation reports: the share done (0 to 1) and what it does now.
Progress = Callable[[float, str], None]


class _PlainPipe(Console):
    """A console that leaves a closed pipe to the caller; rich itself would end the process with code 1."""

    def on_broken_pipe(self) -> None:
        """Raise the error as Python does."""
        raise BrokenPipeError


def stdout() -> Console:
    """A console for results. Piped output keeps 100 columns, so that tables do not wrap at random."""
    return _PlainPipe(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 100)


def stderr() -> Console:
    """A console for progress and warnings."""
    return Console(file=sys.stderr, highlight=False)


def print_json(document: dict[str, Any]) -> None:
    """Print `document` as JSON to standard output. Raises ValueError when a number is not finite."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def note(text: str) -> None:
    """One line to standard error."""
    print(text, file=sys.stderr)


@contextmanager
def progress(title: str) -> Generator[Progress]:
    """A progress bar on a terminal; elsewhere one plain line whenever the work turns to something new."""
    console = stderr()
    if not console.is_terminal or console.is_dumb_terminal:
        said: set[str] = set()

        def say(share: float, text: str) -> None:
            if text not in said:
                said.add(text)
                note(f"{title}: {text}")

        yield say
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.fields[title]}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", style="dim"),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, title=title)

        def draw(share: float, text: str) -> None:
            bar.update(task, completed=min(max(share, 0.0), 1.0), description=text)

        yield draw
