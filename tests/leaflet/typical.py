"""One typical patient, day by day, and the label's decision about one person."""

from __future__ import annotations

from functools import cache

import numpy as np

from tdm1 import engine, mechanism, safety
from tdm1.population.individual import EFFECTS, individuals, initial_states
from tdm1.trial.simulate import reference_covariates

FINE = {"platelets": 250.0, "alt_x_uln": 0.8, "ast_x_uln": 0.8, "bilirubin_x_uln": 0.5}
NMOL_PER_MG = 1e6


@cache
def kernel() -> engine.Kernel:
    return engine.compile(mechanism.t_dm1())


def lived(cycles: int = 1, dose_mg: float = 252.0, **changed: float) -> dict[str, np.ndarray]:
    """Daily states and outputs by name of one typical patient; `changed` replaces parameters of her equations."""
    model = kernel().model
    people = individuals(model, reference_covariates(), np.zeros((1, len(EFFECTS))))
    values = people.values.copy()
    for name, value in changed.items():
        values[0, model.parameters.index(name)] = value
    states = initial_states(type(people)(model, values))
    infusion = 90 / (24 * 60)
    days = [states]
    for day in range(21 * cycles):
        rate, length = (dose_mg / infusion, infusion) if day % 21 == 0 else (0.0, 0.0)
        after = kernel().advance(states, values, [[rate, 0.0]], length, 1.0, relative_tolerance=1e-8)
        assert after.status[0] == engine.Status.OK
        states = after.states
        days.append(states)
    rows = np.concatenate(days)
    columns = kernel().observe(rows, np.repeat(values, len(rows), axis=0), np.zeros((len(rows), 2)))
    return dict(zip(model.states, rows.T, strict=True)) | dict(zip(model.outputs, columns.T, strict=True))


def decide(day: float = 21.0, dose_due: bool = True, **found: float) -> safety.Explanation:
    label = safety.label.load("metastatic", "US")
    findings = safety.Findings.of(day, **(FINE | found))
    return safety.explain(label, label.decide(findings, label.start(1), dose_due=dose_due))
