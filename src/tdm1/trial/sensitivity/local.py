"""Local elasticities: by how many per cent an output moves when a parameter moves by one, at the reference patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tdm1.trial.sensitivity.outputs import Output

Array = NDArray[np.float64]

#: Half-width of the central difference on the logarithm of the parameter; the second step is half of it.
STEP = 0.01
#: How far the two steps may differ: absolute, and as a share of the elasticity.
_AGREE_ABSOLUTE, _AGREE_SHARE = 1e-3, 0.01
#: Factors on one parameter, in the order of its four rows of the batch.
_FACTORS = np.exp(np.array([STEP, -STEP, STEP / 2.0, -STEP / 2.0]))

LocalStatus = Literal["ok", "steps disagree", "failed solve", "not positive"]


@dataclass(frozen=True, slots=True)
class Elasticity:
    """d ln(output) / d ln(parameter), or d(output) / d ln(parameter) where the output is a logarithm already.

    `value` is NaN where there is none: `status` is then `failed solve`, or `not positive` for an output that has no
    logarithm. With `steps disagree` the value of the smaller step is given, and not to be trusted.
    """

    output: str
    parameter: str
    value: float
    status: LocalStatus


def batch(reference: Array, columns: Sequence[Sequence[int]]) -> Array:
    """The reference (P,) and, for each group of columns, four rows with it moved: shape (1 + 4 K, P)."""
    rows = np.tile(reference, (1 + 4 * len(columns), 1))
    for place, together in enumerate(columns):
        rows[1 + 4 * place : 5 + 4 * place, list(together)] *= _FACTORS[:, None]
    return rows


def elasticities(
    solve: Callable[[Array], tuple[Array, NDArray[np.int8]]],
    reference: Array,
    parameters: Sequence[tuple[str, Sequence[int]]],
    outputs: Sequence[Output],
) -> tuple[list[Elasticity], Array, int]:
    """Elasticities of every output to every parameter, the outputs of the reference, and the number of failed solves.

    solve       parameters (N, P) to outputs (N, O) and statuses (N,)
    parameters  name of each parameter to move, with its columns
    Two central differences are taken, of step 0.01 and 0.005 on ln(parameter), and extrapolated (Richardson). They
    must agree to 0.001 plus 1 %, else the status says so.
    """
    rows, status = solve(batch(reference, [column for _, column in parameters]))
    found: list[Elasticity] = []
    for place, output in enumerate(outputs):
        for number, (name, _) in enumerate(parameters):
            of = slice(1 + 4 * number, 5 + 4 * number)
            value, told = _elasticity(rows[of, place], bool(status[of].any()), output.logarithm)
            found.append(Elasticity(output.name, name, value, told))
    return found, rows[0], int(np.count_nonzero(status))


def _elasticity(moved: Array, failed: bool, logarithm: bool) -> tuple[float, LocalStatus]:
    if failed or not np.isfinite(moved).all():
        return float("nan"), "failed solve"
    if not logarithm:
        if (moved <= 0).any():
            return float("nan"), "not positive"
        moved = np.log(moved)
    wide = (moved[0] - moved[1]) / (2.0 * STEP)
    narrow = (moved[2] - moved[3]) / STEP
    if abs(wide - narrow) > _AGREE_ABSOLUTE + _AGREE_SHARE * abs(narrow):
        return float(narrow), "steps disagree"
    return float((4.0 * narrow - wide) / 3.0), "ok"
