"""Expected shares of patients with an event, and the numbers for which they meet a published share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from tdm1 import evidence

Array = NDArray[np.float64]
#: Nodes of the Gauss-Hermite rule over the frailty; more change nothing in the fourth digit.
_NODES = 21


def frailties() -> tuple[Array, Array]:
    """Nodes of the frailty (median 1) and their weights, for averages over patients."""
    common, own = (evidence.value(f"symptoms.{part}_frailty_sd", "1") for part in ("common", "term"))
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return np.exp(np.hypot(common, own) * nodes), weights / weights.sum()


def expected_share(hazard: Array) -> float:
    """Share of patients with an event when their gathered hazards (N,) are multiplied by the frailty."""
    nodes, weights = frailties()
    return float(np.mean((-np.expm1(-np.outer(hazard, nodes))) @ weights))


def rising_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is zero between `low` and `high`; the nearer end where it is not."""
    if function(low) >= 0.0:
        return low
    if function(high) <= 0.0:
        return high
    return float(cast("Any", brentq(function, low, high, xtol=1e-12)))


def hazard_for(share: Callable[[float], float], wanted: float) -> float:
    """The hazard (1/day or per infusion) at which a rising share meets the wanted one; 0 where it is met without."""
    if share(0.0) >= wanted:
        return 0.0
    high = 1e-6
    while share(high) < wanted and high < 1e3:
        high *= 4.0
    return rising_root(lambda hazard: share(hazard) - wanted, 0.0, high)


def background_and_drug(
    shares: Sequence[Callable[[float, float], float]], wanted: Sequence[float], patients: Sequence[int],
    background_share: float,
) -> tuple[float, float]:
    """Background and drug part of a hazard from the shares of the T-DM1 arm and, where there is one, of the other.

    shares     for each arm the share of patients with an event, for a background and a drug part
    wanted, patients   published share and size of each arm
    With one arm the background is `background_share` of the hazard. With two the second gives the background; where
    that alone is too much for the first, the drug adds nothing and both arms together give the background.
    """
    if len(shares) == 1:
        whole = hazard_for(lambda h: shares[0](background_share * h, (1.0 - background_share) * h), wanted[0])
        return background_share * whole, (1.0 - background_share) * whole
    background = hazard_for(lambda h: shares[1](h, 0.0), wanted[1])
    if shares[0](background, 0.0) < wanted[0]:
        return background, hazard_for(lambda h: shares[0](background, h), wanted[0])
    whole = float(np.sum(patients))

    def both(h: float) -> float:
        return sum(n * share(h, 0.0) for n, share in zip(patients, shares, strict=True)) / whole

    together = sum(n * value for n, value in zip(patients, wanted, strict=True)) / whole
    return hazard_for(both, together), 0.0
