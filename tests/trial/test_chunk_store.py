"""Chunks on disk: final when marked, damaged ones noticed, one process at a time, one version a run."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from report.synthetic import trial_result

from tdm1 import trial as trials
from tdm1.report import html, partial_run, run_tables
from tdm1.trial import arm as arm_module
from tdm1.trial import chunk_store
from tdm1.trial.arm import ChunkTables, run_arm

TABLES = {"subjects": pl.DataFrame({"patient": [0, 1]}), "labs": pl.DataFrame({"patient": [0, 1], "value": [1.5, 2.5]})}


@cache
def emilia() -> trials.TrialFile:
    return trials.load("emilia")


@pytest.fixture
def store(tmp_path: Path) -> chunk_store.ChunkStore:
    trial = emilia()
    record = chunk_store.record_of(trial, 1, {"T-DM1": 2048, "other": 5}, "2026-11-25T00:00:00+00:00")
    return chunk_store.create(tmp_path / "run.part", trial, record)


def test_saved_chunk_against_its_tables(store: chunk_store.ChunkStore) -> None:
    assert store.state("T-DM1", 1024) == "missing"
    store.save("T-DM1", 1024, TABLES)
    store.save("T-DM1", 0, TABLES)
    assert store.state("T-DM1", 1024) == "done"
    assert store.state("other", 1024) == "missing"
    assert [path.name for path in store.tables("T-DM1", "labs")] == ["0000000000.parquet", "0000001024.parquet"]
    assert pl.read_parquet(next(store.tables("T-DM1", "labs"))).equals(TABLES["labs"])


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone", "mark"])
def test_damaged_chunk_against_its_checksum(store: chunk_store.ChunkStore, damage: str) -> None:
    store.save("T-DM1", 0, TABLES)
    path = next(store.tables("T-DM1", "labs"))
    data = path.read_bytes()
    if damage == "cut":
        path.write_bytes(data[:-1])
    elif damage == "flipped":
        path.write_bytes(data[:50] + bytes([data[50] ^ 1]) + data[51:])
    elif damage == "gone":
        path.unlink()
    else:
        (store.folder / "arm-0" / "0000000000.json").write_text("{")
    assert store.state("T-DM1", 0) == "damaged"
    store.save("T-DM1", 0, TABLES)
    assert store.state("T-DM1", 0) == "done"


def test_store_that_exists_against_a_clear_error(store: chunk_store.ChunkStore) -> None:
    with pytest.raises(trials.InputError, match="holds an unfinished run; finish it with 'tdm1 trial --resume"):
        chunk_store.create(store.folder, emilia(), store.record)


def test_folder_of_a_process_killed_at_once_is_used(tmp_path: Path) -> None:
    folder, trial = tmp_path / "run.part", emilia()
    folder.mkdir()
    (folder / "trial.yaml").write_text("half")
    record = chunk_store.record_of(trial, 1, {"T-DM1": 5}, "")
    chunk_store.create(folder, trial, record)
    assert chunk_store.open_store(folder)[0].record == record


def test_opened_store_against_what_was_begun(store: chunk_store.ChunkStore) -> None:
    opened, trial = chunk_store.open_store(store.folder)
    assert opened.record == store.record
    assert trial.text == emilia().text


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("program", "tdm1 0.0.9", r"another program \(tdm1 0\.0\.9, here Python .*, tdm1 .*, sources [0-9a-f]{12}\)"),
        ("trial_sha256", "1" * 64, "another text of the trial"),
        ("format", 0, r"another layout \(0"),
    ],
)
def test_other_version_against_a_clear_error(
    store: chunk_store.ChunkStore, name: str, value: object, message: str
) -> None:
    path = store.folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    with pytest.raises(trials.InputError, match=message):
        chunk_store.open_store(store.folder)


def test_changed_trial_against_a_clear_error(store: chunk_store.ChunkStore) -> None:
    path = store.folder / "trial.yaml"
    path.write_text(path.read_text().replace("patients: 495", "patients: 496"))
    with pytest.raises(trials.InputError, match="another text of the trial"):
        chunk_store.open_store(store.folder)


@pytest.mark.parametrize("content", [None, "{", '{"program": "1"}'])
def test_no_run_against_a_clear_error(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(trials.InputError, match=r"holds no unfinished run|cannot be read"):
        chunk_store.open_store(tmp_path)


def test_second_process_against_a_clear_error(store: chunk_store.ChunkStore) -> None:
    with store.lock(), pytest.raises(trials.InputError, match=f"process {os.getpid()} works on this run"), store.lock():
        pass
    assert not (store.folder / "lock").exists()


def test_lock_of_another_machine_against_a_clear_error(store: chunk_store.ChunkStore) -> None:
    (store.folder / "lock").write_text(json.dumps({"pid": 1, "host": "elsewhere"}))
    with pytest.raises(trials.InputError, match="process 1 on elsewhere works on this run"), store.lock():
        pass


@pytest.mark.parametrize("content", ["dead", "empty"])
def test_stale_lock_is_taken_over(store: chunk_store.ChunkStore, content: str) -> None:
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    told = json.dumps({"pid": int(done.stdout), "host": socket.gethostname()}) if content == "dead" else ""
    (store.folder / "lock").write_text(told)
    with store.lock():
        assert json.loads((store.folder / "lock").read_text())["pid"] == os.getpid()


@pytest.mark.parametrize(("asked", "meant"), [("runs/a", "runs/a"), ("runs/a.part", "runs/a")])
def test_destination_of_a_resumed_run(asked: str, meant: str) -> None:
    assert partial_run.destination(Path(asked)) == Path(meant)


def test_large_arm_from_disk_against_the_same_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three chunks of which one is shown: patients and files are everyone's, details of the first chunk."""
    monkeypatch.setattr(arm_module, "SHOWN_CHUNKS", 1)
    trial = trials.load("katherine")
    arm = trial.arms["T-DM1"].model_copy(update={"patients": 2100})
    whole = run_arm(trial, "T-DM1", arm, 2, None, lambda share: None)  # type: ignore[arg-type]
    record = chunk_store.record_of(trial, 2, {"T-DM1": 2100}, "")
    kept = chunk_store.create(tmp_path / "run.part", trial, record)
    shares: list[float] = []
    stored = run_arm(trial, "T-DM1", arm, 2, None, shares.append, kept)  # type: ignore[arg-type]
    again = run_arm(trial, "T-DM1", arm, 2, None, shares.append, kept)  # type: ignore[arg-type]
    assert shares == [pytest.approx(n / 3) for n in (1, 2, 3)], "the second time nothing is done"
    for found in (stored, again):
        assert found.subjects.equals(whole.subjects)
        assert found.detail_patients == 1024
        assert found.labs is not None
        assert found.labs["patient"].n_unique() == 1024
        parts = list(run_tables.parts_of(found))
        for name in ChunkTables.__slots__:
            expected = getattr(whole, name)
            tables = [table for part in parts if (table := getattr(part, name)) is not None]
            assert expected is None or pl.concat(tables).equals(expected), name
        assert run_tables.all_decisions(found).collect().equals(whole.decisions)  # type: ignore[union-attr]
    result = trial_result(12)
    arms = {**result.arms, "T-DM1": replace(result.arms["T-DM1"], n=2100, detail_patients=1024)}
    page = html.page(replace(result, arms=arms), finished=datetime.now(UTC))
    assert "show the first 1,024 of 2,100 patients" in page
