"""Workers killed from outside, cancelled runs and strange workers: every result once, or one clear error."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from trial import slow_task

import tdm1
from tdm1 import trial as trials
from tdm1.trial import program
from tdm1.trial import workers as subject
from tdm1.trial.arm import ChunkTables, chunk_tables
from tdm1.trial.workers import executor

TESTS = Path(__file__).parents[1]
TASKS = [(number,) for number in range(40)]
SQUARES = [(number, number * number) for number in range(40)]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

Start = Callable[..., str]


def _until(what: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def _dask(*words: str, path: str = str(TESTS)) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", words[0], "--host", "127.0.0.1", "--no-dashboard", *words[1:]]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, **QUIET)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Start]:
    """Starts one scheduler, and with every call as many workers more; each is a process, as on a cluster."""
    from distributed import Client

    file = tmp_path / "scheduler.json"
    started = [_dask("scheduler", "--port", "0", "--scheduler-file", str(file))]
    count = 0

    def start(more: int, path: str = str(TESTS)) -> str:
        nonlocal count
        for _ in range(more):
            started.append(
                _dask("worker", "--nthreads", "1", "--scheduler-file", str(file), "--local-directory", str(tmp_path),
                      path=path)
            )  # fmt: skip
        count += more
        address = str(json.loads(file.read_text("utf-8"))["address"])
        with Client(address, timeout=20, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=40)
        return address

    try:
        _until(lambda: file.exists() and file.stat().st_size)
        yield start
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)


def _pids(address: str) -> list[int]:
    from distributed import Client

    with Client(address, timeout=20, set_as_default=False) as client:
        return sorted(client.run(os.getpid).values())


@pytest.mark.long
def test_workers_killed_with_results_on_them_against_the_tasks(
    cluster: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    """Both workers die while done results wait there to be fetched: they are done again, and nothing is said."""
    address = cluster(2)
    pids = _pids(address)
    found: list[tuple[int, int]] = []
    with executor(dask=address) as execute:
        for one in execute(slow_task.square, TASKS):
            found.append(one)
            if len(found) in (3, 20):
                time.sleep(0.3)  # the window's tasks end
                os.kill(pids.pop(), signal.SIGKILL)
    assert pids == []
    assert sorted(found) == SQUARES
    assert capfd.readouterr().err == ""


def test_worker_of_this_machine_killed_from_outside_against_the_tasks() -> None:
    killed: list[int] = []
    found: list[tuple[int, int]] = []
    with executor(2) as execute:
        for position, (square, pid) in execute(slow_task.square_and_process, TASKS):
            found.append((position, square))
            if len(found) == 5:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)
    assert len(killed) == 1
    assert sorted(found) == SQUARES


@pytest.mark.long
def test_task_that_kills_the_workers_of_a_cluster_against_a_clear_error(cluster: Start) -> None:
    """Here the scheduler's own patience counts: three deaths are forgiven, unless it was told otherwise."""
    address = cluster(1)
    with pytest.raises(RuntimeError, match="lost its worker 4 times"), executor(dask=address) as execute:
        list(execute(slow_task.die_always, TASKS))


@pytest.mark.long
def test_error_leaves_nothing_at_the_scheduler(cluster: Start) -> None:
    from distributed import Client

    address = cluster(1)
    with pytest.raises(ValueError, match="the third is wrong"), executor(dask=address) as execute:
        list(execute(slow_task.fail, TASKS))
    with Client(address, timeout=20, set_as_default=False) as client:
        _until(lambda: client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0)


def _changed_copy(folder: Path) -> str:
    """A path on which tdm1 is this one but for one line in a file far from the engine."""
    shutil.copytree(Path(tdm1.__file__).parent, folder / "tdm1", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "tdm1" / "trial" / "visit.py").open("a", encoding="utf-8") as file:
        file.write("\n#: A change.\nCHANGED = True\n")
    return f"{folder}{os.pathsep}{TESTS}"


def test_worker_with_other_sources_against_a_clear_error(cluster: Start, tmp_path: Path) -> None:
    address = cluster(1, _changed_copy(tmp_path / "other"))
    with (
        pytest.raises(trials.InputError, match=r"has .* sources .*, but here is .* sources .*"),
        executor(dask=address),
    ):
        pass


@pytest.mark.long
def test_worker_with_other_sources_that_comes_late_against_a_clear_error(cluster: Start, tmp_path: Path) -> None:
    address = cluster(1)
    with pytest.raises(trials.InputError, match="results of two programs"), executor(dask=address) as execute:
        (pid,) = _pids(address)
        cluster(1, _changed_copy(tmp_path / "other"))
        os.kill(pid, signal.SIGSTOP)  # the late one alone is there for the tasks
        try:
            list(execute(slow_task.square, TASKS))
        finally:
            os.kill(pid, signal.SIGCONT)


def test_worker_without_tdm1_against_a_clear_error(cluster: Start, tmp_path: Path) -> None:
    (tmp_path / "none" / "tdm1").mkdir(parents=True)
    (tmp_path / "none" / "tdm1" / "__init__.py").write_text("raise ImportError('none here')\n", encoding="utf-8")
    address = cluster(1, f"{tmp_path / 'none'}{os.pathsep}{TESTS}")
    with pytest.raises(trials.InputError, match="cannot load this tdm1"), executor(dask=address):
        pass


def test_sources_against_a_changed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program.identity()
    _changed_copy(tmp_path)
    monkeypatch.setattr(tdm1, "__file__", str(tmp_path / "tdm1" / "__init__.py"))
    program._sources.cache_clear()  # pyright: ignore[reportPrivateUsage]
    try:
        changed = program.identity()
    finally:
        program._sources.cache_clear()  # pyright: ignore[reportPrivateUsage]
    assert changed[:2] == own[:2]
    assert changed[2] != own[2]


def test_loggers_are_as_they_were() -> None:
    logger = logging.getLogger("distributed.client")
    before = logger.level
    with subject._quiet(logging.CRITICAL):  # pyright: ignore[reportPrivateUsage]
        assert logger.getEffectiveLevel() == logging.CRITICAL
    assert logger.level == before


INTERRUPTED = """
import os, sys
from trial import slow_task
from tdm1.trial.workers import executor

if __name__ == "__main__":
    with executor(2) as execute:
        for _, (_, pid) in execute(slow_task.square_and_process, [(number,) for number in range(10_000)]):
            print(pid, flush=True)
"""


@pytest.mark.long
def test_interrupt_ends_the_workers(tmp_path: Path) -> None:
    """Ctrl-C (SIGINT) in the middle: the run ends, and so do its processes."""
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED, encoding="utf-8")
    run = subprocess.Popen(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )
    try:
        assert run.stdout is not None
        pids: set[int] = set()
        for line in run.stdout:
            pids.add(int(line))
            if len(pids) == 2:
                break
        run.send_signal(signal.SIGINT)
        run.stdout.read()
        assert run.wait(30) != 0
    finally:
        run.kill()
    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


@pytest.mark.long
def test_chunks_of_a_trial_with_a_killed_worker_against_one_process() -> None:
    """Three chunks of KATHERINE in a random order; the worker of the first that ends dies with what it then does."""
    definition = trials.load("katherine")
    arm = definition.arms["T-DM1"]
    jobs: list[tuple[object, ...]] = [(definition, arm, 3, first, 1024) for first in range(0, 3072, 1024)]
    expected = [chunk_tables(*job) for job in jobs]  # type: ignore[arg-type]
    random.Random(2).shuffle(jobs)
    found: dict[int, ChunkTables] = {}
    with executor(2) as execute:
        # Both workers say who they are before the chunks are handed out.
        pids = sorted({pid for _, (_, pid) in execute(slow_task.square_and_process, TASKS)})
        for position, tables in execute(chunk_tables, jobs):
            first = jobs[position][3]
            assert isinstance(first, int) and first not in found
            found[first] = tables
            if pids:
                os.kill(pids.pop(), signal.SIGKILL)
                pids.clear()
    assert sorted(found) == [0, 1024, 2048]
    for first, tables in found.items():
        for name, table in tables.by_name().items():
            assert table.equals(expected[first // 1024].by_name()[name]), (first, name)
