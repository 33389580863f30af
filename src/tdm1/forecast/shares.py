"""Shares of people with what is known of their error: the chance of the simulation, and the model beside the trial."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import inf, log, sqrt
from typing import Any

from scipy.special import expit, ndtri  # pyright: ignore[reportUnknownVariableType]

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class InTrial:
    """The same share in the published trial, and in the model's run of that trial's own people.

    of_100, lower95, upper95   what the trial saw, of 100 people, and its 95 % interval
    printed                    the published number as it was printed
    model_of_100               what the model gives for the trial's own people
    role                       calibrated (the model was fitted to it) or predicted
    source, read               key of the source, and how it was read
    """

    of_100: float
    lower95: float
    upper95: float
    printed: str
    model_of_100: float
    role: str
    source: str
    read: str

    @property
    def off_by(self) -> float:
        """What the model gives for the trial's own people less what the trial saw, of 100."""
        return self.model_of_100 - self.of_100


@dataclass(frozen=True, slots=True)
class Share:
    """People of 100 to whom something happened.

    chance      95 % interval that covers the chance of the simulation alone
    in_trial    the published share, where the trial told it
    plausible   wider: the chance of the simulation, and how far model and trial may lie apart in the trial's own
                people; None where the trial told nothing. Neither covers how far a person differs from all of these
    """

    of_100: float
    chance: tuple[float, float]
    in_trial: InTrial | None = None
    plausible: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; shares are of 100 people."""
        return {
            "of_100": self.of_100,
            "chance95_of_100": list(self.chance),
            "in_trial": None if self.in_trial is None else {**asdict(self.in_trial), "off_by": self.in_trial.off_by},
            "plausible_of_100": None if self.plausible is None else list(self.plausible),
        }


def wilson(count: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, of 100 (Wilson, J Am Stat Assoc 1927;22:209): it holds its share, even 0 or all.

    Raises ValueError unless 0 <= count <= n and n is at least 1.
    """
    if n < 1 or not 0 <= count <= n:
        raise ValueError(f"{count} of {n} people is no share")
    z = float(ndtri((1.0 + _LEVEL) / 2.0))
    share, weight = count / n, z * z / n
    middle = (share + weight / 2.0) / (1.0 + weight)
    half = z * sqrt(share * (1.0 - share) / n + weight / (4.0 * n)) / (1.0 + weight)
    low = 0.0 if count == 0 else max(middle - half, 0.0)
    high = 1.0 if count == n else min(middle + half, 1.0)
    return 100.0 * low, 100.0 * high


def _logit(of_100: float) -> float:
    if of_100 <= 0.0:
        return -inf
    return inf if of_100 >= 100.0 else log(of_100) - log(100.0 - of_100)


def _of_100(logit: float) -> float:
    return 100.0 * float(expit(logit))


def plausible(
    chance: tuple[float, float], trial: tuple[float, float], model_of_100: float, n: int
) -> tuple[float, float]:
    """`chance` widened by how far the model may be off, as a ratio of odds.

    trial          published 95 % interval, of 100
    model_of_100   the model's share in the trial's own people, from `n` of them
    The true share of the trial lies in `trial`, so the model's odds may be wrong by the ratio of each bound's odds to
    its own; the person's are taken to be wrong alike. The result holds `chance` always.
    """
    # Nobody, or everybody, has no odds: half a person stands for it.
    centre = _logit(100.0 * (model_of_100 / 100.0 * n + 0.5) / (n + 1.0))
    low, high = (_of_100(_logit(own) + _logit(bound) - centre) if 0.0 < own < 100.0 else own
                 for own, bound in zip(chance, trial, strict=True))
    return min(low, chance[0]), max(high, chance[1])


def compared(share: Share, published: InTrial | None, n: int) -> Share:
    """The share with what the trial saw beside it; `n` people stand behind the model's run of the trial."""
    if published is None:
        return share
    bounds = (published.lower95, published.upper95)
    return Share(share.of_100, share.chance, published, plausible(share.chance, bounds, published.model_of_100, n))


def through_median(
    share: Share, trial_median: tuple[float, float], model_median: float
) -> Share:
    """A share that still holds at some time, widened by how far the model's median time may be off.

    trial_median   95 % interval of the published median
    model_median   the model's median in the trial's own people, in the same unit
    The true median of the trial lies in its interval; hazards are taken to be wrong by one factor at all times, so a
    share S becomes S to the power of the ratio of medians. Without a finite median nothing is said.
    """
    if not (0.0 < model_median < inf and trial_median[0] > 0.0):
        return share
    low, high = (min(max(bound / 100.0, 0.0), 1.0) for bound in share.chance)
    low, high = low ** max(model_median / trial_median[0], 1.0), high ** min(model_median / trial_median[1], 1.0)
    return Share(share.of_100, share.chance, share.in_trial, (100.0 * low, 100.0 * high))
