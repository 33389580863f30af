"""What an arm costs besides the integration of its courses: rules, measurements, symptoms, endpoints and tables.

    python benchmarks/arm_cost.py [--trial emilia] [--chunks 2] [--json FILE]

The engine's calls of a chunk (1024 patients) are recorded and done again alone; rounds of the whole chunk and of these
calls alternate, and the best of each counts. With one thread both run on one core, as in a trial whose workers share
the cores; with all cores only the integration gets faster.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any
from unittest import mock

from tdm1 import engine, trial
from tdm1.trial.arm import chunk_tables
from tdm1.trial.people import CHUNK

ROUNDS = 5


Call = tuple[engine.Kernel, tuple[Any, ...], dict[str, Any]]


def recorded(definition: trial.TrialFile, arm: Any, first: int) -> list[Call]:
    """The calls of `advance` that the chunk makes."""
    calls: list[Call] = []
    advance = engine.Kernel.advance

    def noted(kernel: engine.Kernel, *arguments: Any, **options: Any) -> engine.Advance:
        calls.append((kernel, tuple(getattr(one, "copy", lambda one=one: one)() for one in arguments), options))
        return advance(kernel, *arguments, **options)

    with mock.patch.object(engine.Kernel, "advance", noted):
        chunk_tables(definition, arm, definition.seed, first, CHUNK)
    return calls


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--trial", default="emilia")
    arguments.add_argument("--chunks", type=int, default=2)
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    definition = trial.load(chosen.trial)
    arm = definition.arms["T-DM1"]
    figures: dict[str, float] = {}
    print("threads  whole chunk  integration  ratio   patients/s")
    for threads in dict.fromkeys((1, engine.available_threads())):
        whole = bare = 0.0
        with mock.patch.dict("os.environ", {engine.THREADS: str(threads)}):
            for chunk in range(chosen.chunks):
                first = chunk * CHUNK
                calls = recorded(definition, arm, first)
                spent: dict[str, list[float]] = {"whole": [], "bare": []}
                for _ in range(ROUNDS):
                    began = time.perf_counter()
                    chunk_tables(definition, arm, definition.seed, first, CHUNK)
                    between = time.perf_counter()
                    for kernel, given, options in calls:
                        kernel.advance(*given, **options)
                    spent["whole"].append(between - began)
                    spent["bare"].append(time.perf_counter() - between)
                whole, bare = whole + min(spent["whole"]), bare + min(spent["bare"])
        figures[f"{threads} threads"] = whole / bare
        print(
            f"{threads:7d} {whole:10.2f} s {bare:10.2f} s {whole / bare:6.2f} {chosen.chunks * CHUNK / whole:12.0f}"
        )
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
