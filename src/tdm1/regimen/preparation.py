"""Making up a dose: vials with the least waste, the volume to draw, bag, filter, and what must never happen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import floor, isfinite
from typing import Any, get_args

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.regimen._errors import RegimenError
from tdm1.regimen.plan_event import Infusion
from tdm1.regimen.schedule import Schedule, observation_minute
from tdm1.regimen.vials import NOISE, Vials, diluent_words, largest_dose_mg, least_waste, solution_ml, vial_words

__all__ = ["Preparation", "Step", "Vials", "least_waste", "prepare"]

_FILE = "preparation.yaml"
_REGIONS = ("US", "EU", "England")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the preparation, with the id of the label's statement, its source and how it was read."""

    id: str
    text: str
    source: str
    where: str
    read: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """A dose made up.

    dose_mg, drawn_mg   the dose asked for, and what the rounded volume holds
    vials               those that hold the volume drawn
    waste_mg            what is left in the vials
    solution_ml         water for injection in all vials together
    volume_ml           to draw from the reconstituted vials
    infusion_minute, observation_minute   length of the infusion, and of the watch after it
    """

    dose_mg: float
    drawn_mg: float
    vials: Vials
    waste_mg: float
    solution_ml: float
    volume_ml: float
    bag_ml: float
    infusion_minute: float
    observation_minute: float
    region: str
    steps: tuple[Step, ...]


def prepare(
    dose_mg: float, *, region: str = "US", infusion: Infusion = "later", weight_kg: float | None = None
) -> Preparation:
    """How to make up one dose, step by step, as the region's label says.

    The volume is dose over concentration (R5), rounded to the nearest step of `preparation.volume_step`, half a step
    upwards; where the body weight is given and that would go above the label's largest dose for it, downwards (D2).
    weight_kg   when given, a dose above the label's largest level for it is refused
    Raises RegimenError for a dose, region, infusion or weight that cannot be.
    """
    if region not in _REGIONS:
        raise RegimenError(f"there is no label text for region '{region}'{evidence.nearest(region, _REGIONS)}"
                           f" (known: {', '.join(_REGIONS)})")
    if infusion not in get_args(Infusion):
        raise RegimenError(f"infusion is '{infusion}'; write first, later, or slow")
    limit = largest_dose_mg()
    if not (isfinite(dose_mg) and 0 < dose_mg <= limit * (1 + NOISE)):
        raise RegimenError(f"dose_mg is {dose_mg:g}; give a dose in mg, more than 0 and at most {limit:g}")
    most_mg = _largest_mg(dose_mg, weight_kg)
    concentration = evidence.value("preparation.concentration", "mg/mL")
    volume_ml = _volume_ml(dose_mg, most_mg, concentration)
    drawn_mg = round(volume_ml * concentration, 6)
    vials = least_waste(drawn_mg)
    waste_mg = round(vials.content_mg - drawn_mg, 6)
    schedule = Schedule.of_label()
    slow = infusion != "later"
    bag_ml = evidence.value("preparation.bag", "mL")
    numbers: dict[str, str | float] = {
        "vials": vial_words(vials), "diluents": diluent_words(vials), "solution_ml": solution_ml(vials),
        "volume_ml": volume_ml, "concentration": concentration, "drawn_mg": drawn_mg,
        "left_over": f"; discard the {waste_mg:g} mg left" if waste_mg else "; nothing is left over", "bag_ml": bag_ml,
        **_label_numbers(),
    }
    steps = tuple(
        Step(name.split("-")[0], raw["text"].format(**numbers), raw["source"], raw["where"], raw["read"])
        for name, raw in _steps().items()
        if region in raw.get("regions", _REGIONS) and raw.get("when", infusion) == infusion
    )
    return Preparation(
        dose_mg, drawn_mg, vials, waste_mg, solution_ml(vials), volume_ml, bag_ml,
        schedule.first_infusion_minute if slow else schedule.later_infusion_minute, observation_minute(first=slow),
        region, steps,
    )


@cache
def _steps() -> dict[str, dict[str, Any]]:
    return parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)["steps"]


@cache
def _label_numbers() -> dict[str, float]:
    """Numbers of the label that the steps name and that no dose changes."""
    schedule = Schedule.of_label()
    return {
        "hours": evidence.value("preparation.keeps", "hour"),
        "bag_hours": evidence.value("preparation.bag_keeps", "hour"),
        "low": evidence.value("preparation.store_low", "degC"),
        "high": evidence.value("preparation.store_high", "degC"),
        "saline": evidence.value("preparation.saline", "%"),
        "half_saline": evidence.value("preparation.half_saline", "%"),
        "filter_um": evidence.value("preparation.filter", "um"),
        "filter_fine_um": evidence.value("preparation.filter_fine", "um"),
        "first_minute": schedule.first_infusion_minute, "later_minute": schedule.later_infusion_minute,
        "first_watch_minute": observation_minute(first=True), "later_watch_minute": observation_minute(first=False),
    }


def _volume_ml(dose_mg: float, most_mg: float | None, concentration: float) -> float:
    """The volume to draw, on the steps of a syringe. Raises RegimenError for a dose too small to be drawn."""
    step_ml = evidence.value("preparation.volume_step", "mL")
    step_mg = step_ml * concentration
    steps = floor(dose_mg / step_mg + 0.5 + NOISE)
    if most_mg is not None and steps * step_mg > most_mg * (1 + NOISE):
        steps -= 1
    if steps < 1:
        raise RegimenError(f"dose_mg is {dose_mg:g}, less than the {step_mg:g} mg in {step_ml:g} mL, the smallest "
                           "volume that can be drawn; check the dose")
    return round(steps * step_ml, 6)


def _largest_mg(dose_mg: float, weight_kg: float | None) -> float | None:
    """The label's largest dose for a body weight, mg; None without one. Raises RegimenError for a dose above it."""
    if weight_kg is None:
        return None
    largest = evidence.value("label.us.dose_full", "mg/kg")
    limit = evidence.value("limits.weight", "kg")
    if not (isfinite(weight_kg) and 0 < weight_kg <= limit):
        raise RegimenError(f"weight_kg is {weight_kg:g}; give the body weight in kg, more than 0 and at most {limit:g}")
    if dose_mg > largest * weight_kg * (1 + NOISE):
        raise RegimenError(f"{dose_mg:g} mg for {weight_kg:g} kg is {dose_mg / weight_kg:.2f} mg/kg; the label never "
                           f"goes above {largest:g} mg/kg")
    return largest * weight_kg
