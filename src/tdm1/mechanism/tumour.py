"""Tumour: exchange with plasma, HER2 binding, internalisation, lysosomal release, killing, growth.

One representative lesion stands for the patient's `lesions` like ones. Drug is followed per volume of
living tumour: growth dilutes it, and a dying cell takes its share with it. Sensitive and resistant
cells bind alike, but resistant ones free little payload. Sources: exchange and growth Shah 2012 (its
Table 2); binding Singh 2017; processing Maass 2016; tubulin Scheuher 2023. See docs/conflicts.md.
"""

from __future__ import annotations

import math
from typing import Any

from tdm1 import evidence
from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.arithmetic import power

_LITRE_PER_CM3 = 1e-3
#: Sharpness of the change from exponential to linear growth: an integer, part of the structure.
_SWITCH = int(evidence.value("tumour.growth_switch", "1"))


def unbound_payload(total: Any, tubulin: Any, constant: Any) -> Any:
    """Payload not bound to tubulin (nM) at equilibrium, from its total, the tubulin and their KD (nM)."""
    excess = total - tubulin - constant
    return 0.5 * (excess + power(excess * excess + 4.0 * constant * total, 0.5))


def lesion_volume_cm3(diameter_mm: Any) -> Any:
    """Volume of a sphere of that diameter."""
    return math.pi / 6.0 * (diameter_mm / 10.0) ** 3


def lesion_diameter_mm(volume_cm3: Any) -> Any:
    """Diameter of a sphere of that volume; zero for none."""
    return 10.0 * (volume_cm3 * 6.0 / math.pi) ** (1.0 / 3.0)


def _payload(v: Values) -> dict[str, Any]:
    """Unbound payload in both kinds of cell, and the killing it does."""
    found: dict[str, Any] = {}
    for clone in ("sensitive", "resistant"):
        free = unbound_payload(v[f"payload_{clone}"], v["tubulin"], v["tubulin_dissociation_constant"])
        found[f"unbound_{clone}"] = free
        found[f"kill_{clone}"] = v["kill_rate"] * free / (v["kill_half_concentration"] + free)
    return found


def _balance(v: Values, living: Any, uptake: Any) -> dict[str, Any]:
    """Drug that enters, leaves and sits in all lesions together (nmol and nmol/day)."""
    found = _payload(v)
    litres = v["lesions"] * _LITRE_PER_CM3
    conjugate = v["conjugate_interstitial"] + v["conjugate_bound"] + v["conjugate_lysosomal"]
    sensitive, resistant = v["sensitive_volume"], v["resistant_volume"]
    killed = found["kill_sensitive"] * sensitive + found["kill_resistant"] * resistant
    degraded = math.log(2.0) / v["degradation_half_life"] * v["conjugate_lysosomal"]
    efflux = math.log(2.0) / v["efflux_half_life"]
    left_with_cells = (
        found["kill_sensitive"] * sensitive * v["payload_sensitive"]
        + found["kill_resistant"] * resistant * v["payload_resistant"]
    )
    left_living_cells = efflux * (found["unbound_sensitive"] * sensitive + found["unbound_resistant"] * resistant)
    unreleased = v["drug_antibody_ratio"] * degraded * (1.0 - v["resistant_release"]) * resistant
    return {
        "killed": killed,
        "tumour_uptake": litres * uptake * living,
        "tumour_antibody_loss": litres * (degraded * living + conjugate * killed),
        "tumour_payload_loss": litres
        * (left_with_cells + left_living_cells + unreleased + v["drug_antibody_ratio"] * conjugate * killed),
        "tumour_conjugate": litres * conjugate * living,
        "tumour_payload": litres * (v["payload_sensitive"] * sensitive + v["payload_resistant"] * resistant),
    }


def _provides(v: Values) -> dict[str, Any]:
    living = v["sensitive_volume"] + v["resistant_volume"]
    volume = living + v["dying_1"] + v["dying_2"] + v["dying_3"]
    exponential = math.log(2.0) / v["doubling_time"]
    switch = power(1.0 + (exponential * volume / v["linear_growth"]) ** _SWITCH, -1.0 / _SWITCH)
    growth = exponential * switch * (1.0 - volume / v["maximum_volume"])
    radius_squared = power(3.0 / (4.0 * math.pi) * (volume + v["smallest_volume"]), 2.0 / 3.0)
    vascular = 2.0 * v["permeability"] * v["capillary_radius"] / (v["krogh_radius"] * v["krogh_radius"])
    surface = 6.0 * v["diffusivity"] / radius_squared
    uptake = (vascular + surface) * v["void_fraction"] * (v["conjugate_nm"] - v["conjugate_interstitial"])
    return {
        "lesion_volume": volume,
        "living_volume": living,
        "growth": growth,
        "uptake": uptake,
        **_payload(v),
        **_balance(v, living, uptake),
    }


def _derivatives(v: Values) -> dict[str, Any]:
    ln2 = math.log(2.0)
    binding = (
        v["her2_association"] * v["conjugate_interstitial"] * (v["her2_concentration"] - v["conjugate_bound"])
        - v["her2_dissociation"] * v["conjugate_bound"]
    )
    internalised = ln2 / v["internalisation_half_life"] * v["conjugate_bound"]
    degraded = ln2 / v["degradation_half_life"] * v["conjugate_lysosomal"]
    efflux = ln2 / v["efflux_half_life"]
    released = v["drug_antibody_ratio"] * degraded
    growth = v["growth"]
    return {
        "conjugate_interstitial": v["uptake"] - binding - growth * v["conjugate_interstitial"],
        "conjugate_bound": binding - internalised - growth * v["conjugate_bound"],
        "conjugate_lysosomal": internalised - degraded - growth * v["conjugate_lysosomal"],
        "payload_sensitive": released - efflux * v["unbound_sensitive"] - growth * v["payload_sensitive"],
        "payload_resistant": v["resistant_release"] * released
        - efflux * v["unbound_resistant"]
        - growth * v["payload_resistant"],
        "sensitive_volume": (growth - v["kill_sensitive"]) * v["sensitive_volume"],
        "resistant_volume": (growth - v["kill_resistant"]) * v["resistant_volume"],
        "dying_1": v["killed"] - v["dying_1"] / v["dying_time"],
        "dying_2": (v["dying_1"] - v["dying_2"]) / v["dying_time"],
        "dying_3": (v["dying_2"] - v["dying_3"]) / v["dying_time"],
    }


def _initial(v: Values) -> dict[str, Any]:
    volume = v["lesion_volume_start"]
    none = 0.0 * volume
    return {
        "conjugate_interstitial": none,
        "conjugate_bound": none,
        "conjugate_lysosomal": none,
        "payload_sensitive": none,
        "payload_resistant": none,
        "sensitive_volume": volume * (1.0 - v["resistant_share"]),
        "resistant_volume": volume * v["resistant_share"],
        "dying_1": none,
        "dying_2": none,
        "dying_3": none,
    }


TUMOUR = Part(
    name="tumour",
    source="shah2012",
    states=(
        State("conjugate_interstitial", "nM", "conjugate in the space between the cells, per living volume", 1e-3),
        State("conjugate_bound", "nM", "conjugate bound to HER2 on the surface", 0.1),
        State("conjugate_lysosomal", "nM", "conjugate inside the cells, not yet degraded", 0.1),
        State("payload_sensitive", "nM", "payload in sensitive cells, free and on tubulin", 0.1),
        State("payload_resistant", "nM", "payload in resistant cells, free and on tubulin", 0.1),
        State("sensitive_volume", "cm**3", "sensitive cells of one lesion", 1e-3),
        State("resistant_volume", "cm**3", "resistant cells of one lesion", 1e-3),
        State("dying_1", "cm**3", "dying cells, first stage", 1e-3),
        State("dying_2", "cm**3", "dying cells, second stage", 1e-3),
        State("dying_3", "cm**3", "dying cells, third stage", 1e-3),
    ),
    parameters=(
        Parameter("lesions", "1", "number of lesions like the one described", "population.target_lesions"),
        Parameter("lesion_volume_start", "cm**3", "volume of the lesion at day 0", "population.sum_of_diameters"),
        Parameter("capillary_radius", "um", "capillary radius", "tumour.capillary_radius"),
        Parameter("krogh_radius", "um", "half the distance between capillaries", "tumour.krogh_radius"),
        Parameter("permeability", "um/day", "permeability to the conjugate", "tumour.conjugate_permeability"),
        Parameter("diffusivity", "cm**2/day", "diffusivity of the conjugate", "tumour.conjugate_diffusivity"),
        Parameter("void_fraction", "1", "share of the volume open to the conjugate", "tumour.conjugate_void_fraction"),
        Parameter("smallest_volume", "cm**3", "floor of the volume for surface exchange", "tumour.smallest_volume"),
        Parameter("her2_association", "1/nM/day", "association with HER2", "tumour.her2_association"),
        Parameter("her2_dissociation", "1/day", "dissociation from HER2", "tumour.her2_dissociation"),
        Parameter("her2_concentration", "nM", "HER2 on the cells", "tumour.her2_concentration"),
        Parameter("internalisation_half_life", "day", "internalisation", "tumour.internalisation_half_life"),
        Parameter("degradation_half_life", "day", "lysosomal degradation", "tumour.degradation_half_life"),
        Parameter("efflux_half_life", "day", "efflux of payload", "tumour.efflux_half_life"),
        Parameter("drug_antibody_ratio", "1", "DM1 on one antibody", "plasma.drug_antibody_ratio"),
        Parameter("tubulin", "nM", "tubulin", "tumour.tubulin"),
        Parameter(
            "tubulin_dissociation_constant", "nM", "KD of DM1 and tubulin", "tumour.tubulin_dissociation_constant"
        ),
        Parameter("kill_rate", "1/day", "largest killing rate", "tumour.kill_rate"),
        Parameter("kill_half_concentration", "nM", "unbound payload at half of it", "tumour.kill_half_concentration"),
        Parameter("resistant_release", "1", "payload freed by resistant cells, relative", "tumour.resistant_release"),
        Parameter("resistant_share", "1", "resistant cells at day 0", "tumour.resistant_share"),
        Parameter("doubling_time", "day", "doubling time", "tumour.doubling_time"),
        Parameter("linear_growth", "cm**3/day", "linear growth", "tumour.linear_growth"),
        Parameter("maximum_volume", "cm**3", "largest lesion", "tumour.maximum_volume"),
        Parameter("dying_time", "day", "time in each stage of dying", "tumour.dying_time"),
    ),
    inputs=(),
    needs=("conjugate_nm",),
    quantities=(
        Quantity("lesion_volume", "cm**3", "volume of one lesion, dying cells included"),
        Quantity("living_volume", "cm**3", "living cells of one lesion"),
        Quantity("growth", "1/day", "growth rate of living cells"),
        Quantity("uptake", "nM/day", "net exchange with plasma per living volume"),
        Quantity("unbound_sensitive", "nM", "unbound payload in sensitive cells"),
        Quantity("kill_sensitive", "1/day", "killing of sensitive cells"),
        Quantity("unbound_resistant", "nM", "unbound payload in resistant cells"),
        Quantity("kill_resistant", "1/day", "killing of resistant cells"),
        Quantity("killed", "cm**3/day", "living cells that start to die"),
        Quantity("tumour_uptake", "nmol/day", "conjugate that all lesions take from plasma"),
        Quantity("tumour_antibody_loss", "nmol/day", "antibody degraded in or lost with tumour cells"),
        Quantity("tumour_payload_loss", "nmol/day", "payload that leaves all lesions"),
        Quantity("tumour_conjugate", "nmol", "conjugate in all lesions"),
        Quantity("tumour_payload", "nmol", "free and tubulin-bound payload in all lesions"),
    ),
    provides=_provides,
    derivatives=_derivatives,
    initial=_initial,
)
