"""Runs every built-in trial and writes docs/comparison.md: simulated beside published, failures first.

Run `python docs/write_comparison.py` when results change; a test fails while page and runs disagree.
"""

from __future__ import annotations

from pathlib import Path

from tdm1 import trial
from tdm1.report import numbers
from tdm1.trial.result import ComparisonRow, TrialResult

PAGE = Path(__file__).parent / "comparison.md"

HEAD = """# Simulated beside published

Written by `docs/write_comparison.py` from one run of each built-in trial, with the seed and the number
of patients of its file. A row is inside when the simulated value lies in the published 95 % interval;
`*` marks an interval that we computed from printed counts. EMILIA and KATHERINE were used for the
calibration as marked; the other trials were not. Arms on other treatments are statistical models of the
published results. A run is one draw: in a trial of some hundred patients a printed 0.1 % is often nobody,
and nobody lies outside its interval. `tdm1 qualify` shows every row, with scores.
"""

NAMES = ("trial", "arm", "endpoint", "published [95 %]", "simulated [95 %]", "inside", "role")
COLUMNS = f"| {' | '.join(NAMES)} |\n{'|---' * len(NAMES)}|\n"


def line(name: str, row: ComparisonRow) -> str:
    """One row of the table."""
    unit = numbers.unit_words(row.unit)
    endpoint = numbers.endpoint_words(row.endpoint) + (f" ({unit})" if unit else "")
    published = numbers.published(row).replace("*", r"\*")
    inside = "yes" if row.within else "**no**"
    return f"| {name} | {row.arm} | {endpoint} | {published} | {numbers.simulated(row)} | {inside} | {row.role} |\n"


def page(results: list[TrialResult]) -> str:
    """The page as Markdown."""
    rows = [(result.trial, row) for result in results for row in result.comparison]
    outside = [pair for pair in rows if not pair[1].within]
    text = HEAD + "\n## Where the model fails\n\n"
    text += COLUMNS + "".join(line(*pair) for pair in outside) if outside else "No row lies outside.\n"
    text += "\n## How many are inside\n\n| trial | calibrated | predicted |\n|---|---|---|\n"
    for result in results:
        counts = []
        for role in ("calibrated", "predicted"):
            marks = [row.within for row in result.comparison if row.role == role]
            counts.append(f"{sum(marks)} of {len(marks)}" if marks else "none")
        text += f"| {result.trial} | {counts[0]} | {counts[1]} |\n"
    of_disease = [pair for pair in rows if not pair[1].endpoint.startswith(("labs.", "adverse_events."))]
    text += "\n## Disease and treatment, all rows\n\n" + COLUMNS + "".join(line(*pair) for pair in of_disease)
    return text


def run_all() -> list[TrialResult]:
    """One run of every built-in trial as its file says."""
    return [trial.run(trial.load(name)) for name in trial.builtin()]


if __name__ == "__main__":
    PAGE.write_text(page(run_all()), "utf-8")
