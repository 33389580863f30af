"""Regression watch: are the results, the work and the speed still those of benchmarks/baseline.yaml?

    python benchmarks/watch.py            # compare; exit status 1 and a line for everything outside its bounds
    python benchmarks/watch.py --update   # write the baseline anew, after a change that was meant

*Results*: every built-in trial with 64 patients and one seed. Of each table of each arm: the rows, the mean of each
column of numbers (equal to 1e-6 of its size) and a hash of each column of words (equal). No hash of the numbers
themselves: their last digits differ between processors, by the width of the vectors and by fused multiplication, and a
decision that hangs on such a digit could then differ too; on one machine they are equal to the bit (tests/trial).
*Work*: steps of the engine for a cycle of `t_dm1`, within 2 %.
*Speed*: time of that cycle on one core as a multiple of a fixed loop in plain Python, measured in turn, best of many.
The bound is wide (slower than 2.5 times the baseline): virtual machines differ, a lost optimisation shows.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

BASELINE = Path(__file__).with_name("baseline.yaml")
PATIENTS, SEED = 64, 20261125
COURSE_PATIENTS, ROUNDS = 256, 40
RESULT_SHARE, STEPS_SHARE, SLOWEST = 1e-6, 0.02, 2.5
TRIALS = ("emilia", "kamilla", "katherine", "marianne", "tdm4258g", "tdm4374g", "tdm4450g")


def table_figures(frame: Any) -> dict[str, float | str]:
    """Rows, the mean of each column of numbers (and how many there are), a hash of each column of words."""
    import polars as pl

    found: dict[str, float | str] = {"rows": frame.height}
    for name, kind in frame.schema.items():
        if kind.is_numeric() or kind == pl.Boolean:
            column = frame[name].cast(pl.Float64).fill_nan(None).drop_nulls()
            column = column.filter(column.is_finite())
            found[name] = float(f"{column.mean():.10g}") if column.len() else "none"
            if column.len() != frame.height:
                found[f"{name}, known"] = column.len()
        else:
            words = "\n".join("" if word is None else str(word) for word in frame[name].to_list())
            found[name] = "sha256 " + hashlib.sha256(words.encode()).hexdigest()[:16]
    return found


def trial_figures(name: str) -> dict[str, Any]:
    """Every table of every arm of a built-in trial, and how many solves failed."""
    from tdm1 import trial

    result = trial.run(trial.load(name), patients=PATIENTS, seed=SEED)
    found: dict[str, Any] = {"failed_solves": result.failed_solves}
    for title, arm in result.arms.items():
        tables = {part.name: getattr(arm, part.name) for part in fields(arm)}
        found[title] = {
            part: table_figures(frame) for part, frame in tables.items() if hasattr(frame, "schema") and frame.height
        }
    return found


def course() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """One cycle of `t_dm1` on one core, and the loop that it is measured by."""
    import numpy as np
    from check_speed import reference
    from courses import product

    from tdm1 import engine

    people = product(COURSE_PATIENTS)
    kernel = engine.compile(people.model)
    rates = np.zeros((COURSE_PATIENTS, len(people.model.inputs)))
    rates[:, 0] = people.dose / people.first_infusion_day

    def advance() -> Any:
        return kernel.advance(people.start, people.parameters, rates, people.first_infusion_day, 21.0, threads=1)

    return advance, reference


def speed_figures() -> dict[str, float]:
    """Mean steps of a patient, and the time of the cycle as a multiple of the loop's."""
    advance, reference = course()
    moved = advance()
    best = {"advance": math.inf, "reference": math.inf}
    for _ in range(ROUNDS):
        for name, action in (("advance", advance), ("reference", reference)):
            began = time.perf_counter()
            action()
            best[name] = min(best[name], time.perf_counter() - began)
    return {
        "steps_a_cycle": float((moved.steps + moved.rejected).mean()),
        "cycle_of_256_patients_in_reference_loops": best["advance"] / best["reference"],
    }


def differences(known: Any, found: Any, where: str = "results") -> list[str]:
    """One line for every figure that is not the baseline's: numbers to 1e-6 of their size, all else exactly."""
    if isinstance(known, dict) and isinstance(found, dict):
        lines = [f"{where}: '{name}' is in the baseline and not in this run" for name in known if name not in found]
        lines += [f"{where}: '{name}' is in this run and not in the baseline" for name in found if name not in known]
        for name in known:
            if name in found:
                lines += differences(known[name], found[name], f"{where} > {name}")
        return lines
    if isinstance(known, float) and isinstance(found, float):
        if math.isclose(known, found, rel_tol=RESULT_SHARE, abs_tol=1e-12):
            return []
        return [f"{where}: {found:.9g}, baseline {known:.9g}: outside 1e-6 of its size"]
    return [] if known == found else [f"{where}: {found}, baseline {known}: not equal"]


def speed_differences(known: dict[str, float], found: dict[str, float]) -> list[str]:
    """One line for work or time outside its bound."""
    lines: list[str] = []
    steps, before = found["steps_a_cycle"], known["steps_a_cycle"]
    if not math.isclose(steps, before, rel_tol=STEPS_SHARE):
        lines.append(f"speed > steps_a_cycle: {steps:.2f}, baseline {before:.2f}: outside 2 %")
    name = "cycle_of_256_patients_in_reference_loops"
    if not found[name] <= SLOWEST * known[name]:
        lines.append(f"speed > {name}: {found[name]:.1f}, baseline {known[name]:.1f}: over {SLOWEST} times as slow")
    return lines


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--update", action="store_true", help="write the baseline instead of comparing with it")
    chosen = arguments.parse_args()
    speed = speed_figures()
    results = {name: trial_figures(name) for name in TRIALS}
    if chosen.update:
        head = "# Written by `python benchmarks/watch.py --update`; what it means is told at the head of that file.\n"
        content = {"patients": PATIENTS, "seed": SEED, "speed": speed, "results": results}
        BASELINE.write_text(head + yaml.safe_dump(content, sort_keys=False, width=120, default_flow_style=None))
        print(f"{BASELINE.name} written")
        return
    known = yaml.safe_load(BASELINE.read_text())
    lines = speed_differences(known["speed"], speed) + differences(known["results"], results)
    for line in lines:
        print(line)
    slower = next(speed[name] / known["speed"][name] for name in speed if name.startswith("cycle"))
    print(f"{len(lines)} differences from the baseline; a cycle took {slower:.2f} times as long, measured by the loop")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
