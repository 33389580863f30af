"""What the distributions of a trial file share: the quantile at a normal score, cuts, and checks of their numbers."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import ndtr, ndtri  # pyright: ignore[reportUnknownVariableType]

from tdm1.population._numbers import FromFact, Number, Stated, number
from tdm1.population._strict import Strict

Array = NDArray[np.float64]


class Base(Strict):
    """What all distributions share."""

    #: Fields that carry the unit of the covariate.
    in_unit: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def quantile(self, score: Array) -> Array:
        """Values at standard normal scores; never falls as the score rises. Any shape, kept."""

    def units(self) -> dict[str, str]:
        """Units written beside facts in fields that carry the covariate's unit, by field."""
        found: dict[str, str] = {}
        for field in self.in_unit:
            given = getattr(self, field)
            for part in given if isinstance(given, tuple) else (given,):
                if isinstance(part, (FromFact, Stated)):
                    found[field] = part.unit
        return found


def truncated(score: Array, low: float, high: float) -> Array:
    """Scores squeezed between two scores, so that their law is the normal one cut there."""
    if low == -np.inf and high == np.inf:
        return score
    if low > 0.0 or high == np.inf:  # work in the lower tail, where the normal distribution function keeps its digits
        return -truncated(-score, -high, -low)
    bottom, top = ndtr(low), ndtr(high)
    return np.clip(ndtri(bottom + (top - bottom) * ndtr(score)), low, high)


def positive(**given: float | FromFact | Stated | None) -> None:
    """Raises ValueError for the first given number that is not above 0."""
    for name, value in given.items():
        if value is not None and number(value) <= 0.0:
            raise ValueError(f"{name} is {number(value):g}; it must be above 0")


def ordered(**given: float | FromFact | Stated | None) -> None:
    """Raises ValueError when the given numbers do not rise in the order they are named."""
    last_name, last = "", -np.inf
    for name, value in given.items():
        if value is None:
            continue
        if number(value) <= last:
            raise ValueError(f"{name} ({number(value):g}) must be above {last_name} ({last:g})")
        last_name, last = name, number(value)


#: Normal score of the 95th percentile.
Z95 = float(ndtri(0.95))
_CUT = "the law is cut {side} this value and the rest scaled up; leave out for no cut"
#: Fields of a law that can be cut.
Lower = Annotated[Number | None, Field(default=None, description=_CUT.format(side="below"))]
Upper = Annotated[Number | None, Field(default=None, description=_CUT.format(side="above"))]
