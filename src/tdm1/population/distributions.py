"""Distributions of one covariate, as a trial file writes them.

Every distribution is applied through its quantile function to a standard normal score, so that a
Gaussian copula can correlate covariates of any shape. Numbers that carry the covariate's unit are
written in it; each may be a plain number or taken from the evidence (`{fact: …, unit: …}`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field

from tdm1.evidence import nearest
from tdm1.population._continuous import Constant, LogitNormal, LogNormal, Normal
from tdm1.population._discrete import Categorical, YesNo
from tdm1.population._numbers import FromFact, Number
from tdm1.population._quantiles import Quantiles

__all__ = [
    "Categorical", "Constant", "Distribution", "FromFact", "LogNormal", "LogitNormal", "Normal", "Number", "Quantiles",
    "YesNo",
]

_KINDS = ("constant", "normal", "lognormal", "logit_normal", "quantiles", "categorical", "yes_no")


def _known_kind(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        kind = cast("Mapping[str, Any]", raw).get("distribution")
        if kind not in _KINDS:
            said = "distribution is missing" if kind is None else f"no distribution is called '{kind}'"
            raise ValueError(f"{said}{nearest(str(kind), _KINDS)} (known: {', '.join(_KINDS)})")
        return cast("Any", raw)
    return raw


Distribution = Annotated[
    Annotated[
        Constant | Normal | LogNormal | LogitNormal | Quantiles | Categorical | YesNo,
        Field(discriminator="distribution"),
    ],
    BeforeValidator(_known_kind),
]
