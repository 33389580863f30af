"""Sobol indices by SALib: which share of an output's variance each parameter makes, alone and with all others.

Source: Saltelli 2010 (doi 10.1016/j.cpc.2009.09.018), as SALib implements it: a scrambled Sobol' sequence, first-order
and total indices, 95 % intervals by bootstrap. Parameters are drawn independently of each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdm1.trial.reading import InputError
from tdm1.trial.sensitivity.ranges import Varied

Array = NDArray[np.float64]
#: What solves samples: parameters (N, P) to outputs (N, O) and statuses (N,).
Solve = Callable[[Array], tuple[Array, NDArray[np.int8]]]

#: Bootstrap samples of the intervals.
RESAMPLES = 200
#: An output whose standard deviation is below this share of its size varies by the solver's error alone.
_SAME = 1e-5


@dataclass(frozen=True, slots=True)
class SobolIndex:
    """First-order and total index of one output to one parameter, each with the half-width of its 95 % interval."""

    output: str
    parameter: str
    first: float
    first_half_width95: float
    total: float
    total_half_width95: float


def check_samples(samples: int) -> None:
    """Raise InputError unless `samples` is a power of two, as the Sobol' sequence needs it."""
    if samples < 8 or samples & (samples - 1):
        near = 8 if samples < 8 else 2 ** round(math.log2(samples))
        raise InputError(f"samples is {samples}; the Sobol' sequence takes a power of two of 8 or more, such as {near}")


def _problem(count: int) -> dict[str, Any]:
    return {"num_vars": count, "names": [f"x{i}" for i in range(count)], "bounds": [[0.0, 1.0]] * count}


def shares(count: int, samples: int, seed: int) -> Array:
    """Saltelli's sample in the unit cube, shape (samples * (count + 2), count)."""
    from SALib.sample import sobol

    return np.asarray(sobol.sample(_problem(count), samples, calc_second_order=False, seed=seed), float)


def parameters(reference: Array, varied: Sequence[Varied], columns: Sequence[Sequence[int]], cube: Array) -> Array:
    """Parameters of every row of the cube, shape (N, P): the varied ones at their quantiles, the rest as they are."""
    rows = np.tile(reference, (len(cube), 1))
    for place, (one, together) in enumerate(zip(varied, columns, strict=True)):
        rows[:, list(together)] *= (one.at(cube[:, place]) / one.value)[:, None]
    return rows


def indices(
    output: str, names: Sequence[str], values: Array, status: NDArray[np.int8], seed: int
) -> tuple[list[SobolIndex], str]:
    """Indices of one output over Saltelli's sample, or none and the reason.

    values, status   of every row of `shares`, shape (N,). One failed solve is enough for a refusal: the estimator has
    no place for a gap, and a sample drawn again would no longer be Saltelli's.
    """
    from SALib.analyze import sobol

    failed = int(np.count_nonzero((status != 0) | ~np.isfinite(values)))
    if failed:
        return [], f"{failed} of {len(values)} samples gave no value, and Sobol indices take no gaps"
    if values.std() <= _SAME * abs(values.mean()):
        return [], "it does not vary over the samples"
    # SALib takes seed 0 for none.
    found = sobol.analyze(
        _problem(len(names)), values, calc_second_order=False, num_resamples=RESAMPLES, seed=seed + 1
    )
    columns = (found[key] for key in ("S1", "S1_conf", "ST", "ST_conf"))
    return [
        SobolIndex(output, name, *map(float, row)) for name, *row in zip(names, *columns, strict=True)
    ], ""


def runs(count: int, samples: int) -> int:
    """Number of solves of an analysis of `count` parameters."""
    return samples * (count + 2)
