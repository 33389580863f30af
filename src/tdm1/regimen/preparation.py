"""Making up a dose: vials with the least waste, the volume to draw, bag, filter, and what must never happen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil, isfinite
from typing import Any, Literal

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.regimen._errors import RegimenError
from tdm1.regimen.schedule import Schedule, observation_minute

_FILE = "preparation.yaml"
_REGIONS = ("US", "EU", "England")
#: Which infusion it is: the first, a later one, or one given slowly because an earlier one was not tolerated.
Infusion = Literal["first", "later", "slow"]
# A dose of 252 mg may come as 251.99999999999997 from weight times level.
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the preparation, with the id of the label's statement, its source and how it was read."""

    id: str
    text: str
    source: str
    where: str
    read: str


@dataclass(frozen=True, slots=True)
class Vials:
    """How many vials of each size, and what they hold."""

    small: int
    large: int
    content_mg: float


@dataclass(frozen=True, slots=True)
class Preparation:
    """A dose made up.

    dose_mg, drawn_mg   the dose asked for, and what the rounded volume holds
    waste_mg            what is left in the vials
    volume_ml           to draw from the reconstituted vials
    infusion_minute, observation_minute   length of the infusion, and of the watch after it
    """

    dose_mg: float
    drawn_mg: float
    vials: Vials
    waste_mg: float
    volume_ml: float
    bag_ml: float
    infusion_minute: float
    observation_minute: float
    region: str
    steps: tuple[Step, ...]


def least_waste(dose_mg: float) -> Vials:
    """The vials that hold a dose with the least left over; of equal ones, the fewest vials.

    Raises RegimenError for a dose that is not more than 0 and finite.
    """
    if not (isfinite(dose_mg) and dose_mg > 0):
        raise RegimenError(f"dose_mg is {dose_mg:g}; give a dose in mg, more than 0")
    small_mg = evidence.value("preparation.small_vial", "mg")
    large_mg = evidence.value("preparation.large_vial", "mg")
    options: list[tuple[float, int, int, int]] = []
    for large in range(ceil(dose_mg / large_mg) + 1):
        small = max(0, ceil((dose_mg - large * large_mg) / small_mg - _NOISE))
        options.append((round(large * large_mg + small * small_mg, 9), large + small, small, large))
    content, _, small, large = min(options)
    return Vials(small, large, content)


def prepare(
    dose_mg: float, *, region: str = "US", infusion: Infusion = "later", weight_kg: float | None = None
) -> Preparation:
    """How to make up one dose, step by step, as the region's label says.

    weight_kg   when given, a dose above the label's largest level for it is refused
    Raises RegimenError for a dose, region, infusion or weight that cannot be.
    """
    if region not in _REGIONS:
        raise RegimenError(f"there is no label text for region '{region}'{evidence.nearest(region, _REGIONS)}"
                           f" (known: {', '.join(_REGIONS)})")
    if infusion not in ("first", "later", "slow"):
        raise RegimenError(f"infusion is '{infusion}'; write first, later, or slow")
    vials = least_waste(dose_mg)
    _not_above(dose_mg, weight_kg)
    concentration = evidence.value("preparation.concentration", "mg/mL")
    step_ml = evidence.value("preparation.volume_step", "mL")
    volume_ml = round(round(dose_mg / concentration / step_ml) * step_ml, 6)
    drawn_mg = round(volume_ml * concentration, 6)
    schedule = Schedule.of_label()
    slow = infusion != "later"
    minute = schedule.first_infusion_minute if slow else schedule.later_infusion_minute
    bag_ml = evidence.value("preparation.bag", "mL")
    numbers: dict[str, str | float] = {
        "vials": _vials(vials, "preparation.small_vial", "preparation.large_vial", "mg"),
        "diluents": _diluents(vials),
        "hours": evidence.value("preparation.keeps", "hour"),
        "volume_ml": volume_ml, "concentration": concentration, "drawn_mg": drawn_mg,
        "bag_ml": bag_ml,
        "filter_um": evidence.value("preparation.filter", "um"),
        "first_minute": schedule.first_infusion_minute, "later_minute": schedule.later_infusion_minute,
        "first_watch_minute": observation_minute(first=True), "later_watch_minute": observation_minute(first=False),
    }
    steps = tuple(
        Step(name.split("-")[0], raw["text"].format(**numbers), raw["source"], raw["where"], raw["read"])
        for name, raw in _steps().items()
        if region in raw.get("regions", _REGIONS) and raw.get("when", infusion) == infusion
    )
    return Preparation(
        dose_mg, drawn_mg, vials, round(vials.content_mg - drawn_mg, 6), volume_ml, bag_ml, minute,
        observation_minute(first=slow), region, steps,
    )


@cache
def _steps() -> dict[str, dict[str, Any]]:
    return parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)["steps"]


def _not_above(dose_mg: float, weight_kg: float | None) -> None:
    if weight_kg is None:
        return
    largest = evidence.value("label.us.dose_full", "mg/kg")
    limit = evidence.value("limits.weight", "kg")
    if not (isfinite(weight_kg) and 0 < weight_kg <= limit):
        raise RegimenError(f"weight_kg is {weight_kg:g}; give the body weight in kg, more than 0 and at most {limit:g}")
    if dose_mg > largest * weight_kg * (1 + _NOISE):
        raise RegimenError(f"{dose_mg:g} mg for {weight_kg:g} kg is {dose_mg / weight_kg:.2f} mg/kg; the label never "
                           f"goes above {largest:g} mg/kg")


def _vials(vials: Vials, small: str, large: str, unit: str) -> str:
    parts = [
        f"{count} vial{'s' * (count > 1)} of {evidence.value(name, unit):g} {unit}"
        for count, name in ((vials.large, large), (vials.small, small)) if count
    ]
    return " and ".join(parts)


def _diluents(vials: Vials) -> str:
    sizes = (("large", vials.large), ("small", vials.small))
    return ", ".join(
        f"{evidence.value(f'preparation.{size}_diluent', 'mL'):g} mL into each vial of "
        f"{evidence.value(f'preparation.{size}_vial', 'mg'):g} mg"
        for size, count in sizes if count
    )
