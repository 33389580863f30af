"""What Lu 2014 prints of each covariate: its percentiles, its exponent and the clearance at a percentile.

Numbers are printed with few digits, so each comes with the range that its rounding leaves open.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Literal

import numpy as np

from tdm1 import evidence
from tdm1.evidence.units import factor
from tdm1.mechanism.plasma import covariate_clearance
from tdm1.population import BaselineSpec

#: Which end of a covariate's distribution: the 5th or the 95th percentile.
Percentile = Literal[5, 95]
#: Standard normal score of the 95th percentile.
_SCORE = 1.6448536269514722
_SOURCE = "lu2014"


@dataclass(frozen=True, slots=True)
class Covariate:
    """One covariate of Lu 2014's model, under each name that it goes by.

    name         its name among the covariates of a virtual patient, whose unit is `unit`
    words        its name for people
    percentile   stem of the facts of its percentiles
    effect       stem of the facts of its reference and its effect
    printed      letters and unit by which the `pk` table names the clearance at a percentile
    """

    name: str
    unit: str
    words: str
    percentile: str
    effect: str
    printed: str
    printed_unit: str = ""


COVARIATES = (
    Covariate("weight_kg", "kg", "body weight", "weight", "weight", "WT"),
    Covariate("her2_ecd_ng_per_ml", "ng/mL", "shed HER2", "her2_ecd", "her2_ecd", "ECD"),
    Covariate("albumin_g_per_l", "g/L", "albumin", "albumin", "albumin", "ALB"),
    Covariate("sum_of_diameters_mm", "mm", "sum of tumour diameters", "sum_of_diameters", "tumour", "TMBD", "cm"),
    Covariate("ast_u_per_l", "U/L", "AST", "ast", "ast", "AST"),
    Covariate(
        "baseline_trastuzumab_ug_per_ml", "ug/mL", "trastuzumab left from before", "baseline_trastuzumab",
        "baseline_trastuzumab", "TBL",
    ),
)


@dataclass(frozen=True, slots=True)
class Level:
    """A percentile of a covariate: `value` in the covariate's unit, and whether a paper gives it."""

    covariate: Covariate
    percentile: Percentile
    value: float
    published: bool
    read: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A clearance (L/day) that Lu 2014 prints at a percentile, and what it says of exposure.

    `ratio` is the area under the curve over the reference patient's; `lower` to `upper` is what rounding of the
    printed clearances leaves open. `equation_lower` to `equation_upper` is the same for the printed equation.
    `peak_ratio` is dose over the printed central volume, the peak of a bolus, where the paper prints a volume.
    """

    metric: str
    clearance_l_per_day: float
    ratio: float
    lower: float
    upper: float
    equation_lower: float
    equation_upper: float
    peak_ratio: float | None
    source: str
    read: str

    @property
    def agrees(self) -> bool:
        """Whether printed clearance and printed equation can both be right, given their digits."""
        return self.lower <= self.equation_upper and self.equation_lower <= self.upper


def half_digit(number: float) -> float:
    """Half a unit of the last digit in which `number` is printed: 0.005 for 0.49, 0.5 for 332."""
    exponent = Decimal(f"{number:g}").as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)


def level(covariate: Covariate, percentile: Percentile, baseline: BaselineSpec) -> Level:
    """The published percentile of a covariate or, where none is published, that of the virtual patients."""
    name = f"population.{covariate.percentile}.p{percentile:02d}"
    if name in evidence.facts():
        fact = evidence.fact(name)
        return Level(covariate, percentile, fact.value * factor(fact.unit, covariate.unit), True, fact.read)
    score = np.array([_SCORE if percentile == 95 else -_SCORE])
    value = float(baseline.of(covariate.name).quantile(score)[0])
    return Level(covariate, percentile, value, False, "derived")


def _reference(covariate: Covariate) -> float:
    """The reference patient's value in the covariate's unit; she has no trastuzumab left."""
    if covariate.effect == "baseline_trastuzumab":
        return 0.0
    fact = evidence.fact(f"plasma.covariate.{covariate.effect}_reference")
    return fact.value * factor(fact.unit, covariate.unit)


def equation_ratio(covariate: Covariate, value: float, effect: float | None = None) -> float:
    """Area under the curve over the reference patient's by Lu 2014's equation, dose per kg over clearance.

    `value` of the covariate is in its own unit; `effect` replaces the printed exponent or coefficient.
    """
    on = evidence.fact(f"plasma.covariate.{covariate.effect}_on_clearance")
    strength = on.value if effect is None else effect
    reference = _reference(covariate)
    arguments = dict.fromkeys(
        ("weight_ratio", "ecd_ratio", "albumin_ratio", "tumour_ratio", "ast_ratio", "weight_exponent", "ecd_exponent",
         "albumin_exponent", "tumour_exponent", "ast_exponent"), 1.0,
    )
    arguments |= {"baseline_trastuzumab_ug_per_ml": 0.0, "baseline_trastuzumab_coefficient": 0.0}
    if reference:
        stem = "ecd" if covariate.effect == "her2_ecd" else covariate.effect
        arguments |= {f"{stem}_ratio": value / reference, f"{stem}_exponent": strength}
    else:
        arguments |= {"baseline_trastuzumab_ug_per_ml": value, "baseline_trastuzumab_coefficient": strength}
    dose = value / reference if covariate.name == "weight_kg" else 1.0
    return dose / float(covariate_clearance(1.0, **arguments))


def _corners(at: Level) -> list[float]:
    """The equation's ratio with covariate and exponent at the ends of their rounding."""
    on = evidence.fact(f"plasma.covariate.{at.covariate.effect}_on_clearance").value
    scale = factor(at.covariate.printed_unit or at.covariate.unit, at.covariate.unit)
    slack = half_digit(at.value / scale) * scale
    return [
        equation_ratio(at.covariate, at.value + side * slack, on + sign * half_digit(on))
        for side, sign in product((-1.0, 1.0), repeat=2)
    ]


def printed(at: Level) -> Printed | None:
    """The clearance that Lu 2014 prints at this percentile, None where the paper prints none."""
    import polars as pl

    covariate = at.covariate
    unit = covariate.printed_unit
    shown = at.value / factor(unit or covariate.unit, covariate.unit)
    place = f"_at_{covariate.printed}{shown:g}{unit}"
    metric, volume = f"CL{place}", f"Vc{place}"
    rows = evidence.table("pk").filter(
        (pl.col("source_key") == _SOURCE) & pl.col("metric").is_in([metric, volume, "CL", "Vc"])
    )
    found = {str(row["metric"]): row for row in rows.iter_rows(named=True)}
    if metric not in found:
        return None
    clearance, reference = float(found[metric]["mean"]), float(found["CL"]["mean"])
    dose = at.value / _reference(covariate) if covariate.name == "weight_kg" else 1.0
    low = (reference - half_digit(reference)) / (clearance + half_digit(clearance))
    high = (reference + half_digit(reference)) / (clearance - half_digit(clearance))
    corners = _corners(at)
    return Printed(
        metric=metric, clearance_l_per_day=clearance, ratio=dose * reference / clearance, lower=dose * low,
        upper=dose * high, equation_lower=min(corners), equation_upper=max(corners),
        peak_ratio=dose * found["Vc"]["mean"] / found[volume]["mean"] if volume in found else None, source=_SOURCE,
        read="read" if found[metric]["verified"] == "yes" else str(found[metric]["verified"]),
    )
