"""Tasks here, in processes and on a cluster: every result once, equal to those done here, whatever dies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from trial import slow_task

from tdm1 import trial as trials
from tdm1.trial.arm import ChunkTables, chunk_tables
from tdm1.trial.workers import executor

TASKS = [(number,) for number in range(12)]
SQUARES = {number: number * number for number in range(12)}


@pytest.fixture(autouse=True)
def _tests_on_the_path_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_every_result_once_against_the_tasks(workers: int | None) -> None:
    with executor(workers) as execute:
        found = list(execute(slow_task.square, TASKS))
        again = list(execute(slow_task.square, TASKS[:1]))
    assert sorted(position for position, _ in found) == list(range(12))
    assert dict(found) == SQUARES
    assert again == [(0, 0)]


def test_worker_killed_in_the_middle_against_the_tasks(tmp_path: Path) -> None:
    """Task 5's worker dies with it: both are done again, and every result comes once."""
    with executor(2) as execute:
        found = list(execute(slow_task.die_once, [(number, str(tmp_path)) for number in range(12)]))
    assert (tmp_path / "died").exists()
    assert sorted(position for position, _ in found) == list(range(12))
    assert {position: square for position, (square, _) in found} == SQUARES
    assert len(list(tmp_path.glob("5-*"))) == 2, "task 5 began twice"


@pytest.mark.long
def test_task_that_kills_every_worker_against_a_clear_error() -> None:
    with pytest.raises(RuntimeError, match="lost its worker 5 times"), executor(2) as execute:
        list(execute(slow_task.die_always, TASKS))


def test_error_in_a_task_is_raised_as_itself() -> None:
    with pytest.raises(ValueError, match="the third is wrong"), executor(2) as execute:
        list(execute(slow_task.fail, TASKS))


def test_workers_share_the_cores() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with executor(2) as execute:
        assert {threads for _, threads in execute(slow_task.threads, TASKS)} == {max(1, cores // 2)}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "0 workers cannot do anything"),
        ({"workers": 2, "dask": "tcp://127.0.0.1:1"}, "give one of them"),
        ({"dask": "tcp://127.0.0.1:9"}, "no Dask scheduler answers there"),
        ({"dask": "nonsense"}, "no Dask scheduler answers there"),
    ],
)
def test_wrong_place_against_a_clear_error(
    options: dict[str, object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tdm1.trial.workers._PATIENCE_S", 1)
    with pytest.raises(trials.InputError, match=message), executor(**options):  # type: ignore[arg-type]
        pass


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """Address of a scheduler with one worker, each a process of its own, as on a cluster."""
    address_file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    local = ["--host", "127.0.0.1"]
    started = [
        subprocess.Popen([*dask, "scheduler", *local, "--port", "0", "--no-dashboard", "--scheduler-file",
                          str(address_file)], **quiet)
    ]  # fmt: skip
    try:
        for _ in range(400):
            if address_file.exists() and address_file.stat().st_size:
                break
            time.sleep(0.05)
        worker = [*dask, "worker", *local, "--nthreads", "1", "--no-dashboard", "--scheduler-file", str(address_file)]
        started.append(subprocess.Popen([*worker, "--local-directory", str(tmp_path)], **quiet))
        import json

        from distributed import Client

        address = str(json.loads(address_file.read_text("utf-8"))["address"])
        with Client(address, timeout=20, set_as_default=False) as client:
            client.wait_for_workers(1, timeout=30)
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)


def test_cluster_that_exists_against_the_tasks(scheduler: str) -> None:
    with executor(dask=scheduler) as execute:
        assert dict(execute(slow_task.square, TASKS)) == SQUARES


def test_cluster_of_another_version_against_a_clear_error(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tdm1.__version__", "0.0.0")
    message = r"has .*tdm1 0\.1\.0, .*but here is .*tdm1 0\.0\.0"
    with pytest.raises(trials.InputError, match=message), executor(dask=scheduler):
        pass


def _tables(workers: int | None, jobs: list[tuple[object, ...]]) -> dict[int, ChunkTables]:
    with executor(workers) as execute:
        return {jobs[position][3]: tables for position, tables in execute(chunk_tables, jobs)}  # type: ignore[misc]


@pytest.mark.long
def test_chunks_in_any_order_on_any_workers_and_threads_against_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four chunks of KATHERINE: one process, two and four workers, shuffled, one thread of the engine."""
    definition = trials.load("katherine")
    arm = definition.arms["T-DM1"]
    jobs: list[tuple[object, ...]] = [(definition, arm, 3, first, 1024) for first in range(0, 4096, 1024)]
    expected = _tables(None, jobs)
    shuffled = random.Random(1).sample(jobs, len(jobs))
    runs = [_tables(2, jobs), _tables(4, shuffled)]
    monkeypatch.setenv("TDM1_THREADS", "1")
    runs.append(_tables(None, shuffled))
    for found in runs:
        assert found.keys() == expected.keys()
        for first, tables in found.items():
            for name, table in tables.by_name().items():
                assert table.equals(expected[first].by_name()[name]), (first, name)
