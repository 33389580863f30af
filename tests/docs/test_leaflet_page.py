"""The page on the leaflet: all 26 statements, each with an honest state and, if it works, a test with its number."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "leaflet.md").read_text("utf-8")
ROWS = {
    cells[0]: cells
    for line in PAGE.splitlines()
    if re.match(r"\| S\d\d \|", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


@cache
def _tests() -> set[str]:
    return {
        node.name
        for path in (REPOSITORY / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_page_has_every_statement_once() -> None:
    assert sorted(ROWS) == [f"S{number:02d}" for number in range(1, 27)]
    assert len(re.findall(r"^\| S\d\d \|", PAGE, flags=re.MULTILINE)) == 26


@pytest.mark.parametrize("number", sorted(ROWS))
def test_state_is_honest(number: str) -> None:
    _, statement, state, where, missing = ROWS[number]
    assert statement
    assert state in ("working", "part", "not yet")
    named = re.findall(rf"`(test_{number.lower()}_\w+)`", where)
    if state == "not yet":
        assert not named
    else:
        assert len(named) == 1, f"{number} is {state}, so it needs one test that carries its number"
        assert named[0] in _tests(), f"{number}: there is no {named[0]}"
    assert (missing == "") == (state == "working"), f"{number}: say what is missing, unless it all works"


def test_no_test_of_a_statement_is_missing_from_the_page() -> None:
    numbered = {name for name in _tests() if re.match(r"test_s\d\d_", name)}
    assert numbered == set(re.findall(r"`(test_s\d\d_\w+)`", PAGE))
