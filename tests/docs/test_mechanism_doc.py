"""The tables of docs/mechanism.md against a fresh measurement by the script that made them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "mechanism.md").read_text("utf-8")


def _table(heading: str) -> list[list[str]]:
    """Cells of the rows, head and rule left out, of the table whose head starts so."""
    lines = PAGE[PAGE.index(f"| {heading}") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))]


def _same(written: list[list[str]], measured: list[list[str]], numbers_from: int) -> None:
    """Words alike, and numbers to 2 % or the last digit, as processors round apart."""
    assert [row[0] for row in written] == [row[0] for row in measured]
    for row, fresh in zip(written, measured, strict=True):
        for cell, other in zip(row[numbers_from:], fresh[numbers_from:], strict=True):
            assert re.sub(r"[\d.,]+", "#", cell) == re.sub(r"[\d.,]+", "#", other), row[0]
            assert _numbers(cell) == pytest.approx(_numbers(other), rel=0.02, abs=0.011), row[0]


def test_tables_against_a_fresh_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(REPOSITORY / "docs"))
    import measure_mechanism

    _same(_table("figure | found"), [row.cells() for row in measure_mechanism.acceptance()], 1)
    _same(_table("drug and killing"), measure_mechanism.tumours(), 1)
    _same(_table("numbers | HER2-rich"), measure_mechanism.conflicts(), 1)


def test_figures_of_the_page_against_their_limits() -> None:
    """The verdict of each row follows from its numbers, and a row with a test names one that exists."""
    tests = {
        node.name for path in (REPOSITORY / "tests" / "mechanism").glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    }
    rows = _table("figure | found")
    assert len(rows) == 18
    for what, found, limit, verdict, test in rows:
        value = float("inf") if found == "never reached" else _numbers(found)[0]
        ends = _numbers(limit)
        low = ends[0] if not limit.startswith("at most") else 0.0
        high = ends[-1] if not limit.startswith("at least") else float("inf")
        assert (verdict == "inside") == (low <= value <= high), what
        assert verdict in ("inside", "**outside**")
        if test != "–":
            assert test.strip("`") in tests and verdict == "inside", what


def test_half_concentrations_of_the_page_against_the_dish() -> None:
    from tdm1.trial.dish import CARDS, half_concentrations

    cards = {card: name for name, card in CARDS.items()}
    fresh = {f"{cards[row.drug]}, {row.line}": (row.fitted, row.fold) for row in half_concentrations()}
    written = _table("drug, line | role")
    assert {row[0] for row in written} == set(fresh)
    for line, role, fold in written:
        fitted, expected = fresh[line]
        assert role == ("fitted" if fitted else "predicted")
        assert float(fold) == pytest.approx(expected, abs=0.006)


def test_table_of_selectivity_against_the_indices() -> None:
    from tdm1.trial.selectivity import selectivity

    fresh: dict[str, tuple[float, float, float]] = {}
    for setting, where in (("vessel", "at a vessel"), ("tissue", "in tissue")):
        for one in selectivity("t_dm1", setting=setting, doses_mg_per_kg=[3.6]).indices:
            name = f"{one.cells.removeprefix('HER2 ')}, {where}"
            fresh[name] = (one.payload_ratio, one.kill_ratio, one.dose_ratio)
    written = _table("HER2 3+ cells over")
    assert {row[0] for row in written} == set(fresh)
    for name, *cells in written:
        for cell, value in zip(cells, fresh[name], strict=True):
            if cell == "not reached":
                assert value == float("inf"), name
            else:
                assert float(cell) == pytest.approx(value, rel=0.05), name
