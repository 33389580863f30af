"""Released DM1 in plasma: two compartments after Singh 2017, fed by all payload that leaves antibody.

Clearance is the apparent one that the measured DM1 supports (models file 2.3). A small share of the
DM1 in the vial is free, which gives the peak of the first hours.
"""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.plasma import NMOL_PER_MG_AT_1_G_PER_MOL, UG_PER_ML_PER_NM_AT_1_G_PER_MOL

_NG_PER_UG = 1e3


def _provides(v: Values) -> dict[str, Any]:
    nm = v["dm1_central"] / v["dm1_central_volume"]
    conjugate_dose = v["infusion"] * NMOL_PER_MG_AT_1_G_PER_MOL / v["molar_mass"]
    # The free share is of all DM1 given; the conjugated rest is the dose times the drug-antibody ratio.
    free = conjugate_dose * v["drug_antibody_ratio"] * v["dm1_free_share"] / (1.0 - v["dm1_free_share"])
    # The tumour's uptake is part of the conjugate's clearance; its payload comes later, from the tumour.
    conjugate_lost = v["deconjugation"] + v["conjugate_proteolysis"] - v["tumour_uptake"]
    return {
        "dm1": nm * v["dm1_molar_mass"] * UG_PER_ML_PER_NM_AT_1_G_PER_MOL * _NG_PER_UG,
        "free_dm1_dose": free,
        "dm1_formation": v["drug_antibody_ratio"] * conjugate_lost + v["tumour_payload_loss"],
        "dm1_elimination": v["dm1_clearance"] * nm,
    }


def _derivatives(v: Values) -> dict[str, Any]:
    exchange = v["dm1_distribution_clearance"] * (
        v["dm1_central"] / v["dm1_central_volume"] - v["dm1_peripheral"] / v["dm1_peripheral_volume"]
    )
    return {
        "dm1_central": v["free_dm1_dose"] + v["dm1_formation"] - v["dm1_elimination"] - exchange,
        "dm1_peripheral": exchange,
    }


def _initial(v: Values) -> dict[str, Any]:
    none = 0.0 * v["dm1_central_volume"]
    return {"dm1_central": none, "dm1_peripheral": none}


PAYLOAD = Part(
    name="payload",
    source="singh2017clin",
    states=(
        # Fed by clearance less the tumour's uptake, which at some doses is more than proteolysis removes.
        State("dm1_central", "nmol", "DM1 in plasma", 0.01, signed=True),
        State("dm1_peripheral", "nmol", "DM1 in tissue", 0.01, signed=True),
    ),
    parameters=(
        Parameter("drug_antibody_ratio", "1", "DM1 on one antibody", "plasma.drug_antibody_ratio"),
        Parameter("molar_mass", "g/mol", "molar mass of the antibody", "plasma.molar_mass"),
        Parameter("dm1_molar_mass", "g/mol", "molar mass of DM1", "dm1.molar_mass"),
        Parameter("dm1_free_share", "1", "free DM1 in the vial", "dm1.free_share"),
        Parameter("dm1_clearance", "L/day", "apparent clearance of DM1", "dm1.clearance"),
        Parameter("dm1_central_volume", "L", "central volume of DM1", "dm1.central_volume"),
        Parameter("dm1_distribution_clearance", "L/day", "distribution clearance of DM1", "dm1.distribution_clearance"),
        Parameter("dm1_peripheral_volume", "L", "peripheral volume of DM1", "dm1.peripheral_volume"),
    ),
    inputs=(),
    needs=("deconjugation", "conjugate_proteolysis", "tumour_uptake", "tumour_payload_loss"),
    quantities=(
        Quantity("dm1", "ng/mL", "DM1 concentration in plasma"),
        Quantity("free_dm1_dose", "nmol/day", "free DM1 infused"),
        Quantity("dm1_formation", "nmol/day", "payload that leaves antibody"),
        Quantity("dm1_elimination", "nmol/day", "DM1 eliminated"),
    ),
    provides=_provides,
    derivatives=_derivatives,
    initial=_initial,
)
