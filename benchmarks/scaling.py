"""Patients per second with 1, 2 and 4 workers, and what a task costs beside its work.

    python benchmarks/scaling.py [--workers 1 2 4] [--chunks 8] [--rounds 3] [--json FILE]

Trial: Adjuvant T-DM1 (katherine), its T-DM1 arm, the trial's own model, tolerance and visits, in chunks of 1024.
Workers are started, and every one has done a chunk, before the clock runs; in each round every number of workers has
its turn. One worker is this process with all cores of the engine; K workers share them, so on C cores more than C
workers cannot pay. The overhead of a task is the time of tasks that do nothing, each with the arguments of a chunk.
Tables of every run are compared with those of the first: a difference ends the benchmark.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tdm1 import engine, trial
from tdm1.trial.arm import ChunkTables, chunk_tables
from tdm1.trial.people import CHUNK
from tdm1.trial.workers import Execute, executor

SEED = 1
EMPTY_TASKS = 400

Jobs = list[tuple[Any, ...]]


def timed(execute: Execute, jobs: Jobs) -> tuple[float, dict[int, ChunkTables]]:
    """Seconds for the jobs, and their tables."""
    began = time.perf_counter()
    found = dict(execute(chunk_tables, jobs))
    return time.perf_counter() - began, found


def same(one: dict[int, ChunkTables], other: dict[int, ChunkTables]) -> bool:
    """Whether two runs have equal tables, to the bit."""
    return one.keys() == other.keys() and all(
        table.equals(other[position].by_name()[name])
        for position, tables in one.items()
        for name, table in tables.by_name().items()
    )


def overhead_ms(execute: Execute, job: tuple[Any, ...]) -> float:
    """Milliseconds of a task that does nothing: it asks whether the arguments of a chunk are a tuple."""
    began = time.perf_counter()
    count = sum(1 for _ in execute(isinstance, [(job, tuple)] * EMPTY_TASKS))
    return 1e3 * (time.perf_counter() - began) / count


def compare(workers: list[int], chunks: int, rounds: int) -> list[dict[str, float]]:
    """A row for each number of workers; SystemExit where tables differ."""
    definition = trial.load("katherine")
    engine.compile(definition.body)
    arm = definition.arms["T-DM1"]
    jobs: Jobs = [(definition, arm, SEED, first, CHUNK) for first in range(0, chunks * CHUNK, CHUNK)]
    seconds: dict[int, list[float]] = {count: [] for count in workers}
    overheads: dict[int, float] = {}
    expected: dict[int, ChunkTables] | None = None
    with ExitStack() as stack:
        execute = {count: stack.enter_context(executor(count)) for count in workers}
        for count in workers:
            timed(execute[count], jobs[:1] * (2 * count))
            overheads[count] = overhead_ms(execute[count], jobs[0])
        for _ in range(rounds):
            for count in workers:
                spent, found = timed(execute[count], jobs)
                seconds[count].append(spent)
                expected = found if expected is None else expected
                if not same(expected, found):
                    raise SystemExit(f"{count} workers: other tables than those of {workers[0]}")
    first = statistics.median(seconds[workers[0]])
    return [
        {
            "workers": count,
            "patients_per_second": chunks * CHUNK / statistics.median(times),
            "least": chunks * CHUNK / max(times),
            "most": chunks * CHUNK / min(times),
            "ratio": first / statistics.median(times),
            "task_overhead_ms": overheads[count],
        }
        for count, times in seconds.items()
    ]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--chunks", type=int, default=8)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    rows = compare(given.workers, given.chunks, given.rounds)
    cores = engine.available_threads()
    print(f"{cores} cores, load {load:.1f} before; {given.chunks} chunks, median of {given.rounds}")
    print("workers  patients/s        (range)   ratio  overhead of a task (ms)")
    for row in rows:
        span = f"({row['least']:.0f}-{row['most']:.0f})"
        print(f"{row['workers']:7d} {row['patients_per_second']:11.0f} {span:>14} {row['ratio']:7.2f}"
              f" {row['task_overhead_ms']:24.2f}")  # fmt: skip
    if given.json:
        given.json.write_text(json.dumps({"load_before": load, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
