"""The Gaussian copula: correlations between covariates, and correlated normal scores from independent ones."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from tdm1.evidence import nearest
from tdm1.population._numbers import Number, number
from tdm1.population._strict import Strict
from tdm1.population.variables import VARIABLES

Array = NDArray[np.float64]


class Correlation(Strict):
    """The correlation of the normal scores of two covariates."""

    between: tuple[str, str] = Field(strict=False, description="names of the two covariates")
    coefficient: Number = Field(description="correlation of their normal scores, above -1 and below 1 (unit 1)")

    @model_validator(mode="after")
    def _sound(self) -> Correlation:
        for name in self.between:
            if name not in VARIABLES:
                raise ValueError(f"no covariate is called '{name}'{nearest(name, VARIABLES)}")
        if self.between[0] == self.between[1]:
            raise ValueError(f"'{self.between[0]}' cannot be correlated with itself")
        if not -1.0 < number(self.coefficient) < 1.0:
            raise ValueError(f"coefficient is {number(self.coefficient):g}; it must lie between -1 and 1")
        return self


def matrix(correlations: Iterable[Correlation]) -> Array:
    """Correlation matrix over VARIABLES in their order; pairs that are not given are 0.

    Raises ValueError for a pair given twice and for correlations that cannot hold together.
    """
    names = list(VARIABLES)
    found = np.eye(len(names))
    for correlation in correlations:
        i, j = (names.index(name) for name in correlation.between)
        if found[i, j] != 0.0:
            raise ValueError(f"the correlation between {names[i]} and {names[j]} is given twice")
        found[i, j] = found[j, i] = number(correlation.coefficient)
    smallest = float(np.linalg.eigvalsh(found)[0])
    if smallest <= 1e-9:
        raise ValueError(
            f"these correlations cannot hold together (smallest eigenvalue {smallest:.2g}); "
            "bring the strongest nearer to 0"
        )
    return found


def factor(correlation_matrix: Array) -> Array:
    """Lower triangular factor L of the correlation matrix: scores = L times independent scores."""
    return np.linalg.cholesky(correlation_matrix).astype(np.float64, copy=False)


def correlate(lower: Array, independent: list[Array]) -> list[Array]:
    """Correlated scores, one array a covariate, from independent ones in the same order.

    Sums run in a fixed order, element by element, so that a patient's digits do not depend on how
    many patients are drawn, as they might in a matrix product.
    """
    found: list[Array] = []
    for row in lower:
        score = np.zeros_like(independent[0])
        for weight, column in zip(row, independent, strict=True):
            if weight != 0.0:
                score = score + weight * column
        found.append(score)
    return found
