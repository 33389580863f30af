"""Continuous laws by their usual parameters: constant, normal, log-normal, logit-normal."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, model_validator
from scipy.special import expit, logit  # pyright: ignore[reportUnknownVariableType]

from tdm1.population._law import Z95, Array, Base, Lower, Upper, ordered, positive, truncated
from tdm1.population._numbers import Number, number


class Constant(Base):
    """The same value for everyone."""

    in_unit = ("value",)
    distribution: Literal["constant"]
    value: Number = Field(description="the value, in the unit of the covariate")

    def quantile(self, score: Array) -> Array:
        """The value, in the shape of the scores."""
        return np.full(np.shape(score), number(self.value))


class Normal(Base):
    """A normal law, if wanted cut at one or both ends."""

    in_unit = ("mean", "sd", "lower", "upper")
    distribution: Literal["normal"]
    mean: Number = Field(description="mean before any cut, in the unit of the covariate")
    sd: Number = Field(description="standard deviation before any cut, in the unit of the covariate")
    lower: Lower
    upper: Upper

    @model_validator(mode="after")
    def _sound(self) -> Normal:
        positive(sd=self.sd)
        ordered(lower=self.lower, upper=self.upper)
        return self

    def quantile(self, score: Array) -> Array:
        """Values at standard normal scores."""
        mean, sd = number(self.mean), number(self.sd)
        low = -np.inf if self.lower is None else (number(self.lower) - mean) / sd
        high = np.inf if self.upper is None else (number(self.upper) - mean) / sd
        return mean + sd * truncated(score, low, high)


class LogNormal(Base):
    """A log-normal law by two of: median and a percentile, median and CV, or both percentiles."""

    in_unit = ("median", "p05", "p95", "lower", "upper")
    distribution: Literal["lognormal"]
    median: Number | None = Field(default=None, description="median before any cut, in the unit of the covariate")
    p05: Number | None = Field(default=None, description="5th percentile before any cut, in the unit of the covariate")
    p95: Number | None = Field(default=None, description="95th percentile before any cut, in the unit of the covariate")
    cv: Number | None = Field(default=None, description="coefficient of variation, as a fraction (no unit)")
    lower: Lower
    upper: Upper

    @model_validator(mode="after")
    def _sound(self) -> LogNormal:
        given = {name for name in ("median", "p05", "p95", "cv") if getattr(self, name) is not None}
        if given not in ({"median", "p95"}, {"median", "p05"}, {"median", "cv"}, {"p05", "p95"}):
            raise ValueError(
                f"a lognormal takes median and p95, median and p05, median and cv, or p05 and p95; given: "
                f"{', '.join(sorted(given)) or 'none of them'}"
            )
        positive(median=self.median, p05=self.p05, p95=self.p95, cv=self.cv, upper=self.upper)
        ordered(p05=self.p05, median=self.median, p95=self.p95)
        ordered(lower=self.lower, upper=self.upper)
        return self

    def _log_law(self) -> tuple[float, float]:
        logs = {name: float(np.log(number(getattr(self, name)))) for name in ("median", "p05", "p95")
                if getattr(self, name) is not None}
        if "median" not in logs:
            return (logs["p05"] + logs["p95"]) / 2.0, (logs["p95"] - logs["p05"]) / (2.0 * Z95)
        if "p95" in logs:
            return logs["median"], (logs["p95"] - logs["median"]) / Z95
        if "p05" in logs:
            return logs["median"], (logs["median"] - logs["p05"]) / Z95
        assert self.cv is not None
        return logs["median"], float(np.sqrt(np.log1p(number(self.cv) ** 2)))

    def quantile(self, score: Array) -> Array:
        """Values at standard normal scores."""
        mean, sd = self._log_law()
        lower = 0.0 if self.lower is None else max(number(self.lower), 0.0)
        low = -np.inf if lower == 0.0 else (np.log(lower) - mean) / sd
        high = np.inf if self.upper is None else (np.log(number(self.upper)) - mean) / sd
        return np.exp(mean + sd * truncated(score, float(low), float(high)))


class LogitNormal(Base):
    """A law between two ends whose logit is normal."""

    in_unit = ("median", "p95", "lowest", "highest")
    distribution: Literal["logit_normal"]
    median: Number = Field(description="median, in the unit of the covariate")
    p95: Number = Field(description="95th percentile, in the unit of the covariate")
    lowest: Number = Field(description="lower end, never reached, in the unit of the covariate")
    highest: Number = Field(description="upper end, never reached, in the unit of the covariate")

    @model_validator(mode="after")
    def _sound(self) -> LogitNormal:
        ordered(lowest=self.lowest, median=self.median, p95=self.p95, highest=self.highest)
        return self

    def quantile(self, score: Array) -> Array:
        """Values at standard normal scores."""
        low, high = number(self.lowest), number(self.highest)
        centre, upper = (float(logit((number(point) - low) / (high - low))) for point in (self.median, self.p95))
        return low + (high - low) * expit(centre + (upper - centre) / Z95 * score)
