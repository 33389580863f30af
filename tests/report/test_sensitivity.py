"""A sensitivity analysis as table, JSON, pictures, page, folder and command, against the numbers it holds."""

from __future__ import annotations

import html
import io
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import jsonschema
import polars as pl
import pytest
from rich.console import Console

from tdm1 import cli
from tdm1.report import (
    run_directory,
    sensitivity_directory,
    sensitivity_json,
    sensitivity_page,
    sensitivity_rows,
    sensitivity_terminal,
)
from tdm1.report.pictures import sensitivity as pictures
from tdm1.trial.sensitivity import (
    OUTPUTS,
    Elasticity,
    Held,
    Regimen,
    Sensitivity,
    SobolIndex,
    Varied,
)

Run = Callable[..., SimpleNamespace]
WHEN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NAN = float("nan")


def varied(name: str, low: float, value: float, high: float, basis: str = "our choice") -> Varied:
    return Varied(
        name, f"made.{name}", f"made-up <{name}>", "L/day", value, low, high, "uniform", 0.0,
        basis, "assumed",  # type: ignore[arg-type]
    )


def made_up() -> Sensitivity:
    """Three outputs: a plain one, one whose indices are refused, and one with elasticities of every status."""
    auc, kill, fall = (OUTPUTS[name] for name in ("conjugate_auc", "tumour_kill", "lvef_fall"))
    parameters = (
        varied("clearance", 0.5, 1.0, 2.0, "between patients"),
        varied("tubulin_dissociation_constant", 7e2, 1e3, 123456.0),
        varied("small", 1.5e-7, 2e-7, 3e-7, "standard error"),
    )
    names = [one.name for one in parameters]
    elasticities = [
        *(Elasticity(auc.name, name, value, "ok") for name, value in zip(names, (-0.5, 0.001, 1.25), strict=True)),
        *(Elasticity(kill.name, name, value, "ok") for name, value in zip(names, (2.0, -3.0, 0.0), strict=True)),
        Elasticity(fall.name, names[0], NAN, "not positive"), Elasticity(fall.name, names[1], 0.7, "steps disagree"),
        Elasticity(fall.name, names[2], NAN, "failed solve"),
    ]
    indices = [
        *(SobolIndex(auc.name, name, first, 0.03, total, 0.04)
          for name, first, total in zip(names, (0.11, -0.001, 0.72), (0.15, 0.02, 0.83), strict=True)),
        *(SobolIndex(fall.name, name, 0.3, 0.1, total, 0.1)
          for name, total in zip(names, (0.31, 0.33, 0.32), strict=True)),
    ]
    return Sensitivity(
        model="t_dm1", regimen=Regimen(3.6, 21.0, 2), method="both", seed=7, samples=8,
        settings={"tumour.tubulin": "70 nM"}, outputs=(auc, kill, fall),
        reference={auc.name: 363.6, kill.name: 0.75, fall.name: NAN}, varied=parameters,
        held=(Held("molar_mass", "made.mass", "mass", "g/mol", 148781.0, "a constant"),),
        elasticities=tuple(elasticities), indices=tuple(indices),
        refused={kill.name: "2 of 40 samples gave no value, and Sobol indices take no gaps"},
        local_solves=13, local_failed_solves=1, sobol_solves=40, sobol_failed_solves=2, seconds=1.5,
    )


@pytest.fixture
def found() -> Sensitivity:
    return made_up()


TEXT, NUMBER, OPEN = {"type": "string"}, {"type": "number"}, {"type": ["number", "null"]}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False
    }


def _list(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(**properties)}


WHOLE = {"type": "integer"}
SCHEMA = _object(
    model=TEXT, dose_mg_per_kg=NUMBER, every_day=NUMBER, cycles=WHOLE, method={"enum": ["local", "sobol", "both"]},
    samples=WHOLE, seed=WHOLE, settings={"type": "object"}, seconds=NUMBER,
    solves=_object(local=WHOLE, local_failed=WHOLE, sobol=WHOLE, sobol_failed=WHOLE),
    outputs=_list(
        name=TEXT, words=TEXT, unit=TEXT, logarithm={"type": "boolean"}, reference=OPEN,
        refused={"type": ["string", "null"]},
    ),
    varied=_list(
        name=TEXT, fact=TEXT, meaning=TEXT, unit=TEXT, value=NUMBER, low=NUMBER, high=NUMBER, law=TEXT, spread=NUMBER,
        basis=TEXT, read=TEXT, also={"type": "array", "items": TEXT},
    ),
    held=_list(name=TEXT, fact=TEXT, meaning=TEXT, unit=TEXT, value=NUMBER, reason=TEXT),
    local=_list(
        output=TEXT, parameter=TEXT, value=OPEN,
        status={"enum": ["ok", "steps disagree", "failed solve", "not positive"]},
    ),
    sobol=_list(
        output=TEXT, parameter=TEXT, first=NUMBER, first_half_width95=NUMBER, total=NUMBER, total_half_width95=NUMBER
    ),
    limits={"type": "array", "items": TEXT, "minItems": 3},
)


def test_json_against_its_schema(found: Sensitivity) -> None:
    document = sensitivity_json.sensitivity_json(found)
    json.dumps(document, allow_nan=False)
    jsonschema.validate(json.loads(json.dumps(document)), SCHEMA)
    assert [one["refused"] is None for one in document["outputs"]] == [True, False, True]
    assert [one["total"] for one in document["sobol"]][:3] == [0.83, 0.15, 0.02]


def test_rows_are_ranked_against_sorted_numbers(found: Sensitivity) -> None:
    by_index = [row.varied.name for row in sensitivity_rows.ranked(found, "conjugate_auc")]
    assert by_index == ["small", "clearance", "tubulin_dissociation_constant"]
    by_elasticity = [row.varied.name for row in sensitivity_rows.ranked(found, "tumour_kill", 2)]
    assert by_elasticity == ["tubulin_dissociation_constant", "clearance"]
    # Those without a value come last.
    assert found.elasticities_of("lvef_fall")[0].parameter == "tubulin_dissociation_constant"
    shown = [row.varied.name for row in pictures.shown(found, "conjugate_auc", "local")]
    # What is shown as 0.00 has no bar.
    assert shown == ["small", "clearance"]
    shown = [row.varied.name for row in pictures.shown(found, "lvef_fall", "local")]
    assert shown == ["tubulin_dissociation_constant", "clearance", "small"]
    assert pictures.shown(found, "tumour_kill", "sobol") == []


def test_cells_in_words(found: Sensitivity) -> None:
    small, clearance, tubulin = sensitivity_rows.ranked(found, "conjugate_auc")
    assert [sensitivity_rows.elasticity(row) for row in (small, clearance, tubulin)] == ["+1.25", "-0.50", "0.00"]
    assert sensitivity_rows.first(tubulin) == "0.00 ± 0.03" and sensitivity_rows.total(small) == "0.83 ± 0.04"
    assert sensitivity_rows.span(tubulin.varied) == "700 to 123000"
    told = [sensitivity_rows.elasticity(row) for row in sensitivity_rows.ranked(found, "lvef_fall")]
    assert sorted(told) == ["+0.70?", "failed solve", "not positive"]


def test_terminal_table_fits_100_columns_and_says_what_failed(found: Sensitivity) -> None:
    stream = io.StringIO()
    sensitivity_terminal.print_sensitivity(found, Console(file=stream, width=100, highlight=False), 2)
    text = stream.getvalue()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100 and "…" not in text
    for said in (
        "0.83 ± 0.04", "No Sobol indices: 2 of 40 samples", "1 of 13 local solves failed; 2 of 40 Sobol solves failed",
        "molar_mass: a constant", "no value: the solve failed", "1 more parameters of each output",
    ):
        assert said in text


def test_page_holds_every_number_and_loads_nothing(found: Sensitivity) -> None:
    text = sensitivity_page.page(found, finished=WHEN)
    assert not re.search(r"(?:src|href)=[\"']https?://", text) and "made-up &lt;clearance&gt;" in text
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text))
    for output in found.outputs:
        for row in sensitivity_rows.ranked(found, output.name):
            assert all(cell in plain for cell in (
                sensitivity_rows.elasticity(row), sensitivity_rows.first(row), sensitivity_rows.total(row),
                sensitivity_rows.span(row.varied),
            ))
    assert sensitivity_page.command(found) in plain
    # An output without indices has one picture.
    assert text.count("<figure") == 5


@pytest.mark.parametrize("kind", ["local", "sobol"])
def test_lone_picture_is_svg_that_tells_its_content(found: Sensitivity, kind: str) -> None:
    made = pictures.lone_file(found, found.outputs[0], kind, "svg")
    ElementTree.fromstring(made)
    told = pictures.words(found, found.outputs[0], kind)
    assert told in html.unescape(made.decode()) and {"local": "+1.25", "sobol": "0.83"}[kind] in told
    assert pictures.lone_file(found, found.outputs[0], kind, "svg") == made
    assert pictures.lone_file(found, found.outputs[0], kind, "png").startswith(b"\x89PNG")


def test_folder_is_whole_and_its_tables_hold_the_numbers(found: Sensitivity, tmp_path: Path) -> None:
    folder = tmp_path / "found"
    sensitivity_directory.write(found, folder, started=WHEN, finished=WHEN)
    record = run_directory.verify(folder)
    assert record["model"] == "t_dm1" and record["failed_solves"] == 3 and "salib" in record["libraries"]
    names = {path.name for path in folder.iterdir()}
    assert {"sensitivity.html", "local_tumour_kill.svg", "sobol_conjugate_auc.svg"} <= names
    assert "sobol_tumour_kill.svg" not in names
    document = json.loads((folder / "sensitivity.json").read_text("utf-8"))
    sobol, local, parameters = (pl.read_csv(folder / f"{name}.csv") for name in ("sobol", "local", "parameters"))
    assert sobol.to_dicts() == document["sobol"]
    assert [None if value is None or math.isnan(value) else value for value in local["value"]] == [
        one["value"] for one in document["local"]
    ]
    assert parameters["name"].to_list() == [one["name"] for one in document["varied"] + document["held"]]
    assert parameters["held_because"].to_list()[-1] == "a constant"
    with pytest.raises(run_directory.RunDirectoryError, match="not empty"):
        sensitivity_directory.write(found, folder, started=WHEN, finished=WHEN)


def test_an_analysis_of_one_measure_shows_that_one(found: Sensitivity, tmp_path: Path) -> None:
    alone = replace(found, method="local", indices=(), refused={}, sobol_solves=0, sobol_failed_solves=0)
    stream = io.StringIO()
    sensitivity_terminal.print_sensitivity(alone, Console(file=stream, width=100, highlight=False), 5)
    assert "first order" not in stream.getvalue() and "elasticity" in stream.getvalue()
    sensitivity_directory.write(alone, tmp_path / "alone", started=WHEN, finished=WHEN)
    assert not list((tmp_path / "alone").glob("sobol_*.svg"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process; gives code, out and err."""

    def _run(*arguments: object) -> SimpleNamespace:
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return _run


def test_command_end_to_end(run: Run, tmp_path: Path) -> None:
    asked = ("sensitivity", "--model", "t_dm1_plasma", "--outputs", "conjugate_auc,dm1_peak", "--samples", 16,
             "--cycles", 1, "--seed", 3, "--set", "plasma.clearance=0.7 L/day")
    done = run(*asked, "--out", tmp_path / "found", "--json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    jsonschema.validate(document, SCHEMA)
    assert json.loads((tmp_path / "found" / "sensitivity.json").read_text("utf-8")) == document
    assert run_directory.verify(tmp_path / "found")["seed"] == 3
    again = json.loads(run(*asked, "--json").out)
    assert {**again, "seconds": 0} == {**document, "seconds": 0}
    table = run(*asked, "--method", "local", "--top", 3)
    assert table.code == 0 and "clearance" in table.out and "-0.9" in table.out


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["--outputs", "tumor_kill"], "did you mean 'tumour_kill'"),
        (["--outputs", "dm1_peak,,"], "empty name"),
        (["--model", "tdm1"], "did you mean 't_dm1'"),
        (["--method", "globl"], "known: local, sobol, both"),
        (["--samples", "500"], "such as 512"),
        (["--dose-mg-per-kg", "-1"], "--dose-mg-per-kg is -1"),
        (["--every-days", "nan"], "--every-days is nan"),
        (["--set", "plasma.clearence=1 L/day"], "did you mean 'plasma.clearance'"),
        (["--set", "plasma.clearance"], "--set"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_bad_input_is_one_line_that_says_how_to_mend_it(
    arguments: list[str], near: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("sensitivity", *arguments, "--out", "found")
    complaint = done.err.splitlines()
    said = [line for line in complaint if not line.startswith("sensitivity: ")]
    assert done.code == 2 and done.out == "" and len(said) == 1, done.err
    assert said[0].startswith("tdm1: ") and near in said[0]
    assert list(tmp_path.iterdir()) == []


def test_a_used_folder_is_refused_before_the_work(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = run("sensitivity", "--out", tmp_path)
    assert done.code == 2 and "not empty" in done.err and done.err.count("\n") == 1


def test_help_lists_every_output(run: Run) -> None:
    text = " ".join(run("sensitivity", "--help").out.split())
    listed = re.search(r"with commas: ([a-z0-9_, ]+);", text)
    assert listed and listed.group(1).split(", ") == list(OUTPUTS)
    assert "Example: tdm1 sensitivity " in text
