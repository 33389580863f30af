"""Commands: what goes where, exit codes, and that bad input writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tdm1 import __version__, trial
from tdm1.cli._person_app import app
from tdm1.report import run_directory


def test_trial_json_is_alone_on_standard_output(run: Any, made_up: dict[str, Any]) -> None:
    done = run("trial", "madeup", "--json", "--patients", 24, "--seed", 3, "--workers", 2)
    assert done.code == 0
    assert json.loads(done.out)["trial"] == "madeup"
    assert "half way" in done.err
    assert (made_up["patients"], made_up["seed"], made_up["workers"]) == (24, 3, 2)


def test_trial_table_goes_to_standard_output(run: Any, made_up: dict[str, Any]) -> None:
    done = run("trial", "madeup")
    assert done.code == 0 and "objective response (%)" in done.out and "half way" not in done.out
    assert made_up["patients"] is None and made_up["seed"] is None


def test_trial_out_is_a_whole_run_directory(run: Any, made_up: dict[str, Any], tmp_path: Path) -> None:
    done = run("trial", "madeup", "--out", tmp_path / "run", "--json")
    assert done.code == 0
    assert run_directory.verify(tmp_path / "run")["status"] == "complete"
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == json.loads(done.out)


def test_a_used_out_folder_is_refused_before_the_work(run: Any, made_up: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = run("trial", "madeup", "--out", tmp_path)
    assert done.code == 2 and "not empty" in done.err and done.out == ""
    assert made_up == {} and [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_misspelt_trial_is_one_line_and_writes_nothing(run: Any, made_up: dict[str, Any], tmp_path: Path) -> None:
    done = run("trial", "madup", "--out", tmp_path / "run")
    assert done.code == 2 and done.out == ""
    assert done.err == "tdm1: no trial is called 'madup'; did you mean 'madeup'?\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["trail", "madeup"], "'trial'"),
        (["trial", "madeup", "--patents", "3"], "--patients"),
        (["simulate", "--cycle", "3"], "--cycles"),
        (["trial", "madeup", "--patients", "0"], "--patients"),
        (["trial", "madeup", "--patients", "many"], "--patients"),
        (["trial", "madeup", "--seed", "-1"], "--seed"),
        (["trial"], "NAME|FILE"),
        (["explain", "clearence"], "plasma.clearance"),
        (["schema", "trail"], "'trial'"),
        (["simulate", "--dose-mg-per-kg", "-3"], "above 0"),
        (["simulate", "--dose-mg-per-kg", "nan"], "above 0"),
        (["simulate", "--every-days", "0"], "above 0"),
        (["simulate", "--weight-kg", "0"], "above 0"),
        (["simulate", "--times-day", "1,x"], "'x' is not a number"),
        (["simulate", "--times-day", "3,1"], "ascending"),
        (["simulate", "--times-day", "-1,1"], "0 or more"),
        (["simulate", "--observe", "dm1,,alt"], "empty name"),
        (["simulate", "--observe", "dm1,dm1"], "twice"),
        (["simulate", "--plot", "band.pdf"], ".png"),
        (["simulate", "--set", "tumour.tubulin"], "write for example"),
        (["simulate", "--set", "tumour.tubulin=1 nM", "--set", "tumour.tubulin=2 nM"], "twice"),
    ],
)
def test_bad_input_is_one_line_that_says_how_to_mend_it(
    arguments: list[str], near: str, run: Any, made_up: dict[str, Any]
) -> None:
    done = run(*arguments)
    assert done.code == 2 and done.out == "" and made_up == {}
    assert done.err.count("\n") == 1 and done.err.startswith("tdm1: ") and near in done.err


def test_simulate_against_the_fixed_form(run: Any, made_up: dict[str, Any]) -> None:
    done = run(
        "simulate", "--observe", "conjugate,dm1", "--times-day", "0.5,1,7", "--json", "--weight-kg", 70, "--seed", 5
    )
    document = json.loads(done.out)
    assert list(document) == ["time_day", "unit", "median", "p05", "p95"]
    assert document["time_day"] == [0.5, 1.0, 7.0] and set(document["median"]) == {"conjugate", "dm1"}
    assert made_up["weight_kg"] == 70 and made_up["seed"] == 5 and made_up["cycles"] == 4
    assert made_up["dose_mg_per_kg"] == 3.6 and made_up["every_days"] == 21
    assert "1 of 500 patients could not be solved" in done.err


def test_simulate_plot_beside_the_table(run: Any, made_up: dict[str, Any], tmp_path: Path) -> None:
    done = run("simulate", "--plot", tmp_path / "band.svg")
    assert done.code == 0 and "conjugate (ug/mL)" in done.out and (tmp_path / "band.svg").exists()


def test_explain_prints_value_source_and_users(run: Any) -> None:
    done = run("explain", "clearance")
    assert done.code == 0
    for words in ("0.676 L/day", "variance 0.03585", "10.1007/s00280-014-2500-2", "part plasma", "671 patients"):
        assert words in done.out
    document = json.loads(run("explain", "M9", "--json").out)
    assert document["kind"] == "label rule" and document["source"]["key"] == "uspi_2013"


def test_schema_is_printed_as_json(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "trial_schema", lambda: {"title": "trial"}, raising=False)
    assert json.loads(run("schema", "trial").out) == {"title": "trial"}


def test_calibrate_shows_before_and_after(run: Any, made_up: dict[str, Any], tmp_path: Path) -> None:
    done = run("calibrate", "madeup", "--out", tmp_path / "facts.yaml")
    assert done.code == 0 and "tumour.kill_rate" in done.out and "0.12" in done.out
    assert (tmp_path / "facts.yaml").read_text() == "facts: {}\n"
    again = run("calibrate", "madeup", "--out", tmp_path / "facts.yaml")
    assert again.code == 2 and "new file" in again.err
    assert json.loads(run("calibrate", "madeup", "--json").out)["fitted"][0]["value"] == 0.1


def test_version_and_help(run: Any) -> None:
    assert run("--version").out == f"tdm1 {__version__}\n"
    assert run().code == run("--help").code == 0
    commands = {
        "trial", "simulate", "explain", "calibrate", "compare", "qualify",
        "sensitivity", "export", "check", "plan", "expect", "symptoms", "serve",
    }
    for command in commands:
        assert f"Example: tdm1 {command} " in " ".join(run(command, "--help").out.split())
    assert "Example: tdm1 schema trial" in run("schema", "trial", "--help").out
    assert {command.name or command.callback.__name__ for command in app.registered_commands} == commands


def test_a_fault_of_ours_is_one_line_and_exit_1(
    run: Any, made_up: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("shapes (3,) and (4,)\nnot aligned")

    monkeypatch.setattr(trial, "run", broken, raising=False)
    monkeypatch.delenv("TDM1_TRACEBACK", raising=False)
    done = run("trial", "madeup")
    assert done.code == 1 and done.out == ""
    fault = done.err.splitlines()[-1]
    assert "a fault of ours: ValueError: shapes (3,) and (4,) not aligned" in fault and "TDM1_TRACEBACK=1" in fault
    assert "Traceback" not in done.err
    monkeypatch.setenv("TDM1_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in run("trial", "madeup").err


def test_stopping_by_hand_is_exit_130(run: Any, made_up: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trial, "run", stopped, raising=False)
    assert run("trial", "madeup").code == 130
