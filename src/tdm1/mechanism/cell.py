"""What a group of HER2 cells does with antibody and payload: one definition for the dish and for the tumour.

All amounts are concentrations per volume of cells (nM). HER2 on the surface is kept at its number: what is
internalised is replaced. Antibody and the payload on it are two linear moments, since binding does not depend on the
load, so antibody without payload competes by itself. Sources: steps Maass 2016; binding Singh 2017; payload on its
target Scheuher 2022. See docs/conflicts.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tdm1.evidence.drugs import Drug
from tdm1.mechanism._model import Parameter, State, Values
from tdm1.mechanism.arithmetic import power
from tdm1.mechanism.tumour import unbound_payload

#: Square of the payload, relative to its half concentration, below which killing is smoothed: it keeps the
#: slope of a power finite at no payload and changes killing by less than a millionth of its largest rate.
_SMOOTHING = 1e-6

#: Parameters of the cell that a drug gives, by role: unit of the equations and meaning.
ROLES: Mapping[str, tuple[str, str]] = {
    "her2_association": ("1/nM/day", "association with HER2"),
    "her2_dissociation": ("1/day", "dissociation from HER2"),
    "internalisation_half_life": ("day", "half-life of antibody on the surface before it is internalised"),
    "recycling_rate": ("1/day", "return of internalised antibody to the surface"),
    "degradation_half_life": ("day", "half-life of internalised antibody before its payload is free"),
    "interstitial_release": ("1/day", "loss of payload from antibody outside cells"),
    "payload_escape_half_life": ("day", "half-life of free payload in a cell before it leaves"),
    "payload_entry_rate": ("1/day", "entry of payload from the space between cells"),
    "payload_target": ("nM", "target of the payload in the cell"),
    "payload_target_constant": ("nM", "equilibrium constant of payload and target"),
    "kill_rate": ("1/day", "largest killing rate"),
    "kill_half_concentration": ("nM", "unbound payload at half of the largest killing rate"),
    "kill_hill": ("1", "steepness of killing by unbound payload"),
}


def parameters(drug: Drug) -> tuple[Parameter, ...]:
    """The parameters of a cell under this drug, each naming the drug's fact."""
    return tuple(Parameter(role, unit, meaning, drug.roles[role]) for role, (unit, meaning) in ROLES.items())


def receptor_concentration(receptors: Any, cell_volume: Any, avogadro: Any) -> Any:
    """HER2 as a concentration (nM) from receptors per cell, the volume of a cell (L) and Avogadro's number (1/nmol)."""
    return receptors / (avogadro * cell_volume)


def states(group: str, meaning: str, her2: bool = True) -> tuple[State, ...]:
    """The states of one group of cells; a group without HER2 has free payload alone."""
    bound = (
        State(f"bound_{group}", "nM", f"antibody on the surface of {meaning}", 0.1),
        State(f"bound_payload_{group}", "nM", f"payload on antibody on the surface of {meaning}", 0.1),
        State(f"internal_{group}", "nM", f"antibody inside {meaning}, not yet degraded", 0.1),
        State(f"internal_payload_{group}", "nM", f"payload on antibody inside {meaning}", 0.1),
    )
    free = State(f"payload_{group}", "nM", f"payload in {meaning}, free and on its target", 0.1)
    return (*bound, free) if her2 else (free,)


def killing(v: Values, unbound: Any) -> Any:
    """Killing rate (1/day) by unbound payload (nM): kill_rate * C^n / (K^n + C^n), and nothing at no payload."""
    relative = unbound / v["kill_half_concentration"]
    half_power = 0.5 * v["kill_hill"]
    effect = power(relative * relative + _SMOOTHING, half_power) - power(_SMOOTHING + 0.0 * half_power, half_power)
    return v["kill_rate"] * effect / (1.0 + effect)


def unbound(v: Values, group: str) -> Any:
    """Payload not on its target in a group of cells (nM), at equilibrium."""
    return unbound_payload(v[f"payload_{group}"], v["payload_target"], v["payload_target_constant"])


@dataclass(frozen=True, slots=True)
class Traffic:
    """Flows of one group of cells, in nM of its own volume per day.

    slopes     of the group's states, dilution by growth left out
    antibody, carried   antibody, and payload on it, that the group takes from outside, net of what dissociates
    freed      payload that antibody on the surface loses to the outside
    escaped    free payload that leaves the cells, net of what enters
    degraded   antibody degraded
    """

    slopes: dict[str, Any]
    antibody: Any
    carried: Any
    freed: Any
    escaped: Any
    degraded: Any


def traffic(v: Values, group: str, receptors_nm: Any, antibody: Any, carried: Any, payload: Any) -> Traffic:
    """What a group of cells takes, moves and gives back.

    receptors_nm        HER2 on the cells (nM of cell volume); None for a group without HER2
    antibody, carried   free antibody outside, and payload on it (nM)
    payload             free payload outside (nM)
    """
    ln2 = math.log(2.0)
    escaped = (
        ln2 / v["payload_escape_half_life"] * unbound(v, group) - v["payload_entry_rate"] * payload
    )
    if receptors_nm is None:
        none = 0.0 * escaped
        return Traffic({f"payload_{group}": -escaped}, none, none, none, escaped, none)
    bound, bound_payload = v[f"bound_{group}"], v[f"bound_payload_{group}"]
    internal, internal_payload = v[f"internal_{group}"], v[f"internal_payload_{group}"]
    association = v["her2_association"] * (receptors_nm - bound)
    taken = association * antibody - v["her2_dissociation"] * bound
    taken_payload = association * carried - v["her2_dissociation"] * bound_payload
    inside, degrade = ln2 / v["internalisation_half_life"], ln2 / v["degradation_half_life"]
    recycle = v["recycling_rate"]
    freed = v["interstitial_release"] * bound_payload
    return Traffic(
        {
            f"bound_{group}": taken - inside * bound + recycle * internal,
            f"bound_payload_{group}": taken_payload - freed - inside * bound_payload + recycle * internal_payload,
            f"internal_{group}": inside * bound - (degrade + recycle) * internal,
            f"internal_payload_{group}": inside * bound_payload - (degrade + recycle) * internal_payload,
            f"payload_{group}": degrade * internal_payload - escaped,
        },
        taken,
        taken_payload,
        freed,
        escaped,
        degrade * internal,
    )


def antibody_in(v: Values, group: str) -> Any:
    """Antibody on and in a group of cells with HER2 (nM)."""
    return v[f"bound_{group}"] + v[f"internal_{group}"]


def payload_in(v: Values, group: str, her2: bool = True) -> Any:
    """Payload of any form on and in a group of cells (nM)."""
    free = v[f"payload_{group}"]
    return v[f"bound_payload_{group}"] + v[f"internal_payload_{group}"] + free if her2 else free
