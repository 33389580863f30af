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


ALL = "## Disease and treatment, all rows"
COUNTS = "## How many are inside"


def test_page_of_comparisons_against_fresh_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same rows, published values and roles; simulated values to 3 % or 1, as processors round apart."""
    monkeypatch.syspath_prepend(str(DOCS))
    import write_comparison

    old_page = write_comparison.PAGE.read_text("utf-8")
    new_page = write_comparison.page(write_comparison.run_all())
    written, fresh = _rows(old_page.split(ALL)[1]), _rows(new_page.split(ALL)[1])
    assert [row[:4] + row[6:] for row in written] == [row[:4] + row[6:] for row in fresh]
    for old, new in zip(written, fresh, strict=True):
        where = f"{' '.join(old[:3])}: run python docs/write_comparison.py"
        assert _numbers(old[4]) == pytest.approx(_numbers(new[4]), rel=0.03, abs=1.0), where
    # A row that stands on its bound may fall on either side of it on another processor.
    failures = [{tuple(row[:4]) for row in _rows(page.split(COUNTS)[0])} for page in (old_page, new_page)]
    assert len(failures[0] ^ failures[1]) <= 3, "run python docs/write_comparison.py"


def test_failures_stand_on_top_of_the_page() -> None:
    text = (DOCS / "comparison.md").read_text("utf-8")
    failures = _rows(text.split(COUNTS)[0])[1:]
    assert failures
    assert {row[5] for row in failures} == {"**no**"}
    outside = [row for row in _rows(text.split(ALL)[1]) if row[5] == "**no**"]
    assert all(row in failures for row in outside)
