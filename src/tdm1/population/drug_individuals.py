"""From a person's covariates and random effects to the parameters of a model that follows a drug by load.

What differs between patients, and by which covariates, is data: the `people` of the drug's card. The random effects
are those of `individual.EFFECTS`, so that one patient has the same constitution under every drug.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.evidence.drug_people import Covariate, Varying
from tdm1.evidence.drugs import Drug
from tdm1.evidence.units import factor
from tdm1.mechanism import Model
from tdm1.mechanism.tumour import lesion_volume_cm3
from tdm1.population._laboratory import spread
from tdm1.population.individual import EFFECTS, Individuals, ParameterError, typical

Array = NDArray[np.float64]

#: Random effect of each thing that may differ under a drug.
_EFFECT_OF = {
    "elimination": "clearance", "central_volume": "central_volume",
    "intercompartmental_clearance": "intercompartmental_clearance", "peripheral_volume": "peripheral_volume",
}
#: Their far tails are folded back, as in `individual`: the published spread is large and strongly shrunken.
_FOLDED = ("intercompartmental_clearance", "peripheral_volume")
#: Unit of each covariate that a card may name.
_UNITS = {
    "weight_kg": "kg", "her2_ecd_ng_per_ml": "ng/mL", "albumin_g_per_l": "g/L", "sum_of_diameters_mm": "mm",
    "ast_u_per_l": "U/L", "alt_u_per_l": "U/L", "baseline_trastuzumab_ug_per_ml": "ug/mL", "age_year": "year",
}
#: The tumour's own spread, the same under every drug: parameters by the effect that varies them.
_TUMOUR = ("doubling_time", "linear_growth")
_PLAIN = {"body_weight": "weight_kg", "baseline_trastuzumab": "baseline_trastuzumab_ug_per_ml",
          "lesions": "n_target_lesions"}


def _acting(one: Covariate, c: Mapping[str, Array]) -> Array:
    """The factor by which one covariate changes what differs, shape (N,)."""
    unit = _UNITS.get(one.name)
    if unit is None:
        raise ParameterError(f"no covariate is called '{one.name}'{evidence.nearest(one.name, _UNITS)}")
    if one.name not in c:
        raise ParameterError(f"covariate {one.name} is missing; each patient needs it under this drug")
    if one.coefficient is not None:
        coefficient = evidence.fact(one.coefficient)
        number, _, per = coefficient.unit.partition("/")
        scale = factor(f"{number}/{per}", f"1/({unit})")
        return np.exp(coefficient.value * scale * c[one.name])
    assert one.power is not None and one.reference is not None
    reference = evidence.fact(one.reference)
    ratio = c[one.name] / (reference.value * factor(reference.unit, unit))
    # Who has no tumour to measure is, in this respect, the reference patient.
    return np.where(np.isnan(ratio), 1.0, ratio) ** evidence.value(one.power, "1")


def _score(target: str, people: Mapping[str, Varying], z: Mapping[str, Array]) -> Array:
    """Deviation of ln(target) from the typical patient's, shape (N,)."""
    one = people[target]
    effect = z[_EFFECT_OF[target]]
    if one.spread is None:
        return np.zeros_like(effect)
    sd = spread(one.spread)
    if target in _FOLDED:
        bound = evidence.value("plasma.distribution_truncation_sd", "1")
        return sd * bound * np.tanh(effect / bound)
    if one.beside is None or one.covariance is None:
        return sd * effect
    beside = people[one.beside].spread
    assert beside is not None
    slope = evidence.value(one.covariance, "1") / spread(beside)
    return slope * z[_EFFECT_OF[one.beside]] + np.sqrt(sd**2 - slope**2) * effect


def drug_individuals(
    model: Model, drug: Drug, covariates: Mapping[str, Array], effects: Array,
    overrides: Mapping[str, float] | None = None,
) -> Individuals:
    """Parameters of N patients for a model of `drug` by load (`mechanism.plasma_of`, `mechanism.full`).

    covariates  arrays of shape (N,), named and in the units of the register of covariates
    effects     standard normal random effects, shape (N, len(EFFECTS)); zeros give typical patients
    overrides   facts to replace, by name and in the fact's unit

    Proteolysis, uptake outside the tumour and release by the linker share one factor, that of `elimination`, as the
    published covariates act on the whole clearance. Raises ParameterError for a covariate that is missing.
    """
    count = len(effects)
    c = {name: np.broadcast_to(np.asarray(column, float), (count,)) for name, column in covariates.items()}
    z = {name: effects[:, column] for column, name in enumerate(EFFECTS)}
    columns = {name: np.full(count, value) for name, value in typical(model, overrides).items()}
    for target, one in drug.people.items():
        change = np.exp(_score(target, drug.people, z))
        for covariate in one.covariates:
            change = change * _acting(covariate, c)
        changed = [target] if target != "elimination" else [
            name for name in columns
            if name in ("proteolytic_clearance", "target_capacity") or name.startswith("release_rate_")
        ]
        for name in changed:
            columns[name] = columns[name] * change
    for name, covariate in _PLAIN.items():
        if name in model.parameters:
            if covariate not in c:
                raise ParameterError(f"covariate {covariate} is missing; each patient needs it")
            columns[name] = c[covariate]
    if "lesion_volume_start" in model.parameters:
        columns["lesion_volume_start"] = lesion_volume_cm3(c["sum_of_diameters_mm"] / c["n_target_lesions"])
        for name in _TUMOUR:
            columns[name] = columns[name] * np.exp(spread(f"tumour.{name}") * z[name])
    return Individuals(model, np.column_stack([columns[name] for name in model.parameters]))
