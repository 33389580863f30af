"""The page on eligibility says what the data say."""

from __future__ import annotations

import re
from pathlib import Path

from tdm1 import eligibility
from tdm1.eligibility import labelfile

PAGE = (Path(__file__).parents[2] / "docs" / "eligibility.md").read_text("utf-8")


def _rows(letter: str) -> dict[str, list[str]]:
    lines = re.findall(rf"^\| ({letter}\d) \| (.*) \|$", PAGE, flags=re.MULTILINE)
    return {name: [cell.strip(" `") for cell in rest.split("|")] for name, rest in lines}


def test_table_of_indications_against_the_data() -> None:
    expected = {
        one.question.id: [one.region, one.question.source, one.question.read]
        for region in eligibility.REGIONS for one in labelfile.indications(region)
    }
    assert {name: [cells[0], *cells[-2:]] for name, cells in _rows("I").items()} == expected


def test_table_of_warnings_against_the_data() -> None:
    everyone = {one.question.id: one for region in eligibility.REGIONS for one in labelfile.label_warnings(region)}
    expected = {
        name: [one.kind.replace("_", " "), ", ".join(one.regions), one.question.source, one.question.read]
        for name, one in everyone.items()
    }
    assert {name: [cells[0], *cells[-3:]] for name, cells in _rows("[NP]").items()} == expected
