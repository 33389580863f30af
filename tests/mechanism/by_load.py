"""The chain of loads as a matrix, written apart from the equations of tdm1: the oracle of the by-load tests."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from tdm1.mechanism import Model
from tdm1.population.individual import typical


def chain(model: Model) -> tuple[np.ndarray, np.ndarray, float]:
    """Rates of change of (compartment, load) amounts as a matrix (1/day), the dosed shares, and the central volume (L).

    Without HER2 outside the tumour. Order: central loads 0 to top, then each peripheral compartment's loads.
    """
    value = typical(model)
    top = max(int(name.removeprefix("dar_share_")) for name in value if name.startswith("dar_share_"))
    pairs = (
        [("distribution_clearance_1", "peripheral_volume_1"), ("distribution_clearance_2", "peripheral_volume_2")]
        if "peripheral_volume_1" in value else [("intercompartmental_clearance", "peripheral_volume")]
    )
    loads, volume = top + 1, value["central_volume"]
    a = np.zeros((loads * (1 + len(pairs)),) * 2)
    for n in range(loads):
        a[n, n] -= value["proteolytic_clearance"] / volume
        if n:
            a[n, n] -= value[f"release_rate_{n}"]
            a[n - 1, n] += value[f"release_rate_{n}"]
        for place, (flow, other) in enumerate(pairs, start=1):
            there = place * loads + n
            a[n, n] -= value[flow] / volume
            a[there, n] += value[flow] / volume
            a[n, there] += value[flow] / value[other]
            a[there, there] -= value[flow] / value[other]
    return a, np.array([value[f"dar_share_{n}"] for n in range(loads)]), volume


def amounts(model: Model, dose_nmol: float, infusion_day: float, time_day: np.ndarray) -> np.ndarray:
    """Amounts (nmol) of every (compartment, load) after one infusion, shape (T, …); times after its end."""
    a, shares, _ = chain(model)
    size = len(a)
    # A constant input is one more state that stays as it is.
    wide = np.zeros((size + 1, size + 1))
    wide[:size, :size] = a
    wide[: len(shares), size] = shares * dose_nmol / infusion_day
    at_end = expm(wide * infusion_day)[:size, size]
    return np.stack([expm(a * (time - infusion_day)) @ at_end for time in time_day])
