"""The tumour-static concentration of one clone in one zone of the heterogeneous tumour: where killing equals growth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

from tdm1.mechanism import cell
from tdm1.mechanism.tumour import unbound_payload

#: nM of a solution of 1 ug/mL at 1 g/mol, turned round.
_UG_PER_ML_PER_NM_AT_1_G_PER_MOL = 1e-6


def _root(function: Any, low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(cast("Any", brentq(function, low, high, xtol=1e-12)))


def rest_unbound(
    parameters: Mapping[str, float], plasma_nm: float, load: float, receptors: float, krogh_radius_um: float,
    volume_cm3: float | None = None,
) -> float:
    """Unbound payload (nM) of a tumour of one clone in one zone once everything in it is at rest.

    parameters       of the lesion by name, in the units of its part; growth is exponential at `doubling_time`
    plasma_nm        antibody in plasma, held constant (nM)
    load             payloads on one antibody in plasma
    receptors        HER2 on a cell
    krogh_radius_um  half the distance between capillaries
    volume_cm3       for the exchange through the surface; without one the lesion is so large that it plays no part

    Source: the equations of mechanism/lesion.py and mechanism/cell.py at rest, solved one after the other.
    """
    p, ln2 = parameters, math.log(2.0)
    growth = ln2 / p["doubling_time"]
    inside, degrade = ln2 / p["internalisation_half_life"], ln2 / p["degradation_half_life"]
    recycle, loss = p["recycling_rate"], p["interstitial_release"]
    on, off = p["her2_association"], p["her2_dissociation"]
    total = cell.receptor_concentration(receptors, p["cell_volume"], p["avogadro"])
    rates = {}
    for kind in ("", "payload_"):
        surface = 0.0
        if volume_cm3 is not None:
            radius_squared = (3.0 / (4.0 * math.pi) * (volume_cm3 + p["smallest_volume"])) ** (2.0 / 3.0)
            surface = 6.0 * p[f"{kind}diffusivity"] / radius_squared
        vascular = 2.0 * p[f"{kind}permeability"] * p["capillary_radius"] / krogh_radius_um**2
        rates[kind] = (vascular + surface) * p[f"{kind}void_fraction"]
    # Antibody: what is bound follows from the antibody in the space; the balance of the space gives the latter.
    internal_per_bound = inside / (degrade + recycle + growth)
    gone = inside + growth - recycle * internal_per_bound

    def free_share(antibody: float) -> float:
        constant = off / on
        free = unbound_payload(antibody, p["shed_her2"], constant)
        return constant / (constant + p["shed_her2"] - antibody + free)

    def bound_at(antibody: float) -> float:
        free = antibody * free_share(antibody)
        return on * free * total / (on * free + off + gone)

    antibody = _root(
        lambda x: rates[""] * (plasma_nm - x) - gone * bound_at(x) - growth * x, 0.0, plasma_nm
    )
    bound = bound_at(antibody)
    # Payload on antibody: linear, with the free receptors that the antibody leaves. One balance for the space
    # and one for the surface, each linear in the two unknowns.
    association = on * (total - bound) * free_share(antibody)
    kept = gone + off + loss
    carried = rates[""] * plasma_nm * load / (
        rates[""] + loss + growth + association - association * off / kept
    )
    bound_payload = association * carried / kept
    released = degrade * internal_per_bound * bound_payload
    freed = loss * (carried + bound_payload)
    # Free payload in the cell and in the space.
    out, entry = ln2 / p["payload_escape_half_life"], p["payload_entry_rate"]
    away = rates["payload_"] + growth

    def balance(unbound: float) -> float:
        on_target = p["payload_target"] * unbound / (p["payload_target_constant"] + unbound)
        space = (freed + out * unbound) / (away + entry)
        return released - out * unbound + entry * space - growth * (unbound + on_target)

    highest = 1.0
    while balance(highest) > 0.0:
        highest *= 2.0
    return _root(balance, 0.0, highest)


def static_concentration(
    parameters: Mapping[str, float], molar_mass: float, load: float, receptors: float, krogh_radius_um: float,
    volume_cm3: float | None = None, highest_ug_per_ml: float = 1e5,
) -> float:
    """Plasma concentration (ug/mL) that holds a lesion of one clone in one zone static.

    `molar_mass` is the antibody's (g/mol); the rest as in `rest_unbound`. Infinite when no concentration up to
    `highest_ug_per_ml` suffices.
    """
    growth = math.log(2.0) / parameters["doubling_time"]

    def excess(log_conc: float) -> float:
        plasma_nm = math.exp(log_conc) / (_UG_PER_ML_PER_NM_AT_1_G_PER_MOL * molar_mass)
        unbound = rest_unbound(parameters, plasma_nm, load, receptors, krogh_radius_um, volume_cm3)
        return cell.killing(parameters, unbound) - growth

    low, high = math.log(1e-4), math.log(highest_ug_per_ml)
    if excess(high) < 0.0:
        return math.inf
    return math.exp(_root(excess, low, high))
