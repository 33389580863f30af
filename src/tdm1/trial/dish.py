"""Viability assays: what a conjugate does to a line of cells in the dish, beside what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import engine, evidence
from tdm1.evidence.drugs import drug
from tdm1.mechanism.in_vitro import cell_line
from tdm1.mechanism.models import in_vitro
from tdm1.population.individual import typical
from tdm1.trial.calibration._root import root

Array = NDArray[np.float64]

#: nM of a solution of 1 ug/mL at 1 g/mol.
_NM_PER_UG_PER_ML = 1e6
#: The drugs of the table `in_vitro` that have a card.
CARDS: Mapping[str, str] = {"T-DM1": "t_dm1", "T-DXd": "t_dxd"}


def assay(
    name: str, conc_ug_per_ml: ArrayLike, line: str, *, days: float | None = None,
    other: Mapping[str, float] | None = None,
) -> dict[str, Array]:
    """States and quantities of the dish at the end of an assay, each of shape (N,), by name.

    name             drug with a card
    conc_ug_per_ml   concentrations the medium is made up to, shape (N,)
    line             cell line (`mechanism.in_vitro.cell_lines`)
    days             length of the assay; `dish.assay_time` if None
    other            values of other parameters of the dish, in their own units

    Facts changed by `evidence.what_if` count. Raises EvidenceError for an unknown drug or line and for a solve that
    fails.
    """
    model = in_vitro(name)
    card = drug(name)
    mass = evidence.value(card.roles["molar_mass"], "g/mol")
    values = typical(model) | cell_line(line) | dict(other or {})
    start = np.atleast_1d(np.asarray(conc_ug_per_ml, float)) * _NM_PER_UG_PER_ML / mass
    table = np.tile([values[parameter] for parameter in model.parameters], (len(start), 1))
    table[:, model.parameters.index("antibody_start")] = start
    states = np.column_stack(model.initial(list(table.T)))
    kernel = engine.compile(model)
    span = evidence.value("dish.assay_time", "day") if days is None else days
    nothing = np.zeros((len(start), 0))
    moved = kernel.advance(states, table, nothing, 0.0, span, relative_tolerance=1e-7)
    if moved.status.any():
        raise evidence.EvidenceError(f"assay of {name} on {line}: the equations could not be solved")
    outputs = kernel.observe(moved.states, table, nothing)
    found = dict(zip(model.outputs, outputs.T, strict=True))
    return found | dict(zip(model.states, moved.states.T, strict=True))


@dataclass(frozen=True, slots=True)
class Curve:
    """A measured viability curve: concentrations (ug/mL) in ascending order and viability (share of control)."""

    study: str
    drug: str
    line: str
    conc_ug_per_ml: Array
    viability: Array

    @property
    def half_level(self) -> float:
        """Half-way between untreated cells (1) and the lowest measured viability."""
        return 0.5 * (1.0 + float(self.viability.min()))


def curves() -> list[Curve]:
    """Every measured viability curve of a drug with a card on a line whose HER2 is known."""
    rows = evidence.table("in_vitro").filter(assay="viability", conc_unit="ug/mL")
    found: list[Curve] = []
    for (study, name, line), group in rows.sort("conc").group_by("study", "drug", "cell_line", maintain_order=True):
        if name in CARDS:
            conc, viability = group["conc"].to_numpy(), group["response"].to_numpy() / 100.0
            found.append(Curve(str(study), CARDS[str(name)], str(line), conc, viability))
    return sorted(found, key=lambda curve: (curve.drug, curve.line))


def crossing(conc: Sequence[float] | Array, viability: Sequence[float] | Array, level: float) -> float:
    """Concentration at which a curve first falls to `level`, between points on a logarithmic scale.

    Infinite when it never does. Raises ValueError when it is there already at the first point.
    """
    if viability[0] <= level:
        raise ValueError(f"crossing: the curve starts at {viability[0]:g}, already at or below {level:g}")
    for place in range(1, len(conc)):
        if viability[place] <= level:
            share = (viability[place - 1] - level) / (viability[place - 1] - viability[place])
            return float(np.exp((1.0 - share) * np.log(conc[place - 1]) + share * np.log(conc[place])))
    return float("inf")


def half_concentration(
    name: str, line: str, level: float, *, other: Mapping[str, float] | None = None,
    between: tuple[float, float] = (1e-5, 1e4),
) -> float:
    """Concentration (ug/mL) at which the model's viability is `level`; infinite when none up to the highest does it."""

    def above(log_conc: float) -> float:
        return float(assay(name, np.exp(log_conc), line, other=other)["viability"][0]) - level

    low, high = np.log(between[0]), np.log(between[1])
    if above(high) > 0:
        return float("inf")
    return float(np.exp(root(above, low, high, 1e-6)))


@dataclass(frozen=True, slots=True)
class HalfConcentration:
    """Measured and predicted concentration (ug/mL) at the half level of one curve."""

    study: str
    drug: str
    line: str
    fitted: bool
    level: float
    measured_ug_per_ml: float
    predicted_ug_per_ml: float

    @property
    def fold(self) -> float:
        """Predicted over measured."""
        return self.predicted_ug_per_ml / self.measured_ug_per_ml


def half_concentrations(depleting: bool = False) -> list[HalfConcentration]:
    """The model beside every measured curve: the killing constants were fitted to SK-BR-3, the others are predicted.

    `depleting` has as many cells in the dish as are usual, so that they use the drug up; otherwise the medium keeps
    its concentration, as it did when the constants were fitted.
    """
    other = {"cell_volume_fraction": evidence.value("dish.seeded_volume_fraction", "1")} if depleting else None
    return [
        HalfConcentration(
            curve.study, curve.drug, curve.line, curve.line == "SK-BR-3", curve.half_level,
            crossing(curve.conc_ug_per_ml, curve.viability, curve.half_level),
            half_concentration(curve.drug, curve.line, curve.half_level, other=other),
        )
        for curve in curves()
    ]
