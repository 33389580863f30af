"""A made-up comparison as picture, page, terminal table, JSON and folder, against the numbers it holds."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from compare.tables import table
from rich.console import Console

from tdm1 import trial
from tdm1.report import compare_directory, compare_json, compare_page, compare_terminal, compare_words, run_directory
from tdm1.report.pictures import frontier
from tdm1.trial.compared_outcomes import axes, outcomes
from tdm1.trial.comparing import RegimenComparison, weigh
from tdm1.trial.comparison_limits import dose_levels_mg_per_kg, limits
from tdm1.trial.regimen_arm import arms_of

TEXTS = ("3.6 mg/kg q3w", "2.4 mg/kg qw", "3.6 mg/kg q3w x4 then trastuzumab", "3.6 mg/kg q3w")
WHEN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ORDINARY = {"type": "number"}
OPEN = {"type": ["number", "null"]}


def _object(**properties: Any) -> dict[str, Any]:
    """A schema of exactly these keys."""
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False
    }


INTERVAL = {"value": OPEN, "lower95": OPEN, "upper95": OPEN}
TEXT = {"type": "string"}
SCHEMA = _object(
    trial=TEXT, seed={"type": "integer"}, patients={"type": "integer"}, failed_solves={"type": "integer"},
    seconds=ORDINARY, resamples={"const": 1000}, reference=TEXT,
    regimens={
        "type": "array",
        "items": _object(
            name=TEXT, asked=TEXT, drug={"enum": ["T-DM1", "trastuzumab"]}, dose_mg_per_kg=ORDINARY,
            lower_doses_mg_per_kg={"type": "array", "items": ORDINARY}, every_day=ORDINARY,
            cycles={"anyOf": [{"type": "integer"}, {"const": "until progression"}]},
            then_trastuzumab={"type": "boolean"}, dominated_by={"type": "array", "items": TEXT},
            dominated_in_resamples_pct={"type": "number", "minimum": 0, "maximum": 100},
        ),
    },
    outcomes={
        "type": "array",
        "items": _object(
            name=TEXT, words=TEXT, unit={"enum": ["%", "month", "mg", "mg/kg/week"]},
            kind={"enum": ["efficacy", "toxicity", "treatment"]}, better={"enum": ["higher", "lower", "neither"]},
        ),
    },
    estimates={"type": "array", "items": _object(regimen=TEXT, outcome=TEXT, **INTERVAL)},
    differences={
        "type": "array",
        "items": _object(
            regimen=TEXT, reference=TEXT, outcome=TEXT, **INTERVAL,
            number_needed={"anyOf": [{"type": "null"}, _object(**INTERVAL, shown={"type": "boolean"}, words=TEXT)]},
        ),
    },
    frontier=_object(efficacy=TEXT, toxicity=TEXT),
    limits={"type": "array", "items": TEXT, "minItems": 3},
)


def made_up(name: str) -> RegimenComparison:
    """A comparison of four regimens in made-up patients of a built-in trial."""
    file = trial.load(name)
    arms, known = arms_of(TEXTS, file, 150), outcomes(file)
    tables = {regimen: table(seed, 150, name == "katherine") for seed, regimen in enumerate(arms)}
    found, (efficacy, toxicity) = weigh(tables, known, 1), axes(known)
    return RegimenComparison(
        trial=name, title=file.title, seed=1, asked_patients=150, failed_solves=0, seconds=1.5, arms=arms,
        dose_levels_mg_per_kg={one: dose_levels_mg_per_kg(arm, file) for one, arm in arms.items()}, patients=tables,
        outcomes=known, estimates=found.estimates, differences=found.differences, efficacy=efficacy,
        toxicity=toxicity, standings=found.standings, limits=limits(file, arms, 150), texts=TEXTS,
        definition=file.text,
    )


@pytest.fixture(scope="module", params=["emilia", "katherine"])
def comparison(request: pytest.FixtureRequest) -> RegimenComparison:
    return made_up(request.param)


def test_json_against_its_schema(comparison: RegimenComparison) -> None:
    document = compare_json.comparison_json(comparison)
    json.dumps(document, allow_nan=False)
    jsonschema.validate(document, SCHEMA)
    count, regimens = len(comparison.outcomes), len(comparison.arms)
    assert len(document["estimates"]) == count * regimens and len(document["differences"]) == count * (regimens - 1)
    assert [one["asked"] for one in document["regimens"]] == list(TEXTS)
    assert document["regimens"][3]["name"] == "3.6 mg/kg q3w (2)"
    assert document["regimens"][1]["lower_doses_mg_per_kg"] == pytest.approx([2.0, 1.6])
    names = {one["name"] for one in document["outcomes"]}
    assert set(document["frontier"].values()) <= names


def test_terminal_table_fits_100_columns_and_has_every_number(comparison: RegimenComparison) -> None:
    stream = io.StringIO()
    compare_terminal.print_comparison(comparison, Console(file=stream, width=100, highlight=False))
    text = stream.getvalue()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100 and "…" not in text
    for one in comparison.differences:
        unit = next(outcome.unit for outcome in comparison.outcomes if outcome.name == one.outcome)
        assert compare_words.difference(one, unit) in text and compare_words.needed(one) in text
    flat = " ".join(text.split())
    assert all(limit in flat for limit in comparison.limits)


def test_picture_names_every_regimen_and_tells_its_numbers(comparison: RegimenComparison) -> None:
    points = compare_page.points(comparison)
    picture = frontier.picture(points, *compare_page.axis_names(comparison))
    shown = [html.unescape(text) for text in re.findall(r"<text [^>]*>([^<>]*)</text>", picture.svg)]
    told = html.unescape(re.search(r'aria-label="([^"]*)"', picture.svg)[1])  # type: ignore[index]
    for number, point in enumerate(points):
        (label,) = [text for text in shown if text.startswith(f"{number + 1}  {point.name}")]
        assert label.endswith("(dominated)") is bool(point.dominated_by)
        assert f"{number + 1} {point.name}:" in told
        assert f"{point.efficacy[0]:.1f} [{point.efficacy[1]:.1f} to {point.efficacy[2]:.1f}]" in told


def test_marks_of_regimens_differ_without_colour() -> None:
    def rows(name: str, beaten: bool) -> frontier.Point:
        return frontier.Point(name, (50.0, 40.0, 60.0), (30.0, 20.0, 40.0), ("other",) if beaten else ())

    points = [rows(f"regimen {place}", place % 2 == 1) for place in range(6)]
    svg = frontier.picture(points, "good", "bad").svg
    shapes = re.findall(r'<path id="frontier-m[^"]*" d="([^"]*)"', svg)
    # The ticks of the two axes are marks of their own.
    assert len(set(shapes)) >= 6
    assert svg.count("(dominated)") == 3


def test_lone_files_are_pictures(comparison: RegimenComparison) -> None:
    points, names = compare_page.points(comparison), compare_page.axis_names(comparison)
    assert frontier.lone_file(points, *names, "png").startswith(b"\x89PNG")
    svg = frontier.lone_file(points, *names, "svg").decode()
    assert 'role="img"' in svg and f"<title>{frontier.words(points, *names)}</title>" in html.unescape(svg)


def test_page_has_every_regimen_number_and_limit_and_fetches_nothing(comparison: RegimenComparison) -> None:
    page = compare_page.page(comparison, finished=WHEN)
    plain = html.unescape(page)
    for regimen in list(comparison.arms)[1:]:
        assert f"<h2>{regimen} against {comparison.reference}</h2>" in plain
    for one in comparison.differences:
        unit = next(outcome.unit for outcome in comparison.outcomes if outcome.name == one.outcome)
        assert compare_words.difference(one, unit) in plain
    assert all(limit in plain for limit in comparison.limits)
    assert not re.search(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=", page)
    assert compare_page.command(comparison) in plain


def test_folder_is_whole_and_its_tables_hold_the_numbers(comparison: RegimenComparison, tmp_path: Path) -> None:
    folder = tmp_path / "found"
    compare_directory.write(comparison, folder, started=WHEN, finished=WHEN)
    record = run_directory.verify(folder)
    assert record["regimens"] == list(TEXTS) and [path.name for path in tmp_path.iterdir()] == ["found"]
    document = json.loads((folder / "compare.json").read_text())
    for name in ("estimates", "differences"):
        read = pl.read_parquet(folder / f"{name}.parquet")
        assert read.height == len(document[name]) == pl.read_csv(folder / f"{name}.csv").height
        for row, one in zip(read.iter_rows(named=True), document[name], strict=True):
            assert (row["regimen"], row["outcome"]) == (one["regimen"], one["outcome"])
            assert one["value"] is None or row["value"] == one["value"]
    patients = pl.read_parquet(folder / "patients.parquet")
    assert patients.group_by("regimen", maintain_order=True).len().rows() == [(name, 150) for name in comparison.arms]
    with pytest.raises(run_directory.RunDirectoryError, match="not empty"):
        compare_directory.write(comparison, folder, started=WHEN, finished=WHEN)


def test_a_failed_writing_leaves_nothing(
    comparison: RegimenComparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(compare_page, "page", full)
    with pytest.raises(run_directory.RunDirectoryError, match="no space left"):
        compare_directory.write(comparison, tmp_path / "found", started=WHEN, finished=WHEN)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("texts", "said", "unsaid"),
    [
        (["3.6 mg/kg q3w", "3.0 mg/kg q3w"], ["Overall survival"], ["Extrapolation", "below", "Trastuzumab"]),
        (["3.6 mg/kg q3w", "2.4 mg/kg qw"], ["Extrapolation: '2.4 mg/kg qw'", "be reduced", "schedule"], ["starts"]),
        (["3.6 mg/kg q3w", "1.2 mg/kg q3w"], ["Extrapolation: '1.2 mg/kg q3w'", "starts there"], ["schedule"]),
        (["3.6 mg/kg q3w", "4.8 mg/kg q3w"], ["Extrapolation: '4.8 mg/kg q3w'"], ["starts", "can be reduced"]),
        (["3.6 mg/kg q3w", "3.6 mg/kg q3w x4 then trastuzumab"], ["Trastuzumab", "planned number"], ["Extrapolation"]),
    ],
)
def test_limits_against_what_was_asked(texts: list[str], said: list[str], unsaid: list[str]) -> None:
    file = trial.load("emilia")
    found = " ".join(limits(file, arms_of(texts, file, 64), 64))
    assert all(words in found for words in [*said, "64 patients"])
    assert not any(words in found for words in unsaid)


def test_values_without_a_number_are_words() -> None:
    assert compare_words.value(float("inf"), "month") == "not reached"
    assert compare_words.value(float("nan"), "%") == "none" and compare_words.value(-0.004, "%") == "0.0"
