"""Released payload in plasma, for any drug: two compartments, fed by all payload that leaves antibody.

Payload comes from the linker's loss in plasma, from proteolysis, from HER2 outside the tumour, and back from tumour
and healthy tissue, whose uptake is part of the proteolysis and is taken off it first. Volumes are per kg of body
weight (Singh 2017); clearance is the drug's own, at a reference weight.
"""

from __future__ import annotations

from typing import Any

from tdm1.evidence.drugs import Drug
from tdm1.mechanism import plasma
from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values

_NEEDS = (
    "payload_released", "payload_proteolysis", "payload_target_uptake", "tumour_payload_uptake", "tumour_payload_loss",
    "organ_payload_uptake", "organ_payload_loss",
)


def _provides(highest: int) -> Any:
    def provides(v: Values) -> dict[str, Any]:
        nm = v["payload_central"] / (v["payload_central_volume"] * v["body_weight"])
        mean_load = sum((float(n) * v[f"dar_share_{n}"] for n in range(2, highest + 1)), 1.0 * v["dar_share_1"])
        given = v["infusion"] * plasma.NMOL_PER_MG_AT_1_G_PER_MOL / v["molar_mass"] * mean_load
        return {
            "payload_nm": nm,
            "payload": nm * v["payload_molar_mass"] * plasma.UG_PER_ML_PER_NM_AT_1_G_PER_MOL,
            # The free share is of all payload given; what is on antibody is the rest of it.
            "free_payload_dose": given * v["payload_free_share"] / (1.0 - v["payload_free_share"]),
            "payload_formation": v["payload_released"] + v["payload_proteolysis"] + v["payload_target_uptake"]
            - v["tumour_payload_uptake"] - v["organ_payload_uptake"]
            + v["tumour_payload_loss"] + v["organ_payload_loss"],
            "payload_elimination": v["payload_clearance"] * v["body_weight"] / v["payload_weight_reference"] * nm,
        }

    return provides


def _derivatives(v: Values) -> dict[str, Any]:
    there_nm = v["payload_peripheral"] / (v["payload_peripheral_volume"] * v["body_weight"])
    exchange = v["payload_distribution_clearance"] * v["body_weight"] * (v["payload_nm"] - there_nm)
    return {
        "payload_central": v["free_payload_dose"] + v["payload_formation"] - v["payload_elimination"] - exchange,
        "payload_peripheral": exchange,
    }


def _initial(v: Values) -> dict[str, Any]:
    none = 0.0 * v["body_weight"]
    return {"payload_central": none, "payload_peripheral": none}


def released(drug: Drug, highest: int = 8) -> Part:
    """Free payload of one drug in plasma. `highest` is the highest load that its plasma part follows."""
    role = drug.roles
    shares = (
        Parameter(f"dar_share_{n}", "1", f"share of the antibody given with load {n}", role[f"dar_share_{n}"])
        for n in range(1, highest + 1)
    )
    return Part(
        name="released",
        source="singh2017clin",
        states=(
            # As in payload.py: fed by clearance less what tumour and healthy tissue take up.
            State("payload_central", "nmol", "free payload in plasma", 0.01, signed=True),
            State("payload_peripheral", "nmol", "free payload in tissue", 0.01, signed=True),
        ),
        parameters=(
            *shares,
            Parameter("molar_mass", "g/mol", "molar mass of the antibody", role["molar_mass"]),
            Parameter("payload_molar_mass", "g/mol", "molar mass of free payload", role["payload_molar_mass"]),
            Parameter("payload_free_share", "1", "free payload in the vial", role["payload_free_share"]),
            Parameter("payload_clearance", "L/day", "clearance of free payload", role["payload_clearance"]),
            Parameter("payload_weight_reference", "kg", "weight at which it holds", "dm1.weight_reference"),
            Parameter(
                "payload_central_volume", "L/kg", "central volume of free payload", role["payload_central_volume"]
            ),
            Parameter(
                "payload_distribution_clearance", "L/day/kg", "distribution clearance of free payload",
                role["payload_distribution_clearance"],
            ),
            Parameter(
                "payload_peripheral_volume", "L/kg", "peripheral volume of free payload",
                role["payload_peripheral_volume"],
            ),
            Parameter("body_weight", "kg", "body weight", "dm1.weight_reference"),
        ),
        inputs=(),
        needs=_NEEDS,
        quantities=(
            Quantity("payload_nm", "nM", "free payload in plasma, molar"),
            Quantity("payload", "ug/mL", "free payload in plasma"),
            Quantity("free_payload_dose", "nmol/day", "free payload infused"),
            Quantity("payload_formation", "nmol/day", "payload that leaves antibody, tumour and healthy tissue"),
            Quantity("payload_elimination", "nmol/day", "free payload eliminated"),
        ),
        provides=_provides(highest),
        derivatives=_derivatives,
        initial=_initial,
    )
