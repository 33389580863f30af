"""A run that is killed and finished later. The oracle is the run that nobody disturbed: equal files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

#: The T-DM1 arm has 2100 patients: three chunks.
_TRIAL = ["emilia", "--patients", "4200", "--seed", "5", "--json"]


def _tdm1(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tdm1", "trial", *arguments]


def _hashes(run: Path) -> dict[str, str]:
    """Of the tables and the trial; result, report and manifest tell the time too."""
    listed = json.loads((run / "manifest.json").read_text("utf-8"))["files"]
    return {name: sum_ for name, sum_ in listed.items() if name.endswith((".parquet", ".yaml", ".csv"))}


def _result(run: Path) -> dict[str, object]:
    found = json.loads((run / "result.json").read_text("utf-8"))
    found.pop("seconds")
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    subprocess.run(_tdm1(*_TRIAL, "--out", str(out)), check=True, capture_output=True)
    return out


def _kill_after_first_chunk(out: Path, *options: str) -> Path:
    """Start the run, kill it (SIGKILL) when its first chunk is final, and return the folder it leaves."""
    part = out.with_name(out.name + ".part")
    process = subprocess.Popen(
        _tdm1(*_TRIAL, "--out", str(out), *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(1200):
            if list(part.glob("arm-*/*.json")) or process.poll() is not None:
                break
            time.sleep(0.05)
        assert process.poll() is None, "the run ended before it could be killed"
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its workers too
        process.wait()
    assert not out.exists()
    marks = list(part.glob("arm-*/*.json"))
    assert 1 <= len(marks) < 3, marks
    return part


def test_killed_run_finished_against_the_undisturbed_one(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    part = _kill_after_first_chunk(out)
    (next(part.glob("arm-*/labs/*.parquet"))).with_name("9999999999.part").write_bytes(b"half")
    again = subprocess.run(_tdm1("emilia", "--out", str(out)), capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert f"tdm1 trial --resume {part}" in again.stderr
    done = subprocess.run(_tdm1("--resume", str(out), "--json"), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["patients"] == 4200
    assert _hashes(out) == _hashes(undisturbed)
    assert _result(out) == _result(undisturbed)
    assert not part.exists()


@pytest.mark.long
def test_killed_run_of_two_workers_against_the_undisturbed_one(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    part = _kill_after_first_chunk(out, "--workers", "2")
    table = next(iter(sorted(part.glob("arm-*/doses/*.parquet"))))
    table.write_bytes(table.read_bytes()[:-100])
    done = subprocess.run(
        _tdm1("--resume", str(part), "--workers", "2", "--json"), capture_output=True, text=True, check=True
    )
    assert "is damaged and done again" in done.stderr
    assert _hashes(out) == _hashes(undisturbed)
    assert _result(out) == _result(undisturbed)
