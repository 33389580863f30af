"""Vials of a dose: the combination of sizes with the least left over."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite

from tdm1 import evidence
from tdm1.regimen._errors import RegimenError

# A dose of 252 mg may come as 251.99999999999997 from weight times level.
NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Vials:
    """How many vials of each size, and what they hold."""

    small: int
    large: int
    content_mg: float


def largest_dose_mg() -> float:
    """The full dose of the heaviest body weight that is taken as real: no dose is above it."""
    return evidence.value("label.us.dose_full", "mg/kg") * evidence.value("limits.weight", "kg")


def least_waste(dose_mg: float) -> Vials:
    """The vials that hold a dose with the least left over; of equal ones, the fewest vials.

    Every number of large vials is tried, each with the fewest small ones that reach the dose.
    Raises RegimenError for a dose that is not more than 0, or larger than any person's.
    """
    limit = largest_dose_mg()
    if not (isfinite(dose_mg) and 0 < dose_mg <= limit * (1 + NOISE)):
        raise RegimenError(f"dose_mg is {dose_mg:g}; give a dose in mg, more than 0 and at most {limit:g}")
    small_mg = evidence.value("preparation.small_vial", "mg")
    large_mg = evidence.value("preparation.large_vial", "mg")
    options: list[tuple[float, int, int, int]] = []
    for large in range(ceil(dose_mg / large_mg - NOISE) + 1):
        small = max(0, ceil((dose_mg - large * large_mg) / small_mg - NOISE))
        options.append((round(large * large_mg + small * small_mg, 9), large + small, small, large))
    content, _, small, large = min(options)
    return Vials(small, large, content)


def vial_words(vials: Vials) -> str:
    """`1 vial of 160 mg and 2 vials of 100 mg`."""
    return " and ".join(
        f"{count} vial{'s' * (count > 1)} of {evidence.value(f'preparation.{size}_vial', 'mg'):g} mg"
        for size, count in (("large", vials.large), ("small", vials.small)) if count
    )


def diluent_words(vials: Vials) -> str:
    """`8 mL into each vial of 160 mg, 5 mL into each vial of 100 mg`, for the sizes that are used."""
    return ", ".join(
        f"{evidence.value(f'preparation.{size}_diluent', 'mL'):g} mL into each vial of "
        f"{evidence.value(f'preparation.{size}_vial', 'mg'):g} mg"
        for size, count in (("large", vials.large), ("small", vials.small)) if count
    )


def solution_ml(vials: Vials) -> float:
    """Water for injection that goes into all vials together, mL."""
    return (vials.small * evidence.value("preparation.small_diluent", "mL")
            + vials.large * evidence.value("preparation.large_diluent", "mL"))
