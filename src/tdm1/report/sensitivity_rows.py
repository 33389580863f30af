"""The ranked rows of a sensitivity analysis and the words of their cells: the same in terminal, page and pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdm1.trial.sensitivity import Elasticity, Output, Sensitivity, SobolIndex, Varied

#: What a cell says where there is no number.
_NONE = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter of one output: how it was varied, its elasticity and its Sobol index, None where not asked for."""

    varied: Varied
    elasticity: Elasticity | None
    index: SobolIndex | None


def ranked(found: Sensitivity, output: str, top: int | None = None) -> list[Row]:
    """Rows of an output, the largest total index first, or the largest elasticity where there are no indices."""
    moved, indices = found.elasticities_of(output), found.indices_of(output)
    by_elasticity = {one.parameter: one for one in moved}
    by_index = {one.parameter: one for one in indices}
    order = [one.parameter for one in indices or moved]
    rows = [Row(found.parameter(name), by_elasticity.get(name), by_index.get(name)) for name in order]
    return rows if top is None else rows[:top]


def name(output: Output) -> str:
    """The output in words with its unit; a logarithm or share has none."""
    return output.words if output.unit == "1" else f"{output.words} ({output.unit})"


def reference(found: Sensitivity, output: Output) -> str:
    """The output of the reference patient."""
    value = found.reference[output.name]
    return f"{value:.4g}" if math.isfinite(value) else "no value: the solve failed"


def parameter(varied: Varied) -> str:
    """The parameter's name as words."""
    return varied.name.replace("_", " ")


def span(varied: Varied) -> str:
    """The range over which it was varied, without its unit."""
    # Three digits, and no exponent below a million.
    low, high = (f"{float(f'{end:.3g}'):g}" for end in (varied.low, varied.high))
    return f"{low} to {high}"


_BASES = {"between patients": "patients", "published range": "range", "standard error": "error"}


def short_basis(varied: Varied) -> str:
    """What the range rests on, in one or two words."""
    return _BASES.get(varied.basis, varied.basis)


def elasticity(row: Row) -> str:
    """The elasticity with its sign, or why there is none; `?` marks two steps that disagree."""
    one = row.elasticity
    if one is None:
        return _NONE
    if math.isnan(one.value):
        return one.status
    # No difference is shown as such, without a sign that the last digit would decide.
    shown = "0.00" if abs(one.value) < 0.005 else f"{one.value:+.2f}"
    return f"{shown}?" if one.status == "steps disagree" else shown


def _index(value: float, half_width: float) -> str:
    return f"{value + 0.0:.2f} ± {half_width:.2f}".replace("-0.00", "0.00")


def first(row: Row) -> str:
    """The first-order index with the half-width of its 95 % interval."""
    return _NONE if row.index is None else _index(row.index.first, row.index.first_half_width95)


def total(row: Row) -> str:
    """The total index with the half-width of its 95 % interval."""
    return _NONE if row.index is None else _index(row.index.total, row.index.total_half_width95)


def solves(found: Sensitivity) -> str:
    """How many solves were made and how many failed."""
    parts: list[str] = []
    if found.method != "sobol":
        parts.append(f"{found.local_failed_solves} of {found.local_solves} local solves failed")
    if found.method != "local":
        parts.append(f"{found.sobol_failed_solves} of {found.sobol_solves} Sobol solves failed")
    return "; ".join(parts)


def regimen(found: Sensitivity) -> str:
    """The regimen in words."""
    one = found.regimen
    doses = "1 dose" if one.cycles == 1 else f"{one.cycles} doses"
    return f"{doses} of {one.dose_mg_per_kg:g} mg/kg, one every {one.every_day:g} days"


#: What the numbers do not say.
LIMITS = (
    "The patient is the reference patient of the published models; another patient has other elasticities.",
    "Parameters are moved one by one and drawn independently. In people some go together (clearance and central "
    "volume; deconjugation and proteolysis).",
    "An index says how much of the spread comes from a parameter over its range. Ranges of different kinds "
    "(differences between patients, errors of a value, our own choice) stand side by side.",
    "Indices are of this model's equations. What they leave out has no index.",
)
