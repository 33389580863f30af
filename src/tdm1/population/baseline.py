"""The baseline of a trial: a distribution for every covariate, and their correlations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

import numpy as np
import yaml
from pydantic import Field, model_validator

from tdm1.evidence import nearest
from tdm1.population._copula import Array, Correlation, factor, matrix
from tdm1.population._discrete import Categorical
from tdm1.population._strict import Strict
from tdm1.population.distributions import Distribution
from tdm1.population.variables import VARIABLES, Variable

_FOLDER = files("tdm1.population").joinpath("baselines")
#: Normal scores over the whole range that the random streams can reach (53 bits).
_SCORES = np.linspace(-8.3, 8.3, 333)


class PopulationError(ValueError):
    """A baseline that does not exist or cannot be, or one that the eligibility criteria leave empty."""


def builtin() -> list[str]:
    """Names of the baselines that come with the package."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml"))


@cache
def _document(name: str) -> dict[str, Any]:
    """A built-in baseline as written, over the one it is based on, if any."""
    if name not in builtin():
        known = builtin()
        raise PopulationError(f"no baseline is called '{name}'{nearest(name, known)} (known: {', '.join(known)})")
    written: dict[str, Any] = yaml.safe_load(_FOLDER.joinpath(f"{name}.yaml").read_text("utf-8"))
    base = written.get("based_on")
    return {**_document(base), **written} if isinstance(base, str) else written


def _covariate(name: str) -> Any:
    variable = VARIABLES[name]
    unit = "no unit" if variable.unit == "1" else variable.unit
    extra: dict[str, Any] = {"unit": variable.unit}
    if not variable.optional:
        return Field(description=f"{variable.meaning}, {unit}", json_schema_extra=extra)
    without = "; null or left out: these patients have none"
    return Field(default=None, description=f"{variable.meaning}, {unit}{without}", json_schema_extra=extra)


def _check(variable: Variable, distribution: Distribution) -> None:
    """Raises ValueError when a distribution is in the wrong unit or reaches values that cannot be."""
    for field, unit in distribution.units().items():
        if unit != variable.unit:
            raise ValueError(f"{variable.name}: '{field}' is asked for in {unit}; write unit: \"{variable.unit}\"")
    with np.errstate(over="ignore"):
        values = distribution.quantile(_SCORES)
    lowest, highest = float(values[0]), float(values[-1])
    too_low = lowest < variable.lowest or (variable.above and lowest <= variable.lowest)
    if too_low or highest > variable.highest or not np.all(np.isfinite(values)):
        bounds = f"{'above' if variable.above else 'at least'} {variable.lowest:g}"
        if variable.highest < np.inf:
            bounds += f" and at most {variable.highest:g}"
        mend = "" if lowest == highest else "; give a lower or upper bound"
        raise ValueError(
            f"{variable.name}: the distribution reaches {lowest if too_low else highest:.4g}, "
            f"but {variable.meaning} must be {bounds}{mend}"
        )
    if variable.kind != "number":
        values = np.asarray(distribution.values) if isinstance(distribution, Categorical) else values
        if np.any(values != np.round(values)):
            raise ValueError(f"{variable.name} takes whole numbers: use a categorical, constant or yes_no distribution")


class BaselineSpec(Strict):
    """Distributions of all baseline covariates and their correlations, as a trial file writes them.

    Either all covariates are given, but for the optional ones, or `based_on` names a built-in baseline and
    those given replace its own; correlations, if given, replace all of its correlations. An optional
    covariate that is null does not exist in these patients.
    """

    based_on: str | None = Field(default=None, description="built-in baseline that gives what is not written here")
    age_year: Distribution = _covariate("age_year")
    weight_kg: Distribution = _covariate("weight_kg")
    albumin_g_per_l: Distribution = _covariate("albumin_g_per_l")
    ast_u_per_l: Distribution = _covariate("ast_u_per_l")
    alt_u_per_l: Distribution = _covariate("alt_u_per_l")
    bilirubin_x_uln: Distribution = _covariate("bilirubin_x_uln")
    her2_ecd_ng_per_ml: Distribution = _covariate("her2_ecd_ng_per_ml")
    sum_of_diameters_mm: Distribution | None = _covariate("sum_of_diameters_mm")
    baseline_trastuzumab_ug_per_ml: Distribution = _covariate("baseline_trastuzumab_ug_per_ml")
    platelets_1e9_per_l: Distribution = _covariate("platelets_1e9_per_l")
    lvef_pct: Distribution = _covariate("lvef_pct")
    n_target_lesions: Distribution | None = _covariate("n_target_lesions")
    prior_lines: Distribution = _covariate("prior_lines")
    ecog: Distribution = _covariate("ecog")
    visceral: Distribution = _covariate("visceral")
    asian: Distribution = _covariate("asian")
    measurable: Distribution = _covariate("measurable")
    neutrophils_1e9_per_l: Distribution = _covariate("neutrophils_1e9_per_l")
    haemoglobin_g_per_dl: Distribution = _covariate("haemoglobin_g_per_dl")
    potassium_mmol_per_l: Distribution = _covariate("potassium_mmol_per_l")
    early_disease: Distribution = _covariate("early_disease")
    cns_metastases: Distribution = _covariate("cns_metastases")
    prior_anthracycline: Distribution = _covariate("prior_anthracycline")
    hormone_receptor_positive: Distribution = _covariate("hormone_receptor_positive")
    node_positive: Distribution | None = _covariate("node_positive")
    prior_platinum: Distribution = _covariate("prior_platinum")
    correlations: tuple[Correlation, ...] = Field(
        strict=False, description="correlations of the normal scores (Gaussian copula); pairs not listed have none"
    )

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        given = dict(cast("Mapping[str, Any]", raw))
        base = given.get("based_on")
        return {**_document(base), **given} if isinstance(base, str) else given

    @model_validator(mode="after")
    def _sound(self) -> BaselineSpec:
        for name in self.names:
            _check(VARIABLES[name], self.of(name))
        if (self.sum_of_diameters_mm is None) != (self.n_target_lesions is None):
            raise ValueError("sum_of_diameters_mm and n_target_lesions go together: give both, or neither (no tumour)")
        for correlation in self.correlations:
            for name in correlation.between:
                if name not in self.names:
                    raise ValueError(f"correlations: these patients have no '{name}'; leave the pair out")
        matrix(self.correlations)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Covariates that these patients have, in the order of VARIABLES."""
        return tuple(name for name in VARIABLES if getattr(self, name) is not None)

    def of(self, name: str) -> Distribution:
        """The distribution of a covariate.

        Raises PopulationError, with the nearest name, for an unknown one, and for one that these patients do not have.
        """
        if name not in VARIABLES:
            raise PopulationError(f"no covariate is called '{name}'{nearest(name, VARIABLES)}")
        found = getattr(self, name)
        if found is None:
            raise PopulationError(f"these patients have no '{name}': the baseline leaves it out")
        return found

    def factor(self) -> Array:
        """Lower triangular factor of the correlation matrix over VARIABLES, in their order."""
        return factor(matrix(self.correlations))


def load(name: str) -> BaselineSpec:
    """The built-in baseline called `name`. Raises PopulationError, with the nearest name, when there is none."""
    return BaselineSpec.model_validate(_document(name))
