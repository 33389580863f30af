"""Virtual patients: baseline covariates from their distributions, correlated, and eligible for the trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.population._copula import Array, correlate
from tdm1.population.baseline import BaselineSpec, PopulationError
from tdm1.population.streams import BLOCK, normal
from tdm1.population.variables import VARIABLES

if TYPE_CHECKING:
    import polars as pl

#: Draws that one patient is given to meet the criteria before the criteria are called unsatisfiable.
ATTEMPTS = 256


class Screen(Protocol):
    """Eligibility as the sampler needs it: which criteria each drawn patient meets."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the criteria, one a column of `met`."""
        ...

    def met(self, columns: Mapping[str, Array]) -> NDArray[np.bool_]:
        """Whether each patient meets each criterion, shape (patients, criteria)."""
        ...


def _draw(baseline: BaselineSpec, lower: Array, seed: int, block: int, attempt: int) -> dict[str, Array]:
    """One attempt for all patients of a block, before eligibility."""
    independent = [
        # A stream a covariate: a new covariate does not change the others.
        normal(seed, f"baseline {name}", block * BLOCK, BLOCK, attempt=attempt)[:, 0] for name in VARIABLES
    ]
    scores = dict(zip(VARIABLES, correlate(lower, independent), strict=True))
    found = {name: baseline.of(name).quantile(scores[name]) for name in baseline.names}
    if "sum_of_diameters_mm" not in found:
        return found
    smallest = evidence.value("population.target_lesions.smallest_diameter", "mm")
    room = np.maximum(np.floor(found["sum_of_diameters_mm"] / smallest), 1.0)
    largest = evidence.value("population.target_lesions.largest_diameter", "mm")
    needed = np.ceil(found["sum_of_diameters_mm"] / largest)
    found["n_target_lesions"] = np.maximum(np.minimum(found["n_target_lesions"], room), needed)
    return found


def _block(
    baseline: BaselineSpec, lower: Array, seed: int, block: int, screen: Screen | None, wanted: slice
) -> dict[str, Array]:
    """Covariates of the wanted patients of a block: for each the first draw that meets the criteria."""
    kept = _draw(baseline, lower, seed, block, 0)
    if screen is None:
        return {name: column[wanted] for name, column in kept.items()}
    pending = np.zeros(BLOCK, dtype=np.bool_)
    pending[wanted] = True
    drawn = kept
    failures = np.zeros(len(screen.ids))
    tried = 0
    for attempt in range(1, ATTEMPTS + 1):
        met = screen.met(drawn)
        failures += np.sum(~met[pending], axis=0)
        tried += int(pending.sum())
        accepted = pending & met.all(axis=1)
        for name, column in drawn.items():
            kept[name][accepted] = column[accepted]
        pending &= ~accepted
        if not pending.any():
            return {name: column[wanted] for name, column in kept.items()}
        if attempt < ATTEMPTS:
            drawn = _draw(baseline, lower, seed, block, attempt)
    worst = [place for place in np.argsort(-failures) if failures[place] > 0][:3]
    reasons = ", ".join(f"{screen.ids[place]} ({100.0 * failures[place] / tried:.0f} % of draws)" for place in worst)
    raise PopulationError(
        f"patient {block * BLOCK + int(np.flatnonzero(pending)[0])} met the eligibility criteria in none of {ATTEMPTS} "
        f"draws. Criteria failed most: {reasons}. Loosen the criteria or change the baseline distributions"
    )


def sample(
    baseline: BaselineSpec, seed: int, first: int, count: int, *, screen: Screen | None = None
) -> dict[str, Array]:
    """Baseline covariates of patients `first` to `first + count - 1`, by name (see VARIABLES for units).

    Every array has shape (count,) and type float64; yes-or-no covariates are 1 and 0; covariates that
    the baseline leaves out are not there. Covariates are drawn through a Gaussian copula. With `screen`
    (the trial's eligibility criteria), a patient who fails is drawn again from her own stream until she
    meets them all, so that patient k is the same person whatever `first` and `count` are. The number of
    lesions is such that their mean diameter lies between the smallest measurable one and the largest
    that a lesion is taken to have.

    Raises ValueError for a negative `first` or `count` or a bad seed, and PopulationError when a
    patient meets the criteria in none of ATTEMPTS draws.
    """
    if first < 0 or count < 0:
        raise ValueError(f"first is {first} and count is {count}; both must be 0 or more")
    lower = baseline.factor()
    parts: list[dict[str, Array]] = []
    end = first + count
    for block in range(first // BLOCK, -(-end // BLOCK) if count else first // BLOCK):
        start = block * BLOCK
        wanted = slice(max(first - start, 0), min(end - start, BLOCK))
        parts.append(_block(baseline, lower, seed, block, screen, wanted))
    return {name: np.concatenate([part[name] for part in parts] or [np.empty(0)]) for name in baseline.names}


def frame(columns: Mapping[str, Array], first: int = 0) -> pl.DataFrame:
    """Sampled covariates as a Polars frame: `patient` from `first`, whole numbers Int64, yes or no Boolean."""
    import polars as pl

    kinds = {"number": pl.Float64, "whole": pl.Int64, "yes_no": pl.Boolean}
    series = [
        pl.Series(name, columns[name]).cast(kinds[variable.kind])
        for name, variable in VARIABLES.items() if name in columns
    ]
    count = len(series[0])
    return pl.DataFrame([pl.Series("patient", np.arange(first, first + count)), *series])
