"""Which regimens no other one beats in both efficacy and toxicity, and how sure the patients make of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a regimen stands among the others.

    dominated_by    regimens at least as good in both and better in one, by the estimates; empty on the frontier
    dominated_pct   resamples of the patients (%) in which at least one other regimen is so
    """

    regimen: str
    dominated_by: tuple[str, ...]
    dominated_pct: float


def dominates(efficacy: Array, toxicity: Array) -> Flags:
    """(R, R, …) truth: regimen i is no worse than j in both, and better in one. Arguments (R, …); NaN never counts.

    efficacy is better when higher, toxicity when lower.
    """
    first = (slice(None), None)
    with np.errstate(invalid="ignore"):
        no_worse = (efficacy[first] >= efficacy[None]) & (toxicity[first] <= toxicity[None])
        better = (efficacy[first] > efficacy[None]) | (toxicity[first] < toxicity[None])
    found: Flags = no_worse & better
    return found


def standings(
    names: list[str], efficacy: Array, toxicity: Array, resampled_efficacy: Array, resampled_toxicity: Array
) -> list[Standing]:
    """One standing for each of R regimens from estimates (R,) and their resampled values (R, B)."""
    beaten = dominates(efficacy, toxicity)
    in_resamples: Flags = np.logical_or.reduce(dominates(resampled_efficacy, resampled_toxicity), axis=0)
    return [
        Standing(
            name,
            tuple(other for row, other in enumerate(names) if beaten[row, place]),
            100.0 * float(in_resamples[place].mean()),
        )
        for place, name in enumerate(names)
    ]
