"""`tdm1 compare` from the command line, on small real trials."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tdm1 import cli, trial
from tdm1.report import run_directory
from tdm1.trial.comparing import compare_regimens

Run = Callable[..., SimpleNamespace]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process; gives code, out and err."""

    def _run(*arguments: object) -> SimpleNamespace:
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return _run


def test_a_small_comparison_end_to_end(run: Run, tmp_path: Path) -> None:
    regimens = tmp_path / "regimens.yaml"
    regimens.write_text("- 3.6 mg/kg q3w x4 then trastuzumab\n- 3.6 mg/kg q3w\n")
    done = run(
        "compare", "emilia", "3.6 mg/kg q3w", "2.4 mg/kg qw", "--file", regimens, "--patients", 256, "--seed", 3,
        "--out", tmp_path / "found", "--json",
    )
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert run_directory.verify(tmp_path / "found")["seed"] == 3
    assert json.loads((tmp_path / "found" / "compare.json").read_text()) == document
    assert document["patients"] + document["failed_solves"] == 256
    reference, weekly, short, again = (one["name"] for one in document["regimens"])
    values = {(one["regimen"], one["outcome"]): one["value"] for one in document["estimates"]}
    # Weekly doses bring twice the drug; four doses at most four doses.
    mg = {name: values[name, "t_dm1_mean_mg"] for name in (reference, weekly, short)}
    assert mg[short] < mg[reference] < mg[weekly]
    assert values[weekly, "t_dm1_per_week_median_mg_per_kg"] <= 2.4 + 1e-9
    # The same people by the same regimen: nothing differs.
    twice = [one for one in document["differences"] if one["regimen"] == again]
    assert len(twice) == len(document["outcomes"])
    assert {one["value"] for one in twice} <= {0.0, None}
    assert {(one["lower95"], one["upper95"]) for one in twice if one["outcome"].endswith("_pct")} == {(0.0, 0.0)}


def test_katherine_s_own_arms_against_its_trial(run: Run) -> None:
    found = compare_regimens(trial.load("katherine"), ["T-DM1", "trastuzumab"], patients=96)
    alone = trial.run(trial.load("katherine"), patients=192)
    for name in ("T-DM1", "trastuzumab"):
        for month in ("36", "84"):
            told = alone.summary[name]["idfs_pct"][month]  # type: ignore[index]
            assert found.estimate(name, f"idfs_pct.{month}").value == pytest.approx(told)
        stopped = alone.summary[name]["stopped_for_ae_pct"]
        assert found.estimate(name, "stopped_for_ae_pct").value == pytest.approx(stopped)
    assert found.estimate("trastuzumab", "t_dm1_mean_mg").value == 0.0
    assert math.isnan(found.estimate("trastuzumab", "dose_reduced_pct").value)


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["emila", "3.6 mg/kg q3w", "2.4 mg/kg qw"], "did you mean 'emilia'"),
        (["emilia"], "0 regimens for trial 'emilia': name two or more"),
        (["emilia", "3.6 mg/kg q3w"], "1 regimen for trial 'emilia': name two or more"),
        (["emilia", "3.6 mg/kg q3w", "2.4 mg/kgs qw"], "did you mean 'mg/kg'"),
        (["emilia", "3.6 mg/kg q3w", "lapatinib+capecitabine"], "drawn from published results"),
        (["emilia", "3.6 mg/kg q3w", "T-DM"], "did you mean 'T-DM1'"),
        (["emilia", "3.6 mg/kg q3w", "2.4 mg/kg qw", "--patients", "1"], "--patients"),
        (["emilia", "3.6 mg/kg q3w", "2.4 mg/kg qw", "--seed", "-1"], "--seed"),
        (["emilia", "3.6 mg/kg q3w", "--file", "none.yaml"], "none.yaml"),
    ],
)
def test_bad_input_is_one_line_that_says_how_to_mend_it(
    arguments: list[str], near: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("compare", *arguments, "--out", "found")
    complaint = done.err.splitlines()
    assert done.code == 2 and done.out == "" and len(complaint) == 1, done.err
    assert complaint[0].startswith("tdm1: ") and near in complaint[0]
    assert list(tmp_path.iterdir()) == []


def test_a_used_folder_is_refused_before_the_work(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = run("compare", "emilia", "3.6 mg/kg q3w", "2.4 mg/kg qw", "--out", tmp_path)
    assert done.code == 2 and "not empty" in done.err and done.err.count("\n") == 1


def test_a_negative_seed_or_no_worker_is_refused_from_python_too() -> None:
    file, texts = trial.load("emilia"), ["3.6 mg/kg q3w", "2.4 mg/kg qw"]
    for options, near in (({"seed": -1}, "negative"), ({"workers": 0}, "workers"), ({"patients": 1}, "patients")):
        with pytest.raises(trial.InputError, match=near):
            compare_regimens(file, texts, **options)


def test_help_names_an_example(run: Run) -> None:
    assert "Example: tdm1 compare " in " ".join(run("compare", "--help").out.split())
