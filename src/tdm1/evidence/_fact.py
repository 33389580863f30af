"""What one fact is: a number with its unit, kind, population, source and how it was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: How a number came to us. `read`: in the primary text or a stored table of it. `secondary`: in a
#: later paper or code that cites it. `recall`: from memory, not re-read. `derived`: computed by us
#: from listed inputs. `calibrated`: fitted by a committed script to named data. `assumed`: a
#: modelling choice with no source for the number, and the note says why it is what it is.
Reading = Literal["read", "secondary", "recall", "derived", "calibrated", "assumed"]

#: What the number is. A spread is always one of `variance`, `sd`, `cv`, `covariance`, `correlation`.
Kind = Literal[
    "typical", "variance", "sd", "cv", "covariance", "correlation", "exponent", "coefficient",
    "reference", "bound", "quantile", "share", "count", "constant", "observation",
]


@dataclass(frozen=True, slots=True)
class Variability:
    """The spread of a value between patients.

    `kind` is `variance` (of the logarithm), `cv` (fraction, log-normal) or `sd` (of the value
    itself, or of the logarithm or logit as `scale` says).
    """

    kind: Literal["variance", "cv", "sd"]
    value: float
    scale: Literal["log", "logit", "natural"]
    source: str
    where: str
    read: Reading
    note: str = ""

    @property
    def sd(self) -> float:
        """Standard deviation on `scale` (dimensionless for log and logit)."""
        if self.kind == "sd":
            return self.value
        if self.kind == "variance":
            return self.value**0.5
        # CV of a log-normal: the exact relation, not the first-order one.
        from math import log1p, sqrt

        return sqrt(log1p(self.value**2))


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the literature, or of our own calibration, with everything needed to trust it."""

    name: str
    meaning: str
    value: float
    unit: str
    kind: Kind
    population: str
    source: str
    where: str
    read: Reading
    date: str
    note: str
    variability: Variability | None
    file: str


@dataclass(frozen=True, slots=True)
class Source:
    """One publication, label or data set that facts point to."""

    key: str
    citation: str
    doi: str
    url: str
    note: str = ""
