"""Where the payload of a drug is, day by day, in the reference patient: every place in percent of what was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tdm1 import engine, evidence
from tdm1.evidence.drugs import Drug, drug
from tdm1.evidence.units import factor
from tdm1.mechanism import cell
from tdm1.mechanism.clones import CLONES, ZONES
from tdm1.mechanism.lesion import LITRE_PER_CM3
from tdm1.mechanism.models import full
from tdm1.mechanism.tumour import lesion_diameter_mm
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import EFFECTS, Individuals
from tdm1.trial.bands import course_of
from tdm1.trial.mechanism_words import FLOWS, PLACES, STEPS
from tdm1.trial.reading import InputError
from tdm1.trial.simulate import reference_covariates

Array = NDArray[np.float64]

Group = Literal["blood", "body", "tumour", "gone"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the payload: its meaning, where it stands on the picture, its share of all given (percent) by day."""

    id: str
    title: str
    meaning: str
    group: Group
    column: int
    row: int
    share_pct: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """What takes payload from one place to another, in words."""

    start: str
    end: str
    words: str


@dataclass(frozen=True, slots=True)
class Level:
    """A concentration or rate by day."""

    id: str
    title: str
    unit: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """A fact that a step rests on."""

    name: str
    meaning: str
    value: str
    source: str
    read: str


@dataclass(frozen=True, slots=True)
class Story:
    """The whole way of a drug: `time_day` of shape (T,), and places and levels with T values each.

    The shares of all places add up to what has been given so far, in percent of all that will be given.
    """

    drug: str
    title: str
    payload: str
    model: str
    dose_mg_per_kg: float
    doses: int
    every_days: float
    weight_kg: float
    time_day: tuple[float, ...]
    places: tuple[Place, ...]
    flows: tuple[Flow, ...]
    levels: tuple[Level, ...]
    facts: tuple[Ground, ...]
    cautions: tuple[str, ...]


def _amounts(v: dict[str, Array], who: Individuals, loads: range, *, payload: bool) -> dict[str, Array]:
    """nmol of payload (or, of a drug without one, of antibody) in every place, each of shape (T,).

    `v` holds states and outputs by name.
    """
    def column(name: str) -> Array:
        return who.column(name)

    def weight(load: int) -> float:
        return float(load) if payload else 1.0

    litres = column("lesions") * LITRE_PER_CM3
    groups = [(clone, zone, f"{clone.name}_{zone.name}") for clone in CLONES for zone in ZONES]
    load = "payload_" if payload else ""

    def in_cells(state: str) -> Array:
        held = [v[f"living_{name}"] * v[f"{state}_{name}"] for clone, _, name in groups if clone.receptors is not None]
        return litres * sum(held)

    space = "carried" if payload else "antibody"
    found = {
        "blood": sum(weight(n) * v[f"antibody_{n}"] for n in loads),
        "tissue": sum(weight(n) * v[f"antibody_{n}_peripheral"] for n in loads),
        "space": litres * sum(v[f"living_{name}"] * v[f"{space}_{zone.name}"] for _, zone, name in groups),
        "surface": in_cells(f"bound_{load}".rstrip("_")),
        "inside": in_cells(f"internal_{load}".rstrip("_")),
        "gone": v["payload_eliminated" if payload else "antibody_eliminated"],
    }
    for organ, place in (("liver", "liver"), ("megakaryocyte", "marrow")):
        held = v[f"{organ}_load"] + v[f"{organ}_free_payload"] if payload else v[f"{organ}_antibody"]
        found[place] = held
    if payload:
        freed = sum(v[f"living_{name}"] * v[f"payload_{name}"] for _, _, name in groups)
        outside = sum(v[f"living_{name}"] * v[f"space_payload_{zone.name}"] for _, zone, name in groups)
        found |= {
            "freed": litres * (freed + outside),
            "blood_free": v["payload_central"], "tissue_free": v["payload_peripheral"],
        }
    return {name: np.asarray(amount, float) for name, amount in found.items()}


def _levels(v: dict[str, Array], who: Individuals, *, payload: bool) -> tuple[Level, ...]:
    receptors = cell.receptor_concentration(
        who.column("receptors_high"), who.column("cell_volume"), who.column("avogadro")
    )
    rows = [
        ("conjugate", "conjugate in plasma", "ug/mL", v["conjugate"]),
        ("total_antibody", "antibody with or without payload in plasma", "ug/mL", v["total_antibody"]),
        ("mean_dar", "mean load of antibody in plasma", "1", v["mean_dar"]),
        ("payload", "free payload in plasma", "ng/mL", v["payload"] * factor("ug/mL", "ng/mL")),
        ("unbound_high", "unbound payload in HER2-rich, well supplied tumour cells", "nM", v["unbound_high_well"]),
        ("unbound_poor", "unbound payload in HER2-rich, poorly supplied tumour cells", "nM", v["unbound_high_poor"]),
        ("unbound_low", "unbound payload in HER2-poor, well supplied tumour cells", "nM", v["unbound_low_well"]),
        ("unbound_lost", "unbound payload in tumour cells without HER2, well supplied", "nM", v["unbound_lost_well"]),
        ("liver_payload", "free payload in the liver", "nM", v["liver_payload"]),
        ("megakaryocyte_payload", "free payload in megakaryocytes", "nM", v["megakaryocyte_payload"]),
        ("kill_high", "killing of HER2-rich, well supplied tumour cells", "1/day", v["kill_high_well"]),
    ]
    if not payload:
        rows = rows[1:2]
    occupied = 100.0 * v["bound_high_well"] / receptors
    rows += [
        ("occupied", "HER2 occupied on HER2-rich, well supplied tumour cells", "%", occupied),
        ("living", "living tumour, all lesions", "cm**3", who.column("lesions") * v["living_volume"]),
        ("diameters", "sum of diameters", "mm", who.column("lesions") * lesion_diameter_mm(v["lesion_volume"])),
    ]
    return tuple(Level(name, title, unit, tuple(map(float, values))) for name, title, unit, values in rows)


def _grounds(of: Drug, *, payload: bool) -> tuple[Ground, ...]:
    found: list[Ground] = []
    for step in STEPS:
        name = of.roles.get(step, step)
        if not payload and step.startswith(("payload", "kill", "release", "interstitial")):
            continue
        fact = evidence.fact(name)
        source = evidence.sources()[fact.source]
        value = f"{fact.value:.4g} {fact.unit}".removesuffix(" 1")
        # Of our own numbers the place says more than the author.
        said = fact.where if fact.source in ("tdm1", "derived") else f"{source.citation}; {fact.where}"
        found.append(Ground(name, fact.meaning, value, said, fact.read))
    return tuple(found)


def _look(kernel: engine.Kernel, who: Individuals, states: Array, inputs: Array) -> dict[str, Array]:
    """Every state and output, each of shape (N,)."""
    outputs = kernel.observe(states, who.values, inputs)
    return dict(zip(who.model.states, states.T, strict=True)) | dict(zip(who.model.outputs, outputs.T, strict=True))


def _grid(doses: int, every_days: float, infusion_day: float) -> Array:
    first = [infusion_day, 0.25, 0.5, 0.75]
    later = np.arange(1.0, every_days + 1e-9, 0.5)
    days = np.concatenate([every_days * number + np.concatenate([first, later]) for number in range(doses)])
    return np.unique(np.round(days[days <= doses * every_days + 1e-9], 6))


def story(
    name: str = "t_dm1", *, dose_mg_per_kg: float | None = None, doses: int = 1, every_days: float | None = None,
) -> Story:
    """Follow a drug through the whole mechanism of the reference patient, who has no trastuzumab left over.

    name             a drug with a card; of one without payload, antibody is followed
    dose_mg_per_kg   the label's dose of T-DM1 if None, for T-DM1 only
    doses, every_days   number of doses, and days between them (the label's if None)

    Every infusion lasts as long as T-DM1's first. Raises InputError for a number that cannot be, a dose that is
    missing, an unknown drug or a failed solve.
    """
    try:
        of = drug(name)
    except evidence.EvidenceError as error:
        raise InputError(str(error)) from error
    if dose_mg_per_kg is None and name != "t_dm1":
        raise InputError(f"dose_mg_per_kg is not given; {name} needs its own")
    dose = evidence.value("label.us.dose_full", "mg/kg") if dose_mg_per_kg is None else dose_mg_per_kg
    every = evidence.value("label.us.cycle", "day") if every_days is None else every_days
    for what, number in (("dose_mg_per_kg", dose), ("doses", doses), ("every_days", every)):
        if not (np.isfinite(number) and number > 0):
            raise InputError(f"{what} is {number:g}; it must be above 0")
    covariates = reference_covariates()
    who = drug_individuals(full(name), of, covariates, np.zeros((1, len(EFFECTS))))
    infusion = evidence.value("label.us.infusion_first", "min") / (24 * 60)
    times = _grid(doses, every, infusion)
    starts = [number * every for number in range(doses)]
    dose_mg = dose * covariates["weight_kg"]
    courses, status = course_of(who, dose_mg, starts, [infusion] * doses, times, look=_look)
    if status.any():
        raise InputError(f"the equations of {name} could not be solved for this dose")
    v = {key: values[:, 0] for key, values in courses.items()}
    shares = [evidence.value(of.roles[f"dar_share_{n}"], "1") for n in range(9)]
    mean_load = sum(n * share for n, share in enumerate(shares))
    payload = mean_load > 0
    amounts = _amounts(v, who, range(9), payload=payload)
    free = who.column("payload_free_share")[0] if payload else 0.0
    given = dose_mg[0] * doses * 1e6 / who.column("molar_mass")[0] * (mean_load / (1.0 - free) if payload else 1.0)
    substance = of.payload.text.partition(",")[0] if payload else "antibody"
    places = tuple(
        Place(one.id, one.title.format(payload=substance), one.meaning.format(payload=substance), one.group, one.column,
              one.row, tuple(float(x) for x in 100.0 * np.maximum(amounts[one.id], 0.0) / given))
        for one in PLACES if one.id in amounts
    )
    flows = tuple(
        Flow(start, end, words.format(payload=substance)) for start, end, words in FLOWS
        if start in amounts and end in amounts
    )
    return Story(
        drug=name, title=of.title.partition(" (")[0], payload=substance, model=who.model.name, dose_mg_per_kg=dose,
        doses=doses, every_days=every, weight_kg=float(covariates["weight_kg"][0]), time_day=tuple(map(float, times)),
        places=places, flows=flows, levels=_levels(v, who, payload=payload), facts=_grounds(of, payload=payload),
        cautions=of.cautions,
    )
