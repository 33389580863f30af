"""Speed and error of the engine beside LSODA, CVODE and, where they are, mrgsolve and the prototype, in one run.

    python benchmarks/engine_speed.py [--patients 1000] [--prototype FOLDER] [--json FILE]

Every engine runs the same courses (14 cycles of 21 days, an infusion each, states kept weekly). Rounds
of the engines that are compared alternate, and the median counts. The error is the largest relative error
against our own solution at a tolerance of 1e-10, which the tests compare with SUNDIALS.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import benchmark_model
import courses
import numpy as np
import peers
from courses import Array, Course
from peers import mrgsolve

from tdm1 import engine

ROUNDS = 15
#: The second is the loosest at which the benchmark model's error is below 1e-5.
TOLERANCES = (1e-5, 1.8e-5)
MRGSOLVE_TOLERANCES = (1e-5, 1e-6)
#: Nominal tolerances at which the peers reach about the engine's error.
LSODA_TOLERANCE, CVODE_TOLERANCE = 1e-6, 1e-7
FEW = 8


def timed(action: Callable[[], Array]) -> tuple[float, Array]:
    start = time.perf_counter()
    found = action()
    return time.perf_counter() - start, found


def row(engine_name: str, tolerance: float, patients: int, seconds: list[float], error: float) -> dict[str, Any]:
    rates = sorted(patients / second for second in seconds)
    return {
        "engine": engine_name,
        "relative_tolerance": tolerance,
        "patients": patients,
        "patients_per_second": float(np.median(rates)),
        "slowest": rates[0],
        "fastest": rates[-1],
        "largest_relative_error": error,
    }


def compare(course: Course, prototype: Path | None) -> list[dict[str, Any]]:
    """One row an engine."""
    started = time.perf_counter()
    engine.compile(course.model, report=lambda text: print(text, flush=True))
    courses.run_engine(course, 1e-3, FEW)
    print(f"{course.name}: ready after {time.perf_counter() - started:.1f} s", flush=True)
    count = len(course.start)
    truth = courses.run_engine(course, 1e-10, min(count, 200))

    def error(compared: Array) -> float:
        both = min(len(compared), len(truth))
        return courses.largest_relative_error(compared[:both], truth[:both])

    rows: list[dict[str, Any]] = []
    runs: dict[tuple[str, float], Callable[[], tuple[float, Array]]] = {}
    for tolerance in TOLERANCES:
        runs["tdm1, one call", tolerance] = partial(timed, partial(courses.run_course, course, tolerance))
        runs["tdm1, a call a week", tolerance] = partial(timed, partial(courses.run_engine, course, tolerance))
    spent: dict[tuple[str, float], list[float]] = {}
    answers: dict[tuple[str, float], Array] = {}
    with tempfile.TemporaryDirectory() as folder:
        other = peers.Prototype(prototype, count, Path(folder) / "answer.npy") if prototype else None
        if other is not None:
            runs |= {("prototype", tolerance): partial(other.run, tolerance) for tolerance in TOLERANCES}
        for _ in range(ROUNDS):
            for key, run in runs.items():
                seconds, answers[key] = run()
                spent.setdefault(key, []).append(seconds)
        if other is not None:
            other.close()
    for name, tolerance in runs:
        rows.append(row(name, tolerance, count, spent[name, tolerance], error(answers[name, tolerance])))
    if course.model is benchmark_model.MODEL and mrgsolve.available():
        for tolerance in MRGSOLVE_TOLERANCES:
            seconds, kept = mrgsolve.run(course.parameters, tolerance)
            rows.append(row("mrgsolve, 2 forks", tolerance, count, [seconds], error(course.compared(kept))))
    elif course.model is benchmark_model.MODEL:
        print("mrgsolve is not installed here and left out", flush=True)
    rhs = peers.compiled_rhs(course.model)
    rhs(course.start[0], course.parameters[0], 1.0, np.empty(course.start.shape[1]))
    for name, run, tolerance in (
        ("SUNDIALS CVODE", peers.run_cvode, CVODE_TOLERANCE),
        ("SciPy LSODA", peers.run_lsoda, LSODA_TOLERANCE),
    ):
        seconds, kept = timed(lambda run=run, tolerance=tolerance: run(course, rhs, tolerance, FEW))
        rows.append(row(name, tolerance, FEW, [seconds], error(course.compared(kept))))
    for one in rows:
        one["tdm1_is_faster_by"] = rows[0]["patients_per_second"] / one["patients_per_second"]
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--patients", type=int, default=1000)
    arguments.add_argument("--prototype", type=Path, help="folder with the prototype's llv.py")
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}; {courses.CYCLES} cycles, weekly")
    figures: dict[str, Any] = {}
    for course, prototype in (
        (courses.benchmark(chosen.patients), chosen.prototype),
        (courses.product(chosen.patients), None),
        (courses.whole(max(chosen.patients // 5, FEW)), None),
    ):
        rows = compare(course, prototype)
        figures[course.name] = rows
        print(f"\n{course.name} ({len(course.model.states)} states)")
        print("engine               tolerance patients  patients/s         (range)    error   ratio")
        for one in rows:
            span = f"({one['slowest']:.0f}-{one['fastest']:.0f})"
            print(
                f"{one['engine']:20} {one['relative_tolerance']:9.0e} {one['patients']:8d}"
                f" {one['patients_per_second']:11.1f} {span:>15} {one['largest_relative_error']:8.0e}"
                f" {one['tdm1_is_faster_by']:7.2f}"
            )
        print(flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
