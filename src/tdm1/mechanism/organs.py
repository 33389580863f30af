"""Healthy tissue that takes up antibody without HER2: the liver, and megakaryocytes by fluid-phase pinocytosis.

Both take part of what plasma loses by proteolysis (nothing is added to it). Inside, antibody is degraded, its payload
becomes free, stays for a while and returns to plasma. Each organ carries antibody, payload on it, and free payload,
as three linear steps. Sources: liver's share ADC-archives; processing as in the drug's card; see docs/drugs.md.
"""

from __future__ import annotations

import math
from typing import Any

from tdm1.evidence.drugs import Drug
from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values

_ORGANS = ("liver", "megakaryocyte")


def _uptake(v: Values) -> dict[str, tuple[Any, Any]]:
    """Antibody and payload on it (nmol/day) that each organ takes from plasma."""
    drunk = v["megakaryocyte_pinocytosis"] * _megakaryocytes(v)
    return {
        "liver": (v["liver_share"] * v["antibody_proteolysis"], v["liver_share"] * v["payload_proteolysis"]),
        "megakaryocyte": (drunk * v["antibody_nm"], drunk * v["payload_on_antibody_nm"]),
    }


def _megakaryocytes(v: Values) -> Any:
    """Volume of all megakaryocytes (L)."""
    return v["megakaryocyte_number"] * v["body_weight"] * v["megakaryocyte_size"]


def _provides(v: Values) -> dict[str, Any]:
    taken = _uptake(v)
    degrade = math.log(2.0) / v["organ_degradation_half_life"]
    escape = math.log(2.0) / v["organ_escape_half_life"]
    liver, cells = v["liver_volume"] * v["body_weight"], _megakaryocytes(v)
    return {
        "organ_antibody_uptake": taken["liver"][0] + taken["megakaryocyte"][0],
        "organ_payload_uptake": taken["liver"][1] + taken["megakaryocyte"][1],
        "organ_antibody_loss": degrade * (v["liver_antibody"] + v["megakaryocyte_antibody"]),
        "organ_payload_loss": escape * (v["liver_free_payload"] + v["megakaryocyte_free_payload"]),
        "organ_antibody": v["liver_antibody"] + v["megakaryocyte_antibody"],
        "organ_payload": v["liver_load"] + v["liver_free_payload"]
        + v["megakaryocyte_load"] + v["megakaryocyte_free_payload"],
        "liver_conjugate": v["liver_load"] / liver,
        "liver_payload": v["liver_free_payload"] / liver,
        "megakaryocyte_payload": v["megakaryocyte_free_payload"] / cells,
    }


def _derivatives(v: Values) -> dict[str, Any]:
    taken = _uptake(v)
    degrade = math.log(2.0) / v["organ_degradation_half_life"]
    escape = math.log(2.0) / v["organ_escape_half_life"]
    slopes: dict[str, Any] = {}
    for organ in _ORGANS:
        antibody, load = taken[organ]
        slopes[f"{organ}_antibody"] = antibody - degrade * v[f"{organ}_antibody"]
        slopes[f"{organ}_load"] = load - degrade * v[f"{organ}_load"]
        slopes[f"{organ}_free_payload"] = degrade * v[f"{organ}_load"] - escape * v[f"{organ}_free_payload"]
    slopes["liver_payload_auc"] = v["liver_payload"]
    slopes["megakaryocyte_payload_auc"] = v["megakaryocyte_payload"]
    return slopes


def _initial(v: Values) -> dict[str, Any]:
    none = 0.0 * v["body_weight"]
    return {state.name: none for state in _states()}


def _states() -> tuple[State, ...]:
    scale = {"liver": 1e-2, "megakaryocyte": 1e-5}
    found: list[State] = []
    for organ in _ORGANS:
        where = "the liver" if organ == "liver" else "megakaryocytes"
        found.append(State(f"{organ}_antibody", "nmol", f"antibody in {where}, not yet degraded", scale[organ]))
        found.append(State(f"{organ}_load", "nmol", f"payload on antibody in {where}", scale[organ]))
        found.append(State(f"{organ}_free_payload", "nmol", f"free payload in {where}", scale[organ]))
    for organ in _ORGANS:
        where = "the liver" if organ == "liver" else "megakaryocytes"
        found.append(State(f"{organ}_payload_auc", "nM*day", f"area under the free payload in {where}", 1.0))
    return tuple(found)


def organs(drug: Drug) -> Part:
    """Liver and megakaryocytes under one drug; needs the plasma quantities of `by_dar.plasma_by_dar`."""
    role = drug.roles
    return Part(
        name="organs",
        source="adc_archives",
        states=_states(),
        parameters=(
            Parameter("liver_share", "1", "share of proteolysis in the liver", "organs.liver_share"),
            Parameter("liver_volume", "L/kg", "volume of the liver per kg", "organs.liver_volume"),
            Parameter("megakaryocyte_number", "1/kg", "megakaryocytes per kg", "organs.megakaryocyte_number"),
            Parameter("megakaryocyte_size", "L", "volume of one megakaryocyte", "organs.megakaryocyte_size"),
            Parameter("megakaryocyte_pinocytosis", "1/day", "volumes drunk a day", "organs.megakaryocyte_pinocytosis"),
            Parameter("body_weight", "kg", "body weight", "dm1.weight_reference"),
            Parameter(
                "organ_degradation_half_life", "day", "degradation in healthy cells", role["degradation_half_life"]
            ),
            Parameter(
                "organ_escape_half_life", "day", "escape of payload from them", role["payload_escape_half_life"]
            ),
        ),
        inputs=(),
        needs=("antibody_proteolysis", "payload_proteolysis", "antibody_nm", "payload_on_antibody_nm"),
        quantities=(
            Quantity("organ_antibody_uptake", "nmol/day", "antibody that healthy tissue takes from plasma"),
            Quantity("organ_payload_uptake", "nmol/day", "payload on that antibody"),
            Quantity("organ_antibody_loss", "nmol/day", "antibody degraded in healthy tissue"),
            Quantity("organ_payload_loss", "nmol/day", "free payload that healthy tissue returns to plasma"),
            Quantity("organ_antibody", "nmol", "antibody in healthy tissue"),
            Quantity("organ_payload", "nmol", "payload in healthy tissue, on antibody and free"),
            Quantity("liver_conjugate", "nM", "payload on antibody in the liver, by its volume"),
            Quantity("liver_payload", "nM", "free payload in the liver, by its volume"),
            Quantity("megakaryocyte_payload", "nM", "free payload in megakaryocytes"),
        ),
        provides=_provides,
        derivatives=_derivatives,
        initial=_initial,
    )
