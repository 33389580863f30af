"""From a person's covariates and random effects to the parameters of her equations.

Typical values come from the facts that each parameter of a model names; the published covariate
model (Lu 2014), body size and the between-patient variability are applied here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.evidence.units import factor
from tdm1.mechanism import Model
from tdm1.mechanism.plasma import covariate_clearance
from tdm1.mechanism.tumour import lesion_volume_cm3
from tdm1.population._laboratory import COVARIATES, laboratory, spread

Array = NDArray[np.float64]

#: Random effects of a patient, standard normal, in the order of the columns of `effects`.
EFFECTS = (
    "clearance",
    "central_volume",
    "intercompartmental_clearance",
    "peripheral_volume",
    "her2_concentration",
    "kill_half_concentration",
    "resistant_share",
    "doubling_time",
    "linear_growth",
    "platelet_slope",
    "alt_slope",
    "ast_slope",
    "platelet_drift",
    "kill_rate",
    # The place of an effect is part of the definition of a patient: new ones stand at the end.
    "neutrophil_slope",
    "haemoglobin_slope",
    "bilirubin_slope",
    "potassium_slope",
    "heart_sensitivity",
    "neutrophil_transit_time",
    "neutrophil_feedback",
)

#: Parameters of the equations that a covariate gives, with the covariate's name.
_FROM_COVARIATES = {
    "platelet_baseline": "platelets_1e9_per_l",
    "alt_baseline": "alt_u_per_l",
    "ast_baseline": "ast_u_per_l",
    "neutrophil_baseline": "neutrophils_1e9_per_l",
    "haemoglobin_baseline": "haemoglobin_g_per_dl",
    "bilirubin_baseline": "bilirubin_x_uln",
    "potassium_baseline": "potassium_mmol_per_l",
    "lvef_baseline": "lvef_pct",
    "baseline_trastuzumab": "baseline_trastuzumab_ug_per_ml",
    "lesions": "n_target_lesions",
}
_COMPUTED = {"lesion_volume_start"}


class ParameterError(evidence.EvidenceError):
    """A parameter name that no model has, or a value that cannot be."""


@dataclass(frozen=True, slots=True)
class Individuals:
    """Parameters of N patients for one model: `values` has shape (N, P), in the order of model.parameters."""

    model: Model
    values: Array

    def column(self, name: str) -> Array:
        """The values of one parameter over the patients, shape (N,)."""
        return self.values[:, self.model.parameters.index(name)]


def typical(model: Model, overrides: Mapping[str, float] | None = None) -> dict[str, float]:
    """Typical value of every parameter that does not come from a covariate, in the parameter's own unit.

    `overrides` replaces facts by name (`tumour.kill_rate`) in the fact's unit. Raises ParameterError,
    with the nearest name, for a fact that the model does not use.
    """
    overrides = dict(overrides or {})
    used = {parameter.fact for parameter in model.parameter_table}
    for name in overrides:
        if name not in used:
            raise ParameterError(f"model '{model.name}' has no parameter '{name}'{evidence.nearest(name, used)}")
    found: dict[str, float] = {}
    for parameter in model.parameter_table:
        if parameter.name in _FROM_COVARIATES or parameter.name in _COMPUTED:
            continue
        fact = evidence.fact(parameter.fact)
        unit = fact.unit.removesuffix("/kg") if parameter.name.startswith("dm1_") else fact.unit
        found[parameter.name] = overrides.get(parameter.fact, fact.value) * factor(unit, parameter.unit)
    return found


def _logit_shift(share: Array, shift: Array) -> Array:
    odds = share / (1.0 - share) * np.exp(shift)
    return odds / (1.0 + odds)


def _tumour_ratio(c: Mapping[str, Array], count: int) -> Array:
    """Sum of diameters over the reference patient's, shape (N,); 1 for who has no tumour to measure."""
    if "sum_of_diameters_mm" not in c:
        return np.ones(count)
    reference = evidence.value("plasma.covariate.tumour_reference", "cm")
    return np.where(np.isnan(c["sum_of_diameters_mm"]), 1.0, c["sum_of_diameters_mm"] / 10.0 / reference)


def _plasma(columns: dict[str, Array], c: Mapping[str, Array], z: Mapping[str, Array]) -> None:
    """Lu 2014: covariates, and correlated variability of clearance and central volume."""
    value = evidence.value
    sd_cl, sd_vc = spread("plasma.clearance"), spread("plasma.central_volume")
    slope = value("plasma.clearance_central_volume_covariance", "1") / sd_cl
    rest = np.sqrt(sd_vc**2 - slope**2)
    weight = c["weight_kg"] / value("plasma.covariate.weight_reference", "kg")
    reference = columns["clearance"]
    clearance = covariate_clearance(
        reference,
        weight_ratio=weight,
        ecd_ratio=c["her2_ecd_ng_per_ml"] / value("plasma.covariate.her2_ecd_reference", "ng/mL"),
        albumin_ratio=c["albumin_g_per_l"] / value("plasma.covariate.albumin_reference", "g/L"),
        tumour_ratio=_tumour_ratio(c, len(reference)),
        ast_ratio=c["ast_u_per_l"] / value("plasma.covariate.ast_reference", "U/L"),
        baseline_trastuzumab_ug_per_ml=c["baseline_trastuzumab_ug_per_ml"],
        weight_exponent=value("plasma.covariate.weight_on_clearance", "1"),
        ecd_exponent=value("plasma.covariate.her2_ecd_on_clearance", "1"),
        albumin_exponent=value("plasma.covariate.albumin_on_clearance", "1"),
        tumour_exponent=value("plasma.covariate.tumour_on_clearance", "1"),
        ast_exponent=value("plasma.covariate.ast_on_clearance", "1"),
        baseline_trastuzumab_coefficient=value("plasma.covariate.baseline_trastuzumab_on_clearance", "mL/ug"),
    ) * np.exp(sd_cl * z["clearance"])
    columns["proteolytic_clearance"] = columns["proteolytic_clearance"] * clearance / reference
    columns["clearance"] = clearance
    columns["central_volume"] = (
        columns["central_volume"]
        * weight ** value("plasma.covariate.weight_on_central_volume", "1")
        * np.exp(slope * z["clearance"] + rest * z["central_volume"])
    )
    bound = value("plasma.distribution_truncation_sd", "1")
    for name in ("intercompartmental_clearance", "peripheral_volume"):
        # The far tails are folded back smoothly: the effect is squeezed into +-bound.
        squeezed = bound * np.tanh(z[name] / bound)
        columns[name] = columns[name] * np.exp(spread(f"plasma.{name}") * squeezed)


def _released_dm1(columns: dict[str, Array], c: Mapping[str, Array]) -> None:
    """DM1 kinetics scale with body weight (Singh 2017 gives them per kg)."""
    weight = c["weight_kg"]
    columns["dm1_clearance"] = columns["dm1_clearance"] * weight / evidence.value("dm1.weight_reference", "kg")
    for name in ("dm1_central_volume", "dm1_distribution_clearance", "dm1_peripheral_volume"):
        columns[name] = columns[name] * weight


def _tumour(columns: dict[str, Array], c: Mapping[str, Array], z: Mapping[str, Array]) -> None:
    for name in ("her2_concentration", "kill_half_concentration", "kill_rate", "doubling_time", "linear_growth"):
        columns[name] = columns[name] * np.exp(spread(f"tumour.{name}") * z[name])
    # The effect is known up to the largest group of the trial it comes from, and is not extrapolated.
    lines = np.minimum(c["prior_lines"], evidence.value("tumour.lines_highest", "1"))
    lines = lines - evidence.value("tumour.lines_reference", "1")
    columns["kill_half_concentration"] *= np.exp(evidence.value("tumour.lines_on_half_concentration", "1") * lines)
    columns["kill_half_concentration"] *= np.exp(
        evidence.value("tumour.cns_on_half_concentration", "1") * c["cns_metastases"]
    )
    columns["resistant_share"] = _logit_shift(
        columns["resistant_share"], spread("tumour.resistant_share") * z["resistant_share"]
    )
    columns["lesion_volume_start"] = lesion_volume_cm3(c["sum_of_diameters_mm"] / c["n_target_lesions"])


def _needed(model: Model) -> set[str]:
    """Covariates without which the parameters of this model cannot be given."""
    names = {"weight_kg", "her2_ecd_ng_per_ml", "albumin_g_per_l", "ast_u_per_l"}
    names |= {covariate for parameter, covariate in _FROM_COVARIATES.items() if parameter in model.parameters}
    if "lesion_volume_start" in model.parameters:
        names |= {"sum_of_diameters_mm", "prior_lines", "cns_metastases"}
    if "platelet_slope" in model.parameters:
        names |= set(COVARIATES)
    return names


def individuals(
    model: Model, covariates: Mapping[str, Array], effects: Array, overrides: Mapping[str, float] | None = None
) -> Individuals:
    """Parameters of N patients.

    covariates  arrays of shape (N,), named and in the units of the register of covariates
    effects     standard normal random effects, shape (N, len(EFFECTS)); zeros give typical patients
    overrides   facts to replace, by name and in the fact's unit (`--set`)

    Only the covariates that the model's parts use are needed. Without a tumour in the model the sum of diameters
    is not among them: it still acts on clearance where a patient has one, and who has none (no such covariate, or
    NaN) has the clearance of the reference patient in this respect.

    Raises ParameterError for an unknown override and for a missing covariate. Source: the facts that
    model.parameter_table names; covariates after Lu 2014, Eq 5.
    """
    count = len(effects)
    needed = _needed(model)
    missing = sorted(needed - set(covariates))
    if missing:
        raise ParameterError(f"covariates {', '.join(missing)} are missing; each patient needs them")
    c = {
        name: np.broadcast_to(np.asarray(column, float), (count,))
        for name, column in covariates.items()
        if name in needed or name == "sum_of_diameters_mm"
    }
    z = {name: effects[:, column] for column, name in enumerate(EFFECTS)}
    columns: dict[str, Array] = {name: np.full(count, value) for name, value in typical(model, overrides).items()}
    for name, covariate in _FROM_COVARIATES.items():
        if name in model.parameters:
            columns[name] = c[covariate]
    _plasma(columns, c, z)
    _released_dm1(columns, c)
    if "lesion_volume_start" in model.parameters:
        _tumour(columns, c, z)
    if "platelet_slope" in model.parameters:
        laboratory(columns, c, z)
    return Individuals(model, np.column_stack([columns[name] for name in model.parameters]))


def initial_states(people: Individuals) -> Array:
    """States at day 0, shape (N, S)."""
    start = people.model.initial([people.values[:, column] for column in range(people.values.shape[1])])
    return np.column_stack(start)
