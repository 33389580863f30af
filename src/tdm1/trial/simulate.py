"""A regimen without a trial around it: bands of what can be observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence, population
from tdm1.mechanism import Model
from tdm1.population import streams
from tdm1.population.individual import EFFECTS, Individuals, individuals
from tdm1.trial.bands import course_of, summarise
from tdm1.trial.drug_body import Body, body_of
from tdm1.trial.overrides import replaced_all
from tdm1.trial.reading import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Simulation:
    """Median and 5 to 95 % band of each observable over the patients, at each time."""

    time_day: list[float]
    unit: dict[str, str]
    median: dict[str, list[float]]
    p05: dict[str, list[float]]
    p95: dict[str, list[float]]
    failed_solves: int


def observables(drug: str | None = None) -> dict[str, str]:
    """What can be observed, with its unit: in the trials' own model, or in the whole mechanism of a drug."""
    return dict(body_of(drug).observables)


def reference_covariates() -> dict[str, Array]:
    """The reference patient of the published models, each value of shape (1,)."""
    value = evidence.value
    numbers = {
        "weight_kg": value("plasma.covariate.weight_reference", "kg"),
        "her2_ecd_ng_per_ml": value("plasma.covariate.her2_ecd_reference", "ng/mL"),
        "albumin_g_per_l": value("plasma.covariate.albumin_reference", "g/L"),
        "sum_of_diameters_mm": value("plasma.covariate.tumour_reference", "cm") * 10.0,
        "ast_u_per_l": value("plasma.covariate.ast_reference", "U/L"),
        "alt_u_per_l": value("population.alt", "U/L"),
        "platelets_1e9_per_l": value("population.platelets", "10*9/L"),
        "baseline_trastuzumab_ug_per_ml": 0.0,
        "n_target_lesions": value("population.target_lesions", "1"),
        "prior_lines": value("tumour.lines_reference", "1"),
        "neutrophils_1e9_per_l": value("population.neutrophils", "10*9/L"),
        "haemoglobin_g_per_dl": value("population.haemoglobin", "g/dL"),
        "bilirubin_x_uln": value("population.bilirubin", "1"),
        "potassium_mmol_per_l": value("population.potassium", "mmol/L"),
        "lvef_pct": value("population.lvef", "%"),
        # Of the majority of the trial that the effects are calibrated to.
        "asian": 0.0,
        "early_disease": 0.0,
        "cns_metastases": 0.0,
        "prior_anthracycline": 1.0,
        "prior_platinum": 0.0,
    }
    return {name: np.array([number]) for name, number in numbers.items()}


def reference_patient(model: Model, dose_mg_per_kg: float) -> tuple[Individuals, Array]:
    """The typical patient with reference covariates whose platelet level does not drift, and her dose (mg)."""
    covariates = reference_covariates()
    effects = np.zeros((1, len(EFFECTS)))
    # The typical patient is of the majority whose platelet level does not drift.
    effects[0, EFFECTS.index("platelet_drift")] = 1.0
    return individuals(model, covariates, effects), dose_mg_per_kg * covariates["weight_kg"]


def _body(drug: str | None) -> Body:
    try:
        return body_of(drug)
    except evidence.EvidenceError as error:
        raise InputError(str(error)) from error


def _checked(observe: Sequence[str], known: Mapping[str, str], numbers: dict[str, float]) -> None:
    for name, number in numbers.items():
        if not (np.isfinite(number) and number > 0):
            raise InputError(f"{name} is {number:g}; it must be above 0")
    for name in observe:
        if name not in known:
            raise InputError(
                f"there is nothing called '{name}' to observe{evidence.nearest(name, known)} "
                f"(known: {', '.join(known)})"
            )


def simulate(
    *,
    dose_mg_per_kg: float | None = None,
    every_days: float | None = None,
    cycles: int = 4,
    weight_kg: float | None = None,
    patients: int = 500,
    observe: Sequence[str] = ("conjugate",),
    times_day: Sequence[float] | None = None,
    seed: int = 1,
    settings: Mapping[str, str] | None = None,
    drug: str | None = None,
) -> Simulation:
    """Simulate a regimen in virtual EMILIA patients.

    dose_mg_per_kg, every_days   dose (mg/kg) and days between doses; the label's if None
    cycles, patients             doses and patients, at least 1
    weight_kg                    body weight of every patient; the population's own weights if None
    observe                      names from `observables()`
    times_day                    days to observe at, ascending; dense after doses and daily if None
    seed                         seed of the patients
    settings                     other values for facts of the model, by name, as text with a unit (`0.95 nM`)
    drug                         a drug with a card (`t_dm1`, `trastuzumab`, `t_dxd`), followed through its whole
                                 mechanism; None for T-DM1 with the model that the trials run

    Doses are given as planned: no label rule acts here. The first infusion lasts 90 minutes, later ones 30.
    Raises InputError for a number that cannot be, an unknown observable or fact, with the nearest name.
    """
    body = _body(drug)
    if dose_mg_per_kg is None and drug not in (None, "t_dm1"):
        raise InputError(f"dose_mg_per_kg is not given; {drug} needs its own")
    dose = evidence.value("label.us.dose_full", "mg/kg") if dose_mg_per_kg is None else dose_mg_per_kg
    every = evidence.value("label.us.cycle", "day") if every_days is None else every_days
    numbers = {"dose_mg_per_kg": dose, "every_days": every, "cycles": cycles, "patients": patients}
    _checked(observe, body.observables, numbers if weight_kg is None else {**numbers, "weight_kg": weight_kg})
    first = evidence.value("label.us.infusion_first", "min") / (24 * 60)
    later = evidence.value("label.us.infusion_later", "min") / (24 * 60)
    if every <= max(first, later):
        raise InputError(f"every_days is {every:g}; it must be longer than the infusion ({first * 24 * 60:g} minutes)")
    starts = [cycle * every for cycle in range(cycles)]
    lengths = [first, *[later] * (cycles - 1)]
    times = _grid(starts, lengths, every) if times_day is None else np.asarray(times_day, float)
    if not len(times) or np.any(times < 0) or np.any(np.diff(times) <= 0) or not np.all(np.isfinite(times)):
        raise InputError("times_day: give days of 0 or more in ascending order, each once")
    try:
        overrides = replaced_all(body.model, settings or {})
    except ValueError as error:
        raise InputError(str(error)) from error
    # Blocks of eight share their steps: the last one is always simulated whole.
    whole = -(-patients // 8) * 8
    covariates = population.sample(population.load("emilia"), seed, 0, whole)
    if weight_kg is not None:
        covariates["weight_kg"] = np.full(whole, float(weight_kg))
    effects = streams.normal(seed, "variability", 0, whole, len(EFFECTS))
    who = body.people(covariates, effects, overrides)
    dose_mg = dose * covariates["weight_kg"]
    courses, status = course_of(who, dose_mg, starts, lengths, times, look=body.look)
    found = summarise({name: courses[name][:, :patients] for name in observe}, status[:patients])
    return Simulation(
        time_day=[float(time) for time in times],
        unit={name: body.observables[name] for name in observe},
        p05={name: list(map(float, band[0])) for name, band in found.items()},
        median={name: list(map(float, band[1])) for name, band in found.items()},
        p95={name: list(map(float, band[2])) for name, band in found.items()},
        failed_solves=int(np.count_nonzero(status[:patients])),
    )


def _grid(starts: Sequence[float], lengths: Sequence[float], every: float) -> Array:
    """Dense after each infusion, then daily, to the end of the last cycle."""
    offsets = np.unique(np.concatenate([[0.0], np.linspace(0.05, 1.0, 8), np.arange(1.0, every + 1e-9)]))
    offsets = offsets[offsets <= every]
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    days = np.concatenate([*(start + offsets for start in starts), ends]).astype(np.float64)
    return np.unique(np.round(days, 9))
