"""Who differs: exposure at the ends of each covariate of Lu 2014, simulated, beside what was published.

Every row is simulated the whole way, from covariates over a patient's parameters to the solved plasma model, and
given as a ratio to the reference patient. Lu 2014's printed clearances come from the same model, so agreement
checks this chain, not the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdm1 import eligibility, engine, evidence, population
from tdm1.mechanism import t_dm1_plasma
from tdm1.population import streams
from tdm1.population.individual import EFFECTS, individuals, initial_states
from tdm1.trial.covariate_published import COVARIATES, Level, Printed, equation_ratio, level, printed
from tdm1.trial.reading import InputError
from tdm1.trial.simulate import reference_covariates

Array = NDArray[np.float64]

#: Measures of exposure to the conjugate: unit and meaning. The first is the one that is compared with publications.
MEASURES = {
    "auc_steady": ("ug*day/mL", "area under the curve of a cycle at steady state, which is dose over clearance"),
    "cmax_steady": ("ug/mL", "peak of a cycle at steady state"),
    "trough_steady": ("ug/mL", "concentration before the next dose at steady state"),
    "auc_cycle_1": ("ug*day/mL", "area under the curve from the first dose to the second"),
    "cmax_cycle_1": ("ug/mL", "peak of cycle 1, at the end of the infusion"),
    "trough_cycle_1": ("ug/mL", "concentration before the second dose"),
}
#: Doses until a cycle is like the one before, for people with slow exchange too.
STEADY_CYCLES = 8
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Effect:
    """Exposure at one percentile of one covariate, all others at the reference, as ratios to the reference patient.

    `equation` is the ratio of the area under the curve by the printed equation, `printed` what the paper prints.
    """

    level: Level
    ratio: dict[str, float]
    equation: float
    printed: Printed | None


@dataclass(frozen=True, slots=True)
class Extreme:
    """All covariates at once, each at the percentile that lowers (or raises) exposure."""

    words: str
    values: dict[str, float]
    ratio: dict[str, float]


@dataclass(frozen=True, slots=True)
class Spread:
    """5th and 95th percentile, over patients, of exposure as a ratio to the reference patient."""

    words: str
    p05: dict[str, float]
    p95: dict[str, float]


@dataclass(frozen=True, slots=True)
class Organ:
    """A published ratio of exposure in people whose liver works less; no model here has it."""

    words: str
    ratio: float
    n: int | None
    source: str
    read: str


@dataclass(frozen=True, slots=True)
class CovariateEffects:
    """Effects of covariates on exposure to the conjugate at one regimen; `reference` holds her absolute values."""

    dose_mg_per_kg: float
    every_days: float
    reference_covariates: dict[str, float]
    reference: dict[str, float]
    effects: tuple[Effect, ...]
    extremes: tuple[Extreme, ...]
    spreads: tuple[Spread, ...]
    liver: tuple[Organ, ...]
    in_words: tuple[dict[str, Any], ...]
    patients: int
    seed: int


def exposures(
    covariates: Mapping[str, Array], effects: Array, dose_mg_per_kg: float, every_days: float
) -> dict[str, Array]:
    """Every measure of MEASURES in N patients, each of shape (N,), by solving the plasma model over STEADY_CYCLES.

    covariates   arrays of shape (N,), as in `tdm1.population.individual.individuals`
    effects      standard normal random effects, shape (N, len(EFFECTS)); zeros give typical patients

    The first infusion lasts 90 minutes, later ones 30. Raises InputError when a patient cannot be solved.
    """
    model = t_dm1_plasma()
    kernel = engine.compile(model)
    who = individuals(model, covariates, effects)
    dose_mg = dose_mg_per_kg * np.broadcast_to(covariates["weight_kg"], (len(effects),))
    given = np.array([float(name == "infusion") for name in model.inputs])
    none = np.zeros((len(effects), len(model.inputs)))
    conjugate, area = model.outputs.index("conjugate"), model.states.index("conjugate_auc")
    states = initial_states(who)
    status = np.zeros(len(effects), np.int8)
    found: dict[str, Array] = {}
    for cycle in range(STEADY_CYCLES):
        which = "first" if cycle == 0 else "later"
        length = evidence.value(f"label.us.infusion_{which}", "min") / (24 * 60)
        before = states[:, area]
        moved = kernel.advance(
            states, who.values, (dose_mg / length)[:, None] * given, length, every_days,
            relative_tolerance=_TOLERANCE, status=status,
        )
        states, status = moved.states, moved.status
        if cycle in (0, STEADY_CYCLES - 1):
            name = "cycle_1" if cycle == 0 else "steady"
            found[f"auc_{name}"] = states[:, area] - before
            found[f"cmax_{name}"] = kernel.observe(moved.after_input, who.values, none)[:, conjugate]
            found[f"trough_{name}"] = kernel.observe(states, who.values, none)[:, conjugate]
    if status.any():
        raise InputError(f"{int(np.count_nonzero(status))} patients could not be solved at {dose_mg_per_kg:g} mg/kg")
    return {name: found[name] for name in MEASURES}


def _repeated(reference: Mapping[str, Array], rows: list[dict[str, float]]) -> dict[str, Array]:
    """The reference patient once a row, with the row's own values."""
    return {
        name: np.array([row.get(name, float(value[0])) for row in rows]) for name, value in reference.items()
    }


def _extreme_rows(levels: list[Level]) -> list[dict[str, float]]:
    """Values of all covariates that lower exposure most, then those that raise it most."""
    rows: list[dict[str, float]] = []
    for pick in (min, max):
        row: dict[str, float] = {}
        for covariate in COVARIATES:
            own = [at for at in levels if at.covariate is covariate]
            row[covariate.name] = pick(own, key=lambda at: equation_ratio(at.covariate, at.value)).value
        rows.append(row)
    return rows


def _spreads(reference: dict[str, Array], at: dict[str, float], regimen: tuple[float, float], count: int,
             seed: int) -> tuple[Spread, ...]:
    """What covariates, what nothing explains, and both do to exposure over virtual EMILIA patients."""
    people = population.sample(population.load("emilia"), seed, 0, count, screen=eligibility.screen("emilia"))
    alike = {name: np.full(count, float(value[0])) for name, value in reference.items()}
    people = {name: people.get(name, column) for name, column in alike.items()}
    none = np.zeros((count, len(EFFECTS)))
    drawn = streams.normal(seed, "variability", 0, count, len(EFFECTS))
    spreads: list[Spread] = []
    for words, covariates, effects in (
        ("the six covariates as they occur together", people, none),
        ("patients with the same covariates", alike, drawn),
        ("patients as they are, both together", people, drawn),
    ):
        found = exposures(covariates, effects, *regimen)
        low, high = ({name: float(np.quantile(found[name], share)) / at[name] for name in MEASURES}
                     for share in (0.05, 0.95))
        spreads.append(Spread(words, low, high))
    return tuple(spreads)


def _liver() -> tuple[Organ, ...]:
    """Published ratios of clearance in cycle 1, turned round: the dose per kg is the same."""
    import polars as pl

    rows = evidence.table("pk").filter(pl.col("metric") == "CL_ratio_cycle1_vs_normal")
    words = {"HEPATIC_MILD": "liver mildly impaired, cycle 1", "HEPATIC_MODERATE": "liver moderately impaired, cycle 1"}
    return tuple(
        Organ(words[row["study"]], 1.0 / row["mean"], row["n"], row["source_key"],
              "read" if row["verified"] == "yes" else row["verified"])
        for row in rows.iter_rows(named=True)
    )


def covariate_effects(
    *, dose_mg_per_kg: float | None = None, every_days: float | None = None, patients: int = 1000, seed: int = 1
) -> CovariateEffects:
    """Effects of Lu 2014's covariates on exposure to the conjugate, beside what was published of them.

    dose_mg_per_kg, every_days   regimen; the label's if None
    patients, seed               virtual EMILIA patients behind the spreads, at least 20, and their seed

    Raises InputError for a number that cannot be.
    """
    dose = evidence.value("label.us.dose_full", "mg/kg") if dose_mg_per_kg is None else dose_mg_per_kg
    every = evidence.value("label.us.cycle", "day") if every_days is None else every_days
    longest = evidence.value("label.us.infusion_first", "min") / (24 * 60)
    if not (np.isfinite(dose) and dose > 0):
        raise InputError(f"dose_mg_per_kg is {dose:g}; it must be above 0")
    if not (np.isfinite(every) and every > longest):
        minutes = longest * 24 * 60
        raise InputError(f"every_days is {every:g}; it must be longer than the infusion ({minutes:g} minutes)")
    if patients < 20:
        raise InputError(f"patients is {patients}; percentiles need 20 or more")
    baseline = population.load("emilia")
    reference = reference_covariates()
    levels = [level(covariate, percentile, baseline) for covariate in COVARIATES for percentile in (5, 95)]
    extremes = _extreme_rows(levels)
    rows: list[dict[str, float]] = [{}, *({at.covariate.name: at.value} for at in levels), *extremes]
    found = exposures(_repeated(reference, rows), np.zeros((len(rows), len(EFFECTS))), dose, every)
    typical = {name: float(found[name][0]) for name in MEASURES}
    ratios = [{name: float(found[name][place]) / typical[name] for name in MEASURES} for place in range(1, len(rows))]
    return CovariateEffects(
        dose_mg_per_kg=dose,
        every_days=every,
        reference_covariates={covariate.name: float(reference[covariate.name][0]) for covariate in COVARIATES},
        reference=typical,
        effects=tuple(
            Effect(at, ratio, equation_ratio(at.covariate, at.value), printed(at))
            for at, ratio in zip(levels, ratios, strict=False)
        ),
        extremes=tuple(
            Extreme(words, values, ratio)
            for words, values, ratio in zip(
                ("all six at once, lowest", "all six at once, highest"), extremes, ratios[-2:], strict=True
            )
        ),
        spreads=_spreads(reference, typical, (dose, every), patients, seed),
        liver=_liver(),
        in_words=tuple(evidence.table("covariate_effects").iter_rows(named=True)),
        patients=patients,
        seed=seed,
    )
