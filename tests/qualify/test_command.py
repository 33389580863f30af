"""`tdm1 qualify` end to end with few patients, and its bad input."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest

from tdm1 import cli, trial
from tdm1.trial.definition import PublishedArm
from tdm1.trial.qualification import kind_of, names, qualify
from tdm1.trial.scores import KINDS

SMALL = ["qualify", "--trials", "tdm4258g,tdm4450g", "--patients", "24"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("qualify") / "out"
    assert cli.main([*SMALL, "--out", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "qualification.json").read_text("utf-8"))


def test_rows_against_the_trials_own_comparison(document: dict[str, Any]) -> None:
    """The same numbers as `tdm1 trial`, in the same order; `within` is `inside`."""
    result = trial.run(trial.load("tdm4450g"), patients=24)
    own = [(row.arm, row.endpoint, row.simulated, row.within, row.role) for row in result.comparison]
    found = [
        (row["arm"], row["endpoint"], inf if row["simulated_is"] == "not reached" else row["simulated"],
         row["state"] == "inside", row["role"])
        for row in document["rows"]
        if row["trial"] == "tdm4450g"
    ]
    assert found == own


def test_drawn_arms_against_the_trial_files(document: dict[str, Any]) -> None:
    for row in document["rows"]:
        arms = [trial.load(row["trial"]).arms[arm] for arm in row["arm"].split(" vs ")]
        assert row["drawn"] == all(isinstance(arm, PublishedArm) for arm in arms)
    assert {row["drawn"] for row in document["rows"]} == {True, False}


def test_exit_is_fine_although_rows_lie_outside(document: dict[str, Any], folder: Path) -> None:
    """So few patients of a phase II trial whose response is known to be missed: something lies outside."""
    page = (folder / "qualification.html").read_text("utf-8")
    assert document["failures"], "nothing lies outside: choose a trial that fails for this test"
    assert page.count("✗ outside") == len(document["failures"])


def test_printed_json_of_two_workers_against_the_written_file_of_one(
    document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["qualify", "--trials", "tdm4258g", "--patients", "24", "--workers", "2", "--json"]) == 0
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert printed["rows"] == [row for row in document["rows"] if row["trial"] == "tdm4258g"]
    assert list(printed) == list(document)
    assert "qualify: tdm4258g" in captured.err  # progress


def test_courses_beside_a_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junit = tmp_path / "tests.xml"
    junit.write_text(
        '<testsuites><testsuite timestamp="2026-11-25T07:30:32">'
        '<testcase classname="tests.engine.test_closed_form" name="test_one[1]"/></testsuite></testsuites>'
    )
    code = cli.main(["qualify", "--trials", "courses", "--patients", "8", "--seed", "2", "--tests", str(junit)])
    captured = capsys.readouterr()
    assert code == 0 and "1 shown, 0 failed" in captured.out and "pharmacokinetics" in captured.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--trials", "emila"], "did you mean 'emilia'"),
        (["--trials", "emilia,,courses"], "empty name"),
        (["--trials", "emilia,emilia"], "twice"),
        (["--tests", "no_such_file.xml"], "--junitxml"),
        (["--patients", "0"], "--patients"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main(["qualify", *arguments])
    captured = capsys.readouterr()
    assert code == 2 and captured.out == ""
    assert captured.err.count("\n") == 1 and captured.err.startswith("tdm1: ") and said in captured.err


def test_a_folder_in_use_is_refused_before_the_work(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["qualify", "--out", str(folder)]) == 2
    assert "not empty" in capsys.readouterr().err


def test_names_are_every_built_in_trial_and_the_courses() -> None:
    assert names() == [*trial.builtin(), "courses"]


@pytest.mark.parametrize("name", trial.builtin())
def test_every_endpoint_of_a_trial_has_its_kind_against_its_name(name: str) -> None:
    """Only what is named below is efficacy, so that a new endpoint of treatment cannot slip in there."""
    for row in trial.load(name).rows():
        kind = kind_of(row.endpoint)
        assert kind in KINDS
        if kind == "efficacy":
            assert row.endpoint.split("_")[0] in {"orr", "dor", "pfs", "os", "idfs", "distant", "cns"}, row.endpoint


def test_numbers_that_cannot_be_are_refused() -> None:
    for options in ({"patients": 0}, {"seed": -1}, {"workers": 0}):
        with pytest.raises(trial.InputError):
            qualify(["tdm4258g"], **options)  # type: ignore[arg-type]
    with pytest.raises(trial.InputError, match="no trial is named"):
        qualify([])
