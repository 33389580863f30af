"""The dish: one line of cells in medium with a conjugate, as in a viability assay.

Cells grow exponentially and die by unbound payload as anywhere (mechanism/cell.py); viability is living cells over
untreated living cells. The medium is large and keeps its concentration when `cell_volume_fraction` is 0; otherwise
cells use it up, and payload that leaves them gathers in it. Cells that die take what they hold with them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tdm1 import evidence
from tdm1.evidence.drugs import Drug
from tdm1.mechanism import cell
from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.arithmetic import exp

#: Fact of the receptors of a line, by its name in the table `in_vitro`.
RECEPTORS: Mapping[str, str] = {
    "SK-BR-3": "cell.receptors.sk_br_3",
    "KPL-4": "cell.receptors.kpl_4",
    "NCI-N87": "cell.receptors.nci_n87",
    "BT-474EEI": "cell.receptors.bt_474_eei",
    "MCF7/HER2": "cell.receptors.mcf7_her2",
    "normal": "cell.receptors.normal",
}
#: Fact of the volume of a line's cells; the others have the usual volume.
VOLUMES: Mapping[str, str] = {
    "SK-BR-3": "cell.volume.sk_br_3",
    "BT-474": "cell.volume.bt_474",
    "BT-474EEI": "cell.volume.bt_474",
    "MCF7/HER2": "cell.volume.mcf7_her2",
}
_GROUP = "dish"


def cell_lines() -> dict[str, float]:
    """HER2 receptors per cell of every line, from the facts and, for the others, flow cytometry (`her2_per_cell`)."""
    rows = evidence.table("her2_per_cell")
    counted = dict(zip(rows["cell_line"].to_list(), rows["her2_receptors_per_cell_flow"].to_list(), strict=True))
    return counted | {line: evidence.value(fact, "1") for line, fact in RECEPTORS.items()}


def cell_line(name: str) -> dict[str, float]:
    """Parameters of the dish that a line decides: `receptors` (per cell) and `cell_volume` (L).

    Raises EvidenceError for an unknown line, with the nearest name.
    """
    known = cell_lines()
    if name not in known:
        raise evidence.EvidenceError(
            f"no cell line is called '{name}'{evidence.nearest(name, known)} (known: {', '.join(known)})"
        )
    return {"receptors": known[name], "cell_volume": evidence.value(VOLUMES.get(name, "cell.volume"), "L")}


def _flows(v: Values) -> cell.Traffic:
    receptors = cell.receptor_concentration(v["receptors"], v["cell_volume"], v["avogadro"])
    return cell.traffic(v, _GROUP, receptors, v["medium_antibody"], v["medium_carried"], v["medium_payload"])


def _provides(v: Values) -> dict[str, Any]:
    free = cell.unbound(v, _GROUP)
    fraction = v["cell_volume_fraction"] * exp(v["grown"] - v["killed"])
    held = cell.payload_in(v, _GROUP)
    antibody = v["medium_antibody"] + fraction * cell.antibody_in(v, _GROUP)
    return {
        "unbound": free,
        "kill": cell.killing(v, free),
        "viability": exp(-v["killed"]),
        "cells_in_medium": fraction,
        "dish_antibody": antibody,
        "dish_payload": v["medium_carried"] + v["medium_payload"] + fraction * held,
    }


def _derivatives(v: Values) -> dict[str, Any]:
    flows, growth = _flows(v), math.log(2.0) / v["dish_doubling_time"]
    cells, kill = v["cells_in_medium"], v["kill"]
    lost = v["interstitial_release"] * v["medium_carried"]
    # Growth dilutes what a cell holds; in the medium it is the number of cells that grows.
    slopes = {name: slope - growth * v[name] for name, slope in flows.slopes.items()}
    return {
        **slopes,
        "medium_antibody": -cells * flows.antibody,
        "medium_carried": -lost - cells * flows.carried,
        "medium_payload": lost + cells * (flows.freed + flows.escaped),
        "grown": growth,
        "killed": kill,
        "dish_antibody_lost": cells * (flows.degraded + kill * cell.antibody_in(v, _GROUP)),
        "dish_payload_lost": cells * kill * cell.payload_in(v, _GROUP),
        "payload_exposure": v["unbound"],
    }


def _initial(v: Values) -> dict[str, Any]:
    antibody = v["antibody_start"]
    load = 0.0 * v["dar_share_0"]
    for n in range(1, 9):
        load = load + float(n) * v[f"dar_share_{n}"]
    names = (
        *(state.name for state in cell.states(_GROUP, "")), "medium_payload", "dish_antibody_lost", "dish_payload_lost"
    )
    return {
        **{name: 0.0 * antibody for name in names},
        "medium_antibody": antibody,
        "medium_carried": load * antibody,
        "grown": 0.0 * v["dar_share_0"],
        "killed": 0.0 * v["dar_share_0"],
        "payload_exposure": 0.0 * antibody * v["dish_doubling_time"],
    }


def dish(drug: Drug) -> Part:
    """Cells in medium with a drug. Parameters are those of SK-BR-3; `cell_line` gives others.

    `antibody_start` (nM) is the concentration that the medium is made up to, naked antibody included.
    """
    shares = tuple(
        Parameter(f"dar_share_{n}", "1", f"share of the antibody given with load {n}", drug.roles[f"dar_share_{n}"])
        for n in range(9)
    )
    return Part(
        name="dish",
        source="tdm1",
        states=(
            State("medium_antibody", "nM", "antibody in the medium", 1e-3),
            State("medium_carried", "nM", "payload on antibody in the medium", 1e-3),
            State("medium_payload", "nM", "free payload in the medium", 1e-3),
            *cell.states(_GROUP, "the cells"),
            State("grown", "1", "growth since day 0, logarithm of the multiple", 1.0),
            State("killed", "1", "killing since day 0, logarithm of the multiple", 1.0),
            State("dish_antibody_lost", "nM", "antibody degraded or lost with cells, per volume of medium", 1e-3),
            State("dish_payload_lost", "nM", "payload lost with cells, per volume of medium", 1e-3),
            State("payload_exposure", "nM*day", "unbound payload in the cells, area since day 0", 0.1),
        ),
        parameters=(
            Parameter("antibody_start", "nM", "antibody that the medium is made up to", "dish.antibody_start"),
            *shares,
            Parameter("receptors", "1", "HER2 on a cell", RECEPTORS["SK-BR-3"]),
            Parameter("cell_volume", "L", "volume of a cell", VOLUMES["SK-BR-3"]),
            Parameter("avogadro", "1/nmol", "molecules in one nanomole", "physics.avogadro"),
            *cell.parameters(drug),
            Parameter("dish_doubling_time", "day", "doubling time without treatment", "dish.doubling_time"),
            Parameter("cell_volume_fraction", "1", "cells over medium at the start", "dish.cell_volume_fraction"),
        ),
        inputs=(),
        needs=(),
        quantities=(
            Quantity("unbound", "nM", "unbound payload in the cells"),
            Quantity("kill", "1/day", "killing rate"),
            Quantity("viability", "1", "living cells over untreated living cells"),
            Quantity("cells_in_medium", "1", "volume of living cells over that of the medium"),
            Quantity("dish_antibody", "nM", "antibody in the dish, per volume of medium"),
            Quantity("dish_payload", "nM", "payload in the dish in any form, per volume of medium"),
        ),
        provides=_provides,
        derivatives=_derivatives,
        initial=_initial,
    )
