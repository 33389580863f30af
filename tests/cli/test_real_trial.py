"""The whole chain from the command line: a small EMILIA and a small simulation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tdm1 import trial
from tdm1.report import run_directory
from tdm1.trial.clinic import ABNORMALITIES

PICTURES = ("pfs", "exposure", "platelets", "response", "intensity", "os", "laboratory", "events", "grades")
#: Terms of a simulated arm that the leaflet names.
TERMS = ("nausea", "fatigue", "thrombocytopenia", "peripheral_neuropathy", "any_grade3plus_ae_final", "serious_ae")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tdm1.cli import main

    path = tmp_path_factory.mktemp("real") / "emilia"
    assert main(["trial", "emilia", "--patients", "48", "--out", str(path)]) == 0
    return path


def test_the_run_directory_is_whole_and_repeats_its_trial_file(folder: Path) -> None:
    record = run_directory.verify(folder)
    assert record["trial"] == "emilia" and record["failed_solves"] == 0
    assert trial.load(str(folder / "trial.yaml")).name == "emilia"


def test_the_report_has_every_picture_and_source(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert all(f'id="picture-{key}"' in page for key in PICTURES)
    assert "10.1007/s00280-014-2500-2" in page


def test_json_keys_against_the_fixed_form(folder: Path) -> None:
    document = json.loads((folder / "result.json").read_text())
    assert list(document) == ["trial", "seed", "patients", "seconds", "failed_solves", "arms", "comparison"]
    arm = document["arms"]["T-DM1"]
    for key in [
        "n",
        "orr_pct",
        "pfs_median_month",
        "pfs_pct",
        "os_median_month",
        "labs",
        "dose_reduced_pct",
        "dose_delayed_pct",
        "stopped_for_ae_pct",
        "relative_dose_intensity_median_pct",
        "cycles_median",
    ]:
        assert key in arm
    assert set(arm["labs"]) == set(ABNORMALITIES.values())
    for term in TERMS:
        grades = ["any_pct"] if term == "serious_ae" else ["any_pct", "g3plus_pct"]
        assert list(arm["adverse_events"][term]) == grades
    assert document["arms"]["lapatinib+capecitabine"]["adverse_events"]["nausea"]["any_pct"] is not None
    assert set(arm["labs"]["alt_increased"]) == {"any_pct", "g3_pct", "g4_pct"}


def test_a_trial_after_surgery_against_the_fixed_form(run: Any, tmp_path: Path) -> None:
    """IDFS in place of response and PFS, which are null; both arms' drugs and events in their tables."""
    out = tmp_path / "katherine"
    done = run("trial", "katherine", "--patients", 60, "--json", "--out", out)
    assert done.code == 0, done.err
    document = json.loads(done.out)
    for arm in document["arms"].values():
        assert list(arm["idfs_pct"]) == ["36", "84"]
        assert all(50.0 < share <= 100.0 for share in arm["idfs_pct"].values())
        assert arm["orr_pct"] is None and arm["pfs_median_month"] is None and arm["pfs_pct"] == {}
        assert arm["adverse_events"]["nausea"]["any_pct"] >= arm["adverse_events"]["nausea"]["g3plus_pct"] >= 0.0
    assert run_directory.verify(out)["failed_solves"] == 0
    assert set(pl.read_parquet(out / "adtte.parquet")["PARAMCD"]) == {"IDFS", "OS"}
    assert {"T-DM1", "trastuzumab"} == set(pl.read_parquet(out / "adex.parquet")["EXTRT"])
    events = pl.read_parquet(out / "adae.parquet")
    assert events["ASTDY"].min() >= 1 and set(events["AESER"]) <= {"Y", "N"}  # type: ignore[operator]
    assert not (out / "adtr.parquet").exists()
    page = (out / "report.html").read_text()
    assert 'id="picture-idfs"' in page and 'id="picture-response"' not in page


def test_milligrams_against_level_times_weight(folder: Path) -> None:
    doses = pl.read_parquet(folder / "adex.parquet")
    assert len(doses) > 48
    assert ((doses["AVAL"] / doses["WEIGHT"] - doses["DOSELVL"]).abs() < 1e-9).all()


def test_simulate_against_the_fixed_form(run: Any) -> None:
    done = run(
        "simulate",
        "--patients",
        8,
        "--cycles",
        1,
        "--times-day",
        "0.1,1,7",
        "--observe",
        "conjugate,platelets",
        "--json",
    )
    document = json.loads(done.out)
    assert list(document) == ["time_day", "unit", "median", "p05", "p95"]
    assert document["unit"] == {"conjugate": "ug/mL", "platelets": "10*9/L"} and document["time_day"] == [0.1, 1.0, 7.0]
    for name in document["unit"]:
        low, middle, high = (document[part][name] for part in ("p05", "median", "p95"))
        assert all(a <= b <= c for a, b, c in zip(low, middle, high, strict=True))


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["trial", "emila"], "emilia"),
        (["simulate", "--observe", "conjugat"], "conjugate"),
        (["trial", "/no/such/trial.yaml"], "/no/such/trial.yaml"),
        (["calibrate", "emila"], "emilia"),
    ],
)
def test_bad_input_of_the_real_backends_is_one_line(arguments: list[str], near: str, run: Any) -> None:
    done = run(*arguments)
    complaint = done.err.splitlines()[-1]
    assert done.code == 2 and done.out == "" and complaint.startswith("tdm1: ") and near in complaint


def test_a_broken_trial_file_writes_nothing_and_names_file_and_line(run: Any, tmp_path: Path, folder: Path) -> None:
    text = (folder / "trial.yaml").read_text()
    broken = tmp_path / "mine.yaml"
    broken.write_text(text.replace("    patients: 495", "    patiens: 495"))
    done = run("trial", broken, "--out", tmp_path / "run")
    complaint = done.err.splitlines()[-1]
    assert done.code == 2 and "mine.yaml" in complaint and "patients" in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
