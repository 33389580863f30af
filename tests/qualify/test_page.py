"""The report of hand-made rows: the page names every failure, the JSON has the documented keys, files are whole."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from qualify.rows import mixed, qualification, row
from rich.console import Console

from tdm1.report import qualify, qualify_directory, qualify_lines, qualify_page, qualify_terminal
from tdm1.report.qualify_tests import TestRun, judged
from tdm1.report.run_directory import RunDirectoryError
from tdm1.trial.qualification import Qualification

WHEN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "qualification.md"
RUN = TestRun(
    "2026-11-25T07:30:32+00:00",
    {
        "tests.engine.test_closed_form.test_one": ("passed", "passed"),
        "tests.mechanism.test_units.test_one": ("passed", "failed"),
    },
)


def _page(found: Qualification, run: TestRun | None = None) -> str:
    return qualify_page.page(found, judged(run), run, finished=WHEN)


def _json(found: Qualification, run: TestRun | None = None) -> dict[str, Any]:
    return qualify.qualification_json(found, judged(run), run, finished=WHEN)


class _Cells(HTMLParser):
    """Texts of the cells of the table called `outside`, row by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside, self._cell = False, False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._inside = dict(attrs).get("id") == "outside"
        elif self._inside and tag == "tr":
            self.rows.append([])
        elif self._inside and tag in ("td", "th"):
            self._cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "table":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data


def test_page_names_every_row_that_is_outside_in_their_order() -> None:
    found = qualification()
    shown = _Cells(_page(found)).rows[1:]
    assert len(shown) == len(found.failures) == 5
    for cells, outside in zip(shown, found.failures, strict=True):
        line = qualify_lines.line(outside)
        assert cells[0] == line.endpoint and cells[1] == f"{line.trial}, {line.arm}"
        assert cells[2:4] == [line.published, line.simulated] and cells[5] == line.far
        assert (outside.read in cells[6]) == (outside.read != "read")


def test_failures_stand_before_scores_and_rows() -> None:
    text = _page(qualification())
    order = [text.index(f'id="{name}"') for name in ("failures", "scores", "credibility", "rows", "left-out")]
    assert order == sorted(order)


def test_every_row_is_on_the_page_with_words_beside_colour() -> None:
    everything = _page(qualification()).split('id="rows"')[1]
    assert everything.count("✓ inside") == 1 and everything.count("✗ outside") == 5
    assert everything.count('<span class="mark none">no interval') == 1
    assert everything.count('<th scope="row">') == len(mixed())


def test_names_are_escaped_and_nothing_is_loaded_from_elsewhere() -> None:
    text = _page(qualification())
    assert "control <b>" not in text and escape("control <b>") in text
    assert not re.search(r"@import|url\((?!#)|\ssrc=|https?://", text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_without_tests_the_page_says_so() -> None:
    text = _page(qualification())
    assert "Tests were not run with this report" in text and "✓ shown" not in text


def test_claims_of_the_page_against_the_test_run() -> None:
    text = _page(qualification(), RUN)
    assert text.count("✓ shown") == 1 and text.count("✗ failed") == 1
    assert "3 passed, 1 failed, 0 skipped" in text and "2026-11-25 07:30" in text
    top = text.split('id="scores"')[0]
    assert "1 line of the credibility table failed" in top and "Units of all equations fit." in top


def test_a_model_that_fails_nowhere_says_so() -> None:
    assert "No row lies outside" in _page(qualification([row()]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"simulated": 90.0}, "2.00× above"),
        ({"simulated": 17.5}, "2.00× below"),
        ({"simulated": 0.0, "lower95": 2.0}, "20× below"),
        ({"simulated": 0.0, "lower95": 0.003}, "below by less than a patient"),
        ({"simulated": float("nan")}, "no value"),
        ({"simulated": float("inf")}, "above, no factor"),
        ({}, ""),
    ],
)
def test_words_of_a_distance_against_hand_worked_factor(changes: dict[str, float], words: str) -> None:
    assert qualify_lines.far_words(row(**changes)) == words


def test_numbers_in_words() -> None:
    assert qualify_lines.published_words(row()) == "40.0 [35.0, 45.0]*"
    assert qualify_lines.published_words(row(interval="printed", printed="<1")) == "<1 [35.0, 45.0]"
    nan = float("nan")
    assert qualify_lines.published_words(row(interval="none", lower95=nan, upper95=nan)) == "40.0 no interval"
    assert qualify_lines.simulated_words(mixed()[3]) == "not reached [21.0, not reached]"
    assert qualify_lines.simulated_words(mixed()[4]) == "missing no interval"
    assert "(" not in qualify.words(row(unit="1", endpoint="pfs_hr"))
    assert qualify.words(row(endpoint="ADC Cmax", unit="ug/mL")) == "ADC Cmax (ug/mL)"


def test_picture_of_a_row_against_its_own_scale() -> None:
    """Bounds 35 and 45, simulated 41 in 36 to 46: the scale runs from 35 - 0.88 to 46 + 0.88."""
    bar = qualify_lines.bar(row())
    assert bar is not None
    scale = 46 - 35 + 2 * 0.88
    expected = {
        "left": 0.88, "width": 10.0, "published": 5.88, "simulated": 6.88, "own_left": 1.88, "own_width": 10.0
    }
    assert bar == pytest.approx({name: 100 * value / scale for name, value in expected.items()}, abs=0.01)
    open_above = qualify_lines.bar(row(upper95=float("inf")))
    assert open_above is not None and open_above["left"] + open_above["width"] == pytest.approx(100.0)
    assert qualify_lines.bar(row(simulated=float("inf"))) is None


def _documented(heading: str) -> set[str]:
    """Keys in the first column of the table after `heading` in the documentation."""
    table = DOCS.read_text("utf-8").split(heading)[1].lstrip().split("\n\n")[0 if heading.startswith("Keys") else 1]
    return {key for line in table.splitlines()[2:] for key in re.findall(r"`(\w+)`", line.split("|")[1])}


def test_json_keys_against_the_documentation() -> None:
    document = _json(qualification(), RUN)
    assert set(document) == _documented("## The JSON")
    assert {key for entry in document["rows"] for key in entry} == _documented("Keys of a row:")
    assert {key for entry in document["scores"] for key in entry} == _documented("Keys of a score:")
    text = DOCS.read_text("utf-8")
    for part in ("runs", "left_out"):
        assert all(f"`{key}`" in text for entry in document[part] for key in entry)
    credible = document["credibility"]
    for entry in (credible, credible["tests"], credible["factors"][0], credible["factors"][0]["lines"][0]):
        assert all(f"`{key}`" in text for key in entry)


def test_json_against_json_schema() -> None:
    """Types of every key, and the lists that failures point into."""
    import jsonschema

    share = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
    number, text = {"type": ["number", "null"]}, {"type": "string"}
    row_keys: dict[str, Any] = {
        "row": {"type": "integer", "minimum": 1}, "role": {"enum": ["calibrated", "predicted"]},
        "kind": {"enum": ["efficacy", "laboratory", "adverse events", "treatment", "pharmacokinetics"]},
        "state": {"enum": ["inside", "outside", "no interval"]}, "covered": {"type": ["boolean", "null"]},
        "drawn": {"type": "boolean"}, "simulated_is": {"enum": ["value", "not reached", "missing"]},
        "n": {"type": "integer"}, "interval": {"pattern": "^(printed|computed from (counts|mean and SD)|none)$"},
        **{key: text for key in ("trial", "arm", "endpoint", "words", "unit", "printed", "source", "read", "note")},
        **{key: number for key in ("published", "lower95", "upper95", "simulated", "simulated_lower95",
                                   "simulated_upper95", "log_ratio", "log_distance")},
    }
    schema = {
        "type": "object",
        "properties": {
            "rows": {"items": {"properties": row_keys, "required": list(row_keys), "additionalProperties": False}},
            "scores": {"items": {"properties": {"share_inside": share, "coverage": share, "group": text}}},
            "failures": {"items": {"type": "integer", "minimum": 1}},
            "finished": {"pattern": r"^\d{4}-\d\d-\d\dT"},
        },
        "required": ["rows", "scores", "failures", "credibility", "left_out", "runs"],
    }
    document = json.loads(json.dumps(_json(qualification()), allow_nan=False))
    jsonschema.validate(document, schema)
    broken = {**document, "rows": [{**document["rows"][0], "state": "maybe"}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_json_failures_point_to_the_rows_outside() -> None:
    document = _json(qualification())
    assert document["failures"] == [4, 5, 3, 2, 7]
    assert {entry["row"] for entry in document["rows"] if entry["state"] == "outside"} == set(document["failures"])
    kinds = {entry["row"]: (entry["simulated"], entry["simulated_is"]) for entry in document["rows"]}
    assert kinds[4] == (None, "not reached") and kinds[5] == (None, "missing") and kinds[1] == (41.0, "value")
    assert document["credibility"]["tests"] is None


def test_terminal_shows_failures_then_scores_in_100_columns() -> None:
    out = io.StringIO()
    found = qualification([*mixed(), *(replace(row(), simulated=50.0 + place) for place in range(30))])
    console = Console(file=out, width=100, highlight=False)
    qualify_terminal.print_qualification(found, judged(RUN), True, console)
    text = out.getvalue()
    assert text.startswith("35 of 36 rows with a published interval lie outside it")
    assert "20 of 35 shown" in text and text.index("20 of 35 shown") < text.index("all rows")
    assert "1 shown, 1 failed" in text
    assert max(map(len, text.splitlines())) <= 100


def test_folder_is_written_whole_and_never_over_another(tmp_path: Path) -> None:
    found = qualification()
    target = tmp_path / "runs" / "one"
    qualify_directory.write(target, _page(found), _json(found))
    assert sorted(path.name for path in target.iterdir()) == ["qualification.html", "qualification.json"]
    assert json.loads((target / "qualification.json").read_text("utf-8"))["failures"] == [4, 5, 3, 2, 7]
    with pytest.raises(RunDirectoryError, match="not empty"):
        qualify_directory.write(target, "", {})
    with pytest.raises(ValueError, match="JSON"):
        qualify_directory.write(tmp_path / "runs" / "two", "", {"x": float("nan")})
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["one"]
