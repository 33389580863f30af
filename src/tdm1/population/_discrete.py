"""Laws over a few values: categories, and yes or no."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtr  # pyright: ignore[reportUnknownVariableType]

from tdm1.population._law import Array, Base, ordered
from tdm1.population._numbers import Number, number


class Categorical(Base):
    """A few values with their probabilities."""

    in_unit = ("values",)
    distribution: Literal["categorical"]
    values: tuple[float, ...] = Field(strict=False, min_length=1, description="the values, rising")
    probabilities: tuple[Number | Literal["rest"], ...] = Field(
        strict=False, min_length=1, description="their probabilities (unit 1), which sum to 1; one may be the word rest"
    )

    @model_validator(mode="after")
    def _sound(self) -> Categorical:
        if len(self.values) != len(self.probabilities):
            raise ValueError(f"{len(self.values)} values but {len(self.probabilities)} probabilities")
        ordered(**{f"values[{place}]": value for place, value in enumerate(self.values)})
        if self.probabilities.count("rest") > 1:
            raise ValueError("only one probability may be the word rest")
        shares = self.shares()
        if np.any(shares < 0.0) or np.any(shares > 1.0):
            raise ValueError(f"probabilities must lie between 0 and 1: {shares.tolist()}")
        if abs(shares.sum() - 1.0) > 1e-9:
            raise ValueError(f"the probabilities sum to {shares.sum():g}, not to 1; one may be the word rest")
        return self

    def shares(self) -> Array:
        """The probabilities, `rest` worked out."""
        plain = [0.0 if share == "rest" else number(share) for share in self.probabilities]
        if "rest" in self.probabilities:
            plain[self.probabilities.index("rest")] = 1.0 - sum(plain)
        return np.asarray(plain)

    def quantile(self, score: Array) -> Array:
        """Values at standard normal scores: the higher the score, the later the value."""
        edges = np.cumsum(self.shares())[:-1]
        return np.asarray(self.values)[np.searchsorted(edges, ndtr(score), side="right")]


class YesNo(Base):
    """1 for a share of people, 0 for the others."""

    distribution: Literal["yes_no"]
    share: Number = Field(description="share of people with a yes, as a fraction (unit 1)")

    @model_validator(mode="after")
    def _sound(self) -> YesNo:
        if not 0.0 <= number(self.share) <= 1.0:
            raise ValueError(f"share is {number(self.share):g}; it must lie between 0 and 1")
        return self

    def quantile(self, score: Array) -> Array:
        """1 for the highest scores, a share of them, and 0 for the others."""
        return (ndtr(-np.asarray(score)) < number(self.share)).astype(np.float64)
