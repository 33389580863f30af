"""What a scientist may move in a what-if, and within which bounds."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite

from tdm1 import evidence
from tdm1.forecast._errors import ForecastError
from tdm1.population import VARIABLES

#: Days between doses that a what-if knows: visits are weekly.
INTERVALS_DAY = (7, 14, 21, 28)


@dataclass(frozen=True, slots=True)
class Settings:
    """A what-if. None leaves what the label or the trial says.

    dose_mg_per_kg   starting dose (mg/kg); the label's if None
    interval_day     days between doses: 7, 14, 21 or 28; the label's if None
    cycles           most doses; until the cancer grows if None
    weight_kg        body weight of everybody (kg); each her own if None
    prior_lines      earlier lines of treatment of everybody; each her own if None
    her2_factor      HER2 on the tumour's cells, as a multiple of that of a HER2-positive (3+) tumour
    patients         virtual people; `forecast.explore.people` if None
    seed             seed of the random numbers
    """

    dose_mg_per_kg: float | None = None
    interval_day: int | None = None
    cycles: int | None = None
    weight_kg: float | None = None
    prior_lines: int | None = None
    her2_factor: float = 1.0
    patients: int | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Settings with every default filled in; None stays where everybody keeps her own."""

    dose_mg_per_kg: float
    interval_day: int
    cycles: int | None
    weight_kg: float | None
    prior_lines: int | None
    her2_factor: float
    patients: int
    seed: int


def bounds() -> dict[str, tuple[float, float, str]]:
    """Lowest and highest value and the unit of each number that can be moved, for the controls of a page."""
    lines = VARIABLES["prior_lines"]

    def between(name: str, unit: str) -> tuple[float, float, str]:
        low, high = (evidence.value(f"forecast.explore.{name}_{end}", unit) for end in ("lowest", "highest"))
        return low, high, unit

    return {
        "dose_mg_per_kg": between("dose", "mg/kg"),
        "interval_day": (float(INTERVALS_DAY[0]), float(INTERVALS_DAY[-1]), "day"),
        "cycles": (1.0, evidence.value("forecast.explore.cycles_most", "1"), "1"),
        "weight_kg": between("weight", "kg"),
        "prior_lines": (lines.lowest, lines.highest, "1"),
        "her2_factor": between("her2", "1"),
        "patients": (
            evidence.value("forecast.fewest", "1"), evidence.value("forecast.explore.people_most", "1"), "1"
        ),
        "seed": (0.0, float(2**63), "1"),
    }


_WHOLE = ("interval_day", "cycles", "prior_lines", "patients", "seed")


def asked(settings: Settings) -> Asked:
    """The settings, complete. Raises ForecastError, naming the one, for a number that cannot be."""
    limits = bounds()
    for field in fields(Settings):
        given = getattr(settings, field.name)
        if given is None:
            continue
        low, high, unit = limits[field.name]
        if isinstance(given, bool) or not isfinite(given) or not low <= given <= high:
            unit = "" if unit == "1" else f" {unit}"
            raise ForecastError(f"{field.name} is {given}; give a number from {low:g} to {high:g}{unit}")
        if field.name in _WHOLE and given != round(given):
            raise ForecastError(f"{field.name} is {given:g}; give a whole number")
    every = settings.interval_day
    interval = round(evidence.value("label.us.cycle", "day") if every is None else every)
    if interval not in INTERVALS_DAY:
        raise ForecastError(f"interval_day is {interval}; choose one of {', '.join(map(str, INTERVALS_DAY))}")
    dose, people = settings.dose_mg_per_kg, settings.patients
    return Asked(
        dose_mg_per_kg=float(evidence.value("label.us.dose_full", "mg/kg") if dose is None else dose),
        interval_day=interval, cycles=None if settings.cycles is None else int(settings.cycles),
        weight_kg=None if settings.weight_kg is None else float(settings.weight_kg),
        prior_lines=None if settings.prior_lines is None else int(settings.prior_lines),
        her2_factor=float(settings.her2_factor),
        patients=round(evidence.value("forecast.explore.people", "1") if people is None else people),
        seed=int(settings.seed),
    )
