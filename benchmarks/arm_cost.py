"""What an arm costs besides the integration of its courses: rules, measurements, symptoms, endpoints and tables.

    python benchmarks/arm_cost.py [--trial emilia] [--chunks 2] [--split] [--json FILE]

The engine's calls of a chunk (1024 patients) are recorded and done again alone; rounds of the whole chunk and of these
calls alternate. The ratio is that of the best of each; beside it stand the median and the range over single rounds.
With one thread both run on one core, as in a trial whose workers share the cores; with all cores only the integration
gets faster. `--split` shows where the rest goes, by a profile of one chunk, which itself costs time.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import statistics
import time
from pathlib import Path
from typing import Any
from unittest import mock

from tdm1 import engine, trial
from tdm1.trial.arm import chunk_tables
from tdm1.trial.people import CHUNK

ROUNDS = 5
#: Parts of the rest: words, and the file and function whose time with all that it calls is counted.
PARTS = {
    "people": ("trial/people.py", "people"),
    "start of a chunk": ("trial/chunk.py", "__init__"),
    "laboratory values": ("trial/clinic.py", "labs"),
    "grades": ("trial/panel_grades.py", "of_visit"),
    "reports of grades": ("symptoms/model.py", "report_labs"),
    "signs": ("symptoms/model.py", "signs"),
    "other events": ("trial/visit.py", "_other_events"),
    "findings": ("trial/clinic.py", "findings"),
    "label's rules": ("safety/label.py", "decide"),
    "ledger": ("regimen/_apply.py", "apply"),
    "symptoms": ("symptoms/stepping.py", "step"),
    "observation": ("trial/observer.py", "__call__"),
    "outcomes": ("trial/outcome.py", "look"),
    "table of subjects": ("trial/outcomes.py", "subjects"),
    "table of laboratory values": ("trial/tables.py", "labs"),
}

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


def show_split(definition: trial.TrialFile, arm: Any) -> None:
    """Shares of the time of a chunk without the integration, in percent."""
    profile = cProfile.Profile()
    profile.enable()
    chunk_tables(definition, arm, definition.seed, 0, CHUNK)
    profile.disable()
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = vars(pstats.Stats(profile))["stats"]

    def spent(file: str, function: str) -> float:
        return sum(row[3] for (path, _, name), row in stats.items() if name == function and path.endswith(file))

    rest = spent("trial/arm.py", "chunk_tables") - spent("engine/_kernel.py", "advance")
    shares = {words: 100.0 * spent(*where) / rest for words, where in PARTS.items()}
    shares["all else"] = 100.0 - sum(shares.values())
    for words, share in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"{words:27s} {share:5.1f} % of the rest")


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--trial", default="emilia")
    arguments.add_argument("--chunks", type=int, default=2)
    arguments.add_argument("--split", action="store_true", help="show where the rest goes")
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    definition = trial.load(chosen.trial)
    arm: Any = definition.arms["T-DM1"]
    figures: dict[str, float] = {}
    print("threads  whole chunk  integration  ratio  (median, range)        patients/s")
    for threads in dict.fromkeys((1, engine.available_threads())):
        whole = bare = 0.0
        ratios: list[float] = []
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
                ratios += [one / other for one, other in zip(spent["whole"], spent["bare"], strict=True)]
        figures[f"{threads} threads"] = whole / bare
        print(
            f"{threads:7d} {whole:10.2f} s {bare:10.2f} s {whole / bare:6.2f}"
            f"  ({statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f})"
            f" {chosen.chunks * CHUNK / whole:12.0f}"
        )
    if chosen.split:
        show_split(definition, arm)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
