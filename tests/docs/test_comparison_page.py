"""The page of comparisons against fresh runs of every built-in trial."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def _rows(text: str) -> list[list[str]]:
    lines = [line.strip("|") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def _numbers(cell: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+\.?\d*", cell)]


def test_page_of_comparisons_against_fresh_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same rows, published values and roles; simulated values to 3 % or 1, as processors round apart."""
    monkeypatch.syspath_prepend(str(DOCS))
    import write_comparison

    written = _rows(write_comparison.PAGE.read_text("utf-8").split("## All rows")[1])
    fresh = _rows(write_comparison.page(write_comparison.run_all()).split("## All rows")[1])
    assert [row[:4] + row[6:] for row in written] == [row[:4] + row[6:] for row in fresh]
    for old, new in zip(written, fresh, strict=True):
        where = f"{' '.join(old[:3])}: run python docs/write_comparison.py"
        assert _numbers(old[4]) == pytest.approx(_numbers(new[4]), rel=0.03, abs=1.0), where
    assert sum(old[5] != new[5] for old, new in zip(written, fresh, strict=True)) <= 1


def test_failures_stand_on_top_of_the_page() -> None:
    text = (DOCS / "comparison.md").read_text("utf-8")
    failures, everything = text.split("## How many are inside")[0], text.split("## All rows")[1]
    top, all_rows = ([row for row in _rows(part) if row[5] == "**no**"] for part in (failures, everything))
    assert top == all_rows
