"""Plasma: T-DM1 conjugate (Lu 2014), naked antibody by the derived human split, and their balance.

Two compartments for each. Deconjugation turns conjugate into naked antibody; proteolysis removes
both alike. Trastuzumab given as such is naked antibody from the start; one molar mass serves both forms, so that
a milligram given is a milligram measured. What the tumour takes up is a share of the clearance that Lu 2014
estimated, not an addition to it, so the published conjugate kinetics are unchanged and mass is still conserved.
"""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.arithmetic import exp, power

#: nmol in one mg of a substance of 1 g/mol.
NMOL_PER_MG_AT_1_G_PER_MOL = 1e6
#: ug/mL of a solution of 1 nM at 1 g/mol.
UG_PER_ML_PER_NM_AT_1_G_PER_MOL = 1e-6


def covariate_clearance(
    clearance: Any,
    *,
    weight_ratio: Any,
    ecd_ratio: Any,
    albumin_ratio: Any,
    tumour_ratio: Any,
    ast_ratio: Any,
    baseline_trastuzumab_ug_per_ml: Any,
    weight_exponent: Any,
    ecd_exponent: Any,
    albumin_exponent: Any,
    tumour_exponent: Any,
    ast_exponent: Any,
    baseline_trastuzumab_coefficient: Any,
) -> Any:
    """Clearance (L/day) of a patient from the reference clearance. Ratios are to the reference patient.

    Source: Lu 2014, Eq 5.
    """
    return (
        clearance
        * power(weight_ratio, weight_exponent)
        * power(ecd_ratio, ecd_exponent)
        * power(albumin_ratio, albumin_exponent)
        * power(tumour_ratio, tumour_exponent)
        * power(ast_ratio, ast_exponent)
        * exp(baseline_trastuzumab_coefficient * baseline_trastuzumab_ug_per_ml)
    )


def _provides(v: Values) -> dict[str, Any]:
    conjugate_nm = v["conjugate_central"] / v["central_volume"]
    naked_nm = v["naked_central"] / v["central_volume"]
    to_ug_per_ml = v["molar_mass"] * UG_PER_ML_PER_NM_AT_1_G_PER_MOL
    return {
        "conjugate_nm": conjugate_nm,
        "conjugate": conjugate_nm * to_ug_per_ml,
        "total_antibody": (conjugate_nm + naked_nm) * to_ug_per_ml,
        "deconjugation": (v["clearance"] - v["proteolytic_clearance"]) * conjugate_nm,
        "conjugate_proteolysis": v["proteolytic_clearance"] * conjugate_nm,
        "naked_proteolysis": v["proteolytic_clearance"] * naked_nm,
    }


def _derivatives(v: Values) -> dict[str, Any]:
    nmol_per_mg = NMOL_PER_MG_AT_1_G_PER_MOL / v["molar_mass"]
    dose, naked_dose = v["infusion"] * nmol_per_mg, v["trastuzumab_infusion"] * nmol_per_mg
    out = v["intercompartmental_clearance"] / v["central_volume"]
    back = v["intercompartmental_clearance"] / v["peripheral_volume"]
    conjugate_exchange = out * v["conjugate_central"] - back * v["conjugate_peripheral"]
    naked_exchange = out * v["naked_central"] - back * v["naked_peripheral"]
    return {
        "conjugate_central": dose - v["deconjugation"] - v["conjugate_proteolysis"] - conjugate_exchange,
        "conjugate_peripheral": conjugate_exchange,
        "naked_central": naked_dose + v["deconjugation"] - v["naked_proteolysis"] - naked_exchange,
        "naked_peripheral": naked_exchange,
        "conjugate_auc": v["conjugate"],
    }


def _initial(v: Values) -> dict[str, Any]:
    start_nm = v["baseline_trastuzumab"] / (v["molar_mass"] * UG_PER_ML_PER_NM_AT_1_G_PER_MOL)
    return {
        "conjugate_central": 0.0 * start_nm,
        "conjugate_peripheral": 0.0 * start_nm,
        "naked_central": start_nm * v["central_volume"],
        # Trastuzumab left from weeks ago has had time to distribute.
        "naked_peripheral": start_nm * v["peripheral_volume"],
        "conjugate_auc": 0.0 * start_nm,
    }


PLASMA = Part(
    name="plasma",
    source="lu2014",
    states=(
        State("conjugate_central", "nmol", "conjugate in the central compartment", 1.0),
        State("conjugate_peripheral", "nmol", "conjugate in the peripheral compartment", 1.0),
        State("naked_central", "nmol", "antibody without payload in the central compartment", 1.0),
        State("naked_peripheral", "nmol", "antibody without payload in the peripheral compartment", 1.0),
        State("conjugate_auc", "ug*day/mL", "area under the conjugate concentration since day 0", 1.0),
    ),
    parameters=(
        Parameter("clearance", "L/day", "clearance of the conjugate", "plasma.clearance"),
        Parameter(
            "proteolytic_clearance", "L/day", "clearance of antibody by proteolysis", "plasma.proteolytic_clearance"
        ),
        Parameter("central_volume", "L", "central volume", "plasma.central_volume"),
        Parameter(
            "intercompartmental_clearance",
            "L/day",
            "inter-compartmental clearance",
            "plasma.intercompartmental_clearance",
        ),
        Parameter("peripheral_volume", "L", "peripheral volume", "plasma.peripheral_volume"),
        Parameter("molar_mass", "g/mol", "molar mass of the antibody", "plasma.molar_mass"),
        Parameter(
            "baseline_trastuzumab",
            "ug/mL",
            "trastuzumab left from earlier treatment",
            "population.baseline_trastuzumab",
        ),
    ),
    inputs=(
        Quantity("infusion", "mg/day", "rate of the T-DM1 infusion"),
        Quantity("trastuzumab_infusion", "mg/day", "rate of the trastuzumab infusion"),
    ),
    needs=(),
    quantities=(
        Quantity("conjugate_nm", "nM", "conjugate concentration in plasma, molar"),
        Quantity("conjugate", "ug/mL", "conjugate concentration in plasma"),
        Quantity("total_antibody", "ug/mL", "antibody with or without payload in plasma"),
        Quantity("deconjugation", "nmol/day", "conjugate that loses its payload"),
        Quantity("conjugate_proteolysis", "nmol/day", "conjugate removed by proteolysis, the tumour's uptake included"),
        Quantity("naked_proteolysis", "nmol/day", "naked antibody removed by proteolysis"),
    ),
    provides=_provides,
    derivatives=_derivatives,
    initial=_initial,
)
