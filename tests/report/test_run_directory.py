"""Run directories: whole or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from report.synthetic import WHEN, trial_result

from tdm1.report import html, run_directory
from tdm1.report.run_directory import RunDirectoryError
from tdm1.trial.result import TrialResult

FILES = {
    "trial.yaml",
    "result.json",
    "report.html",
    "manifest.json",
    "adam_variables.csv",
    "comparison.parquet",
    "decisions.parquet",
    "bands.parquet",
    "adsl.parquet",
    "adtte.parquet",
    "adlb.parquet",
    "adtr.parquet",
    "adex.parquet",
    "adpp.parquet",
    "adae.parquet",
}


@pytest.fixture(scope="module")
def written(result: TrialResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "deep" / "run"
    run_directory.write(result, folder, started=WHEN, finished=WHEN)
    return folder


def test_files_against_the_list_in_the_documentation(written: Path) -> None:
    assert {path.name for path in written.iterdir()} == FILES
    assert [path.name for path in written.parent.iterdir()] == ["run"]


def test_manifest_against_sha256_of_every_file(written: Path, result: TrialResult) -> None:
    record = json.loads((written / "manifest.json").read_text())
    assert set(record["files"]) == FILES - {"manifest.json"}
    for name, expected in record["files"].items():
        assert hashlib.sha256((written / name).read_bytes()).hexdigest() == expected
    assert record["status"] == "complete" and record["seed"] == result.seed and record["patients"] == result.patients
    assert record["trial_file"]["text"] == result.definition == (written / "trial.yaml").read_text()
    assert record["trial_file"]["sha256"] == hashlib.sha256(result.definition.encode()).hexdigest()
    assert {"tdm1", "python", "processor", "libraries", "started", "finished"} <= set(record)
    assert record["libraries"]["numpy"] and record["libraries"]["llvmlite"]


def test_tables_against_the_frames_of_the_result(written: Path, result: TrialResult) -> None:
    labs = result.arms["T-DM1"].labs
    assert labs is not None
    assert pl.read_parquet(written / "adlb.parquet")["AVAL"].to_list() == labs["value"].to_list()
    assert len(pl.read_parquet(written / "comparison.parquet")) == len(result.comparison)


def test_verify_against_a_changed_a_missing_and_an_added_file(result: TrialResult, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_directory.write(result, folder, started=WHEN, finished=WHEN)
    assert run_directory.verify(folder)["status"] == "complete"
    extra = folder / "notes.txt"
    extra.write_text("mine")
    with pytest.raises(RunDirectoryError, match=r"notes\.txt"):
        run_directory.verify(folder)
    extra.unlink()
    table = folder / "adsl.parquet"
    content = table.read_bytes()
    table.write_bytes(content[:-1])
    with pytest.raises(RunDirectoryError, match=r"adsl\.parquet is not the file"):
        run_directory.verify(folder)
    table.unlink()
    with pytest.raises(RunDirectoryError, match=r"lacks adsl\.parquet"):
        run_directory.verify(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(RunDirectoryError, match="cannot be read"):
        run_directory.verify(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(RunDirectoryError, match="not a finished run"):
        run_directory.verify(folder)


def test_used_destinations_are_refused_and_left_alone(result: TrialResult, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "keep.txt").write_text("mine")
    with pytest.raises(RunDirectoryError, match="not empty"):
        run_directory.write(result, full, started=WHEN, finished=WHEN)
    assert [path.name for path in full.iterdir()] == ["keep.txt"]
    plain_file = tmp_path / "file"
    plain_file.write_text("mine")
    with pytest.raises(RunDirectoryError, match="is a file"):
        run_directory.check_destination(plain_file)
    with pytest.raises(RunDirectoryError, match="is not a folder"):
        run_directory.check_destination(plain_file / "below")
    assert {path.name for path in tmp_path.iterdir()} == {"full", "file"}


def test_an_empty_folder_is_accepted(result: TrialResult, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    run_directory.write(result, tmp_path / "run", started=WHEN, finished=WHEN)
    assert run_directory.verify(tmp_path / "run")


def test_an_error_while_writing_leaves_nothing(
    result: TrialResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("picture broke")

    monkeypatch.setattr(html, "page", broken)
    with pytest.raises(RuntimeError, match="picture broke"):
        run_directory.write(result, tmp_path / "run", started=WHEN, finished=WHEN)
    assert list(tmp_path.iterdir()) == []


_KILLED = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from report.synthetic import trial_result
from tdm1.report import html, run_directory
def stuck(*_, **__):
    print("tables written", flush=True)
    time.sleep(60)
html.page = stuck
now = datetime.now(UTC)
run_directory.write(trial_result(10), Path(sys.argv[2]), started=now, finished=now)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL on this system")
def test_a_killed_run_leaves_nothing_under_the_final_name(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(Path(__file__).parents[1]), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "tables written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not folder.exists()
    (partial,) = tmp_path.iterdir()
    # The tables are really there: the kill came in the middle.
    assert (partial / "adsl.parquet").exists()
    with pytest.raises(RunDirectoryError, match="not a finished run"):
        run_directory.verify(partial)
    run_directory.write(trial_result(10), folder, started=WHEN, finished=WHEN)
    assert run_directory.verify(folder)


def test_same_run_gives_the_same_files_but_for_times(tmp_path: Path) -> None:
    for name in ("a", "b"):
        run_directory.write(trial_result(12), tmp_path / name, started=WHEN, finished=WHEN)
        time.sleep(0.01)
    first, second = (run_directory.verify(tmp_path / name)["files"] for name in ("a", "b"))
    assert first == second
