"""A law through published percentiles."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtri  # pyright: ignore[reportUnknownVariableType]

from tdm1.population._law import Array, Base, ordered, positive
from tdm1.population._numbers import Number, number


class Quantiles(Base):
    """A law through known percentiles: straight lines between them against the normal score.

    The first and last line go on beyond the outermost percentiles. Values past `lower` or `upper`
    are set to that bound, so that a share of people may sit exactly on it.
    """

    in_unit = ("values", "lower", "upper")
    distribution: Literal["quantiles"]
    at: tuple[float, ...] = Field(strict=False, min_length=2, description="probabilities, rising, between 0 and 1")
    values: tuple[Number, ...] = Field(
        strict=False, min_length=2, description="values at those probabilities, in the unit of the covariate"
    )
    scale: Literal["natural", "log"] = Field(description="straight lines in the value (natural) or its logarithm (log)")
    lower: Number | None = Field(default=None, description="smaller values are set to this one")
    upper: Number | None = Field(default=None, description="larger values are set to this one")

    @model_validator(mode="after")
    def _sound(self) -> Quantiles:
        if len(self.at) != len(self.values):
            raise ValueError(f"at has {len(self.at)} probabilities but values has {len(self.values)} numbers")
        if not all(0.0 < p < 1.0 for p in self.at) or any(b <= a for a, b in zip(self.at, self.at[1:], strict=False)):
            raise ValueError(f"at must rise and lie between 0 and 1, both excluded: {list(self.at)}")
        ordered(**{f"values[{place}]": value for place, value in enumerate(self.values)})
        if self.scale == "log":
            positive(**{"values[0]": self.values[0]})
        ordered(lower=self.lower, upper=self.upper)
        return self

    def quantile(self, score: Array) -> Array:
        """Values at standard normal scores."""
        knots = ndtri(np.asarray(self.at))
        heights = np.asarray([number(value) for value in self.values])
        if self.scale == "log":
            heights = np.log(heights)
        place = np.clip(np.searchsorted(knots, score) - 1, 0, len(knots) - 2)
        slope = np.diff(heights) / np.diff(knots)
        values = heights[place] + slope[place] * (score - knots[place])
        if self.scale == "log":
            values = np.exp(values)
        return np.clip(
            values,
            -np.inf if self.lower is None else number(self.lower),
            np.inf if self.upper is None else number(self.upper),
        )
