"""Cost of derivatives: eight parameters of one patient as multiples of one solve of that patient, in one run.

    python benchmarks/sensitivity_speed.py [--json FILE]

One patient, 24 weeks with a dose every three (8 cycles), states kept every two weeks (12 times), as in the prototype's
task. A single solve is the same course of that patient alone. Rounds alternate, the best counts.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import courses
import numpy as np
from courses import Course

from tdm1 import engine
from tdm1.engine import Segment

ROUNDS = 60
WEEKS, DOSE_EVERY, KEPT_EVERY = 24, 3, 2
PARAMETERS = {
    "benchmark model": ("CL", "Vc", "kex", "R1", "kint", "kmax", "P0", "slP"),
    "t_dm1": (
        "clearance", "central_volume", "intercompartmental_clearance", "dm1_clearance", "platelet_slope",
        "platelet_transit_time", "alt_slope", "kill_half_concentration",
    ),
}  # fmt: skip


def segments(course: Course) -> list[Segment]:
    """A segment from each dose or kept time to the next."""
    stops = sorted({*range(0, WEEKS + 1, DOSE_EVERY), *range(0, WEEKS + 1, KEPT_EVERY)})
    on = course.infusion_day
    rates = np.zeros((1, len(course.model.inputs)))
    rates[:, 0] = course.dose[:1] / on
    return [
        Segment(rates, 0.0 if begin % DOSE_EVERY else on, 7.0 * (end - begin))
        for begin, end in pairwise(stops)
    ]


def best(runs: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Best seconds of each, rounds alternating."""
    found = dict.fromkeys(runs, np.inf)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            found[name] = min(found[name], time.perf_counter() - began)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    figures: dict[str, Any] = {}
    print("model           tolerance  one solve  derivatives  ratio   error of the derivatives")
    for name, course in (("benchmark model", courses.benchmark(1)), ("t_dm1", courses.product(1))):
        kernel, parts = engine.compile(course.model), segments(course)
        names = [one for one in PARAMETERS[name] if one in course.model.parameters]
        assert len(names) == len(PARAMETERS[name]), set(PARAMETERS[name]) - set(names)
        exact = engine.sensitivity(kernel, course.start, course.parameters, parts, names, relative_tolerance=1e-10)
        given = (course.start, course.parameters, parts)
        for tolerance in (1e-5, 1e-6, 1e-7):
            solve = partial(kernel.course, *given, relative_tolerance=tolerance)
            differentiate = partial(engine.sensitivity, kernel, *given, names, relative_tolerance=tolerance)
            spent = best({"solve": solve, "derivatives": differentiate})
            size = np.abs(exact.state_derivatives).max(axis=0)
            values = np.abs(course.parameters[0, [course.model.parameters.index(one) for one in names]])
            floor = 1e-3 * np.abs(exact.states).max(axis=0)[..., np.newaxis] / values
            error = float((np.abs(differentiate().state_derivatives - exact.state_derivatives) / (size + floor)).max())
            ratio = spent["derivatives"] / spent["solve"]
            figures[f"{name} {tolerance:g}"] = {**spent, "ratio": ratio, "error": error}
            print(
                f"{name:15} {tolerance:9.0e} {1e3 * spent['solve']:7.2f} ms {1e3 * spent['derivatives']:9.2f} ms"
                f" {ratio:6.2f} {error:10.0e}"
            )
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
