"""Speed per state and step: does a larger model cost more than its states?

    python benchmarks/state_speed.py [--patients 800] [--json FILE]

Each model takes one cycle of 21 days with an infusion, at the tolerance of a trial. What is counted is states times
steps (accepted and repeated) a second, and its ratio to `t_dm1` in the same run. Rounds of all models alternate, and
the best counts, because other work on the machine only ever adds time.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from tdm1 import engine, evidence, population
from tdm1.evidence.drugs import drug
from tdm1.mechanism import Model, t_dm1
from tdm1.mechanism.models import full, plasma_of
from tdm1.population import streams
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import EFFECTS, Individuals, individuals, initial_states

ROUNDS = 7
TOLERANCE = 1e-5
CYCLE_DAY = 21.0


def people(model: Model, name: str | None, count: int) -> tuple[Individuals, np.ndarray]:
    """Virtual EMILIA patients of a model, and their doses (mg)."""
    covariates = population.sample(population.load("emilia"), 1, 0, count)
    effects = streams.normal(1, "variability", 0, count, len(EFFECTS))
    if name is None:
        return individuals(model, covariates, effects), 3.6 * covariates["weight_kg"]
    return drug_individuals(model, drug(name), covariates, effects), 3.6 * covariates["weight_kg"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--patients", type=int, default=800)
    arguments.add_argument("--json", type=Path, help="file to write the figures to")
    chosen = arguments.parse_args()
    length = evidence.value("label.us.infusion_first", "min") / (24 * 60)
    runs: dict[str, Any] = {}
    for model, name in ((t_dm1(), None), (plasma_of("t_dm1"), "t_dm1"), (full("t_dm1"), "t_dm1"),
                        (full("t_dxd"), "t_dxd")):
        who, dose = people(model, name, chosen.patients)
        kernel, start = engine.compile(model), initial_states(who)
        rates = np.zeros((len(start), len(model.inputs)))
        rates[:, 0] = dose / length
        runs[model.name] = (kernel, start, who.values, rates)
    best = dict.fromkeys(runs, np.inf)
    steps: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, (kernel, start, values, rates) in runs.items():
            began = time.perf_counter()
            moved = kernel.advance(start, values, rates, length, CYCLE_DAY, relative_tolerance=TOLERANCE)
            best[name] = min(best[name], time.perf_counter() - began)
            if moved.status.any():
                raise SystemExit(f"{name}: {np.count_nonzero(moved.status)} patients failed; no speed is reported")
            steps[name] = float((moved.steps + moved.rejected).sum())
    figures: dict[str, dict[str, float]] = {}
    print("model              states  patients/s steps/cycle  million states*steps/s  ratio")
    for name, (kernel, start, _, _) in runs.items():
        del kernel
        speed = start.shape[1] * steps[name] / best[name]
        figures[name] = {"states": start.shape[1], "patients_per_second": chosen.patients / best[name],
                         "states_times_steps_per_second": speed}
        first = figures[next(iter(figures))]["states_times_steps_per_second"]
        print(f"{name:18} {start.shape[1]:6d} {chosen.patients / best[name]:11.0f} "
              f"{steps[name] / chosen.patients:11.1f} {speed / 1e6:23.1f} {speed / first:6.2f}")
        figures[name]["ratio_to_t_dm1"] = speed / first
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
