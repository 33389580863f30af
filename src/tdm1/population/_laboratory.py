"""The parts of a person that a laboratory and a heart test see: how strongly the drug acts on each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence

Array = NDArray[np.float64]

#: Covariates that change the drug's effect on laboratory values and on the heart.
COVARIATES = ("asian", "early_disease", "prior_anthracycline", "prior_platinum", "lvef_pct")

#: Parameters whose effect differs in early disease, with the fact of the difference (ln of the ratio).
_EARLY = {
    "platelet_slope": "platelets.early_on_slope",
    "platelet_pool_depletion": "platelets.early_on_depletion",
    "alt_slope": "alt.early_on_slope",
    "ast_slope": "ast.early_on_slope",
    "bilirubin_slope": "bilirubin.early_on_slope",
    "neutrophil_slope": "neutrophils.early_on_slope",
    "haemoglobin_slope": "haemoglobin.early_on_slope",
    "potassium_slope": "potassium.early_on_slope",
}

#: Parameters with a log-normal spread of their own: the parameter is also the name of its effect.
_SPREAD = {
    "platelet_slope": "platelets.slope",
    "alt_slope": "alt.slope",
    "neutrophil_slope": "neutrophils.slope",
    "neutrophil_transit_time": "neutrophils.mean_transit_time",
    "neutrophil_feedback": "neutrophils.feedback",
    "haemoglobin_slope": "haemoglobin.slope",
    "potassium_slope": "potassium.slope",
}


#: Effects that differ more between patients after neoadjuvant treatment than in metastatic disease, with the fact.
_EARLY_SPREAD = {
    "platelet_slope": "platelets.early_slope_spread",
    "neutrophil_slope": "neutrophils.early_slope_spread",
    "haemoglobin_slope": "haemoglobin.early_slope_spread",
}


def spread(name: str) -> float:
    """Standard deviation between patients of a fact, on its scale; EvidenceError when it has none."""
    variability = evidence.fact(name).variability
    if variability is None:
        raise evidence.EvidenceError(f"fact '{name}' has no between_patients, but the population needs one")
    return variability.sd


def _together(first: Array, second: Array, correlation: float) -> Array:
    """A normal score that has `correlation` with the first, made from two independent ones."""
    return correlation * first + np.sqrt(1.0 - correlation**2) * second


def _liver(columns: dict[str, Array], z: Mapping[str, Array]) -> None:
    """AST and bilirubin follow ALT in part, for the same cells are injured."""
    ast = _together(z["alt_slope"], z["ast_slope"], evidence.value("transaminases.effect_correlation", "1"))
    columns["ast_slope"] = columns["ast_slope"] * np.exp(spread("ast.slope") * ast)
    bilirubin = _together(z["alt_slope"], z["bilirubin_slope"], evidence.value("bilirubin.effect_correlation", "1"))
    columns["bilirubin_slope"] = columns["bilirubin_slope"] * np.exp(spread("bilirubin.slope") * bilirubin)


def _platelets(columns: dict[str, Array], c: Mapping[str, Array]) -> None:
    columns["platelet_slope"] = columns["platelet_slope"] * np.exp(
        evidence.value("platelets.asian_on_slope", "1") * c["asian"]
        + evidence.value("platelets.platinum_on_slope", "1") * c["prior_platinum"]
    )


def _heart(columns: dict[str, Array], c: Mapping[str, Array], z: Mapping[str, Array]) -> None:
    """De Vries Schultink 2018: sensitivity goes with the ejection fraction at entry and with an anthracycline."""
    start = np.log(c["lvef_pct"] / evidence.value("population.lvef", "%")) / spread("population.lvef")
    # A more sensitive heart is halved by less exposure.
    score = _together(start, -z["heart_sensitivity"], evidence.value("heart.baseline_correlation", "1"))
    without = 1.0 / (1.0 - evidence.value("heart.anthracycline_on_half_exposure", "1"))
    history = np.where(c["prior_anthracycline"] > 0.5, 1.0, without)
    columns["heart_half_exposure"] = (
        columns["heart_half_exposure"] * history * np.exp(spread("heart.half_exposure") * score)
    )


def laboratory(columns: dict[str, Array], c: Mapping[str, Array], z: Mapping[str, Array]) -> None:
    """Put the patients' own effects into `columns`, parameters by name, each of shape (N,).

    c   covariates by name, those of COVARIATES among them
    z   standard normal effects by name
    Source: the facts named here; the effects of covariates are logarithms of ratios.
    """
    from scipy.special import ndtr

    for name, fact in _SPREAD.items():
        sd: float | Array = spread(fact)
        if name in _EARLY_SPREAD:
            sd = np.where(c["early_disease"] > 0.5, evidence.value(_EARLY_SPREAD[name], "1"), sd)
        columns[name] = columns[name] * np.exp(sd * z[name])
    drifts = ndtr(z["platelet_drift"]) < evidence.value("platelets.drift_share", "1")
    columns["platelet_pool_depletion"] = np.where(drifts, columns["platelet_pool_depletion"], 0.0)
    _liver(columns, z)
    _heart(columns, c, z)
    _platelets(columns, c)
    for name, fact in _EARLY.items():
        columns[name] = columns[name] * np.exp(evidence.value(fact, "1") * c["early_disease"])
