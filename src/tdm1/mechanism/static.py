"""The tumour-static concentration: the constant plasma concentration at which killing equals growth."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tdm1 import evidence


def tumour_static_concentration(parameters: Mapping[str, float], molar_mass: float) -> float:
    """Plasma concentration of the conjugate (ug/mL) that holds a small lesion of sensitive cells static.

    parameters   the tumour's parameters by name, in their own units (`population.individual.typical`)
    molar_mass   of the antibody, g/mol

    Uptake, binding, release and efflux are at rest, and growth is exponential, as in a xenograft; surface exchange
    is left out, so the answer is that of a well-grown lesion. Infinite when no concentration suffices.
    Source: the equations of mechanism/tumour.py.
    """
    p = parameters
    growth = math.log(2.0) / p["doubling_time"]
    inside, degrade, efflux = (
        math.log(2.0) / p[f"{name}_half_life"] for name in ("internalisation", "degradation", "efflux")
    )
    if p["kill_rate"] <= growth:
        return math.inf
    unbound = p["kill_half_concentration"] * growth / (p["kill_rate"] - growth)
    # Total payload whose unbound part this is.
    bound = p["tubulin"] * unbound / (p["tubulin_dissociation_constant"] + unbound)
    released = efflux * unbound + growth * (unbound + bound)
    lysosomal = released / (p["drug_antibody_ratio"] * degrade)
    surface = (degrade + growth) * lysosomal / inside
    uptake = (inside + growth) * surface
    free_receptors = p["her2_concentration"] - surface
    if free_receptors <= 0:
        return math.inf
    interstitial = (uptake + p["her2_dissociation"] * surface) / (p["her2_association"] * free_receptors)
    vascular = 2.0 * p["permeability"] * p["capillary_radius"] / p["krogh_radius"] ** 2
    plasma_nm = interstitial + (uptake + growth * interstitial) / (vascular * p["void_fraction"])
    return plasma_nm * molar_mass * 1e-6


def published_static_range() -> tuple[float, float]:
    """Lowest and highest tumour-static concentration measured in xenografts (ug/mL). Source: Betts 2020."""
    names = ("tumour.static_concentration.low", "tumour.static_concentration.high")
    low, high = (evidence.value(name, "ug/mL") for name in names)
    return low, high
