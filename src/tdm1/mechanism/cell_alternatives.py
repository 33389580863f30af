"""Other papers' numbers for the cell, where published parameters conflict: which fact each would replace.

    with evidence.what_if(alternative("scheuher")):
        …

The defaults and the reasons for them stand in docs/conflicts.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from tdm1 import evidence
from tdm1.evidence.units import factor

_INSIDE, _DEGRADED, _EFFLUX = (f"tumour.{step}_half_life" for step in ("internalisation", "degradation", "efflux"))
_ENTRY = "cell.lys_mcc_dm1.entry_rate"

#: For each alternative, the fact in force and the fact of the other paper.
ALTERNATIVES: Mapping[str, Mapping[str, str]] = {
    "scheuher": {
        _INSIDE: "cell.scheuher.internalisation_half_life",
        "cell.recycling_rate": "cell.scheuher.recycling_rate",
        _DEGRADED: "cell.scheuher.degradation_half_life",
        _EFFLUX: "cell.scheuher.efflux_half_life",
        _ENTRY: "cell.scheuher.entry_rate",
    },
    "scheuher_killing": {
        f"cell.{drug}.{name}": f"cell.scheuher.{drug}.{name}"
        for drug in ("t_dm1", "t_dxd") for name in ("kill_rate", "kill_half_concentration", "kill_hill")
    },
    "singh": {
        _INSIDE: "cell.singh.internalisation_half_life",
        _DEGRADED: "cell.singh.degradation_half_life",
        _EFFLUX: "cell.singh.efflux_half_life",
        _ENTRY: "cell.singh.entry_rate",
        "cell.linker_loss": "cell.singh.linker_loss",
    },
    "singh_tubulin": {"tumour.tubulin_dissociation_constant": "cell.singh.tubulin_dissociation_constant"},
    "singh_volume": {"cell.volume": "cell.singh.volume"},
    "zhou": {
        "tumour.her2_association": "cell.zhou.her2_association",
        "tumour.her2_dissociation": "cell.zhou.her2_dissociation",
        _INSIDE: "cell.zhou.internalisation_half_life",
        _DEGRADED: "cell.zhou.degradation_half_life",
        _EFFLUX: "cell.zhou.efflux_half_life",
    },
}


def alternative(name: str) -> dict[str, float]:
    """The facts that an alternative replaces, with its values in their own units, for `evidence.what_if`.

    Raises EvidenceError for an unknown name, with the nearest one.
    """
    if name not in ALTERNATIVES:
        raise evidence.EvidenceError(
            f"there is no alternative '{name}'{evidence.nearest(name, ALTERNATIVES)} (known: {', '.join(ALTERNATIVES)})"
        )
    found: dict[str, float] = {}
    for fact, other in ALTERNATIVES[name].items():
        theirs = evidence.fact(other)
        found[fact] = theirs.value * factor(theirs.unit, evidence.fact(fact).unit)
    return found
