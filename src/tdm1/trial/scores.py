"""A published value beside a simulated one as `tdm1 qualify` counts it, and the scores over many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan, log
from typing import Literal

from tdm1.trial.result import Role

#: What a row is about. Survival, response and recurrence are efficacy.
KINDS = ("efficacy", "laboratory", "adverse events", "treatment", "pharmacokinetics")
Kind = Literal["efficacy", "laboratory", "adverse events", "treatment", "pharmacokinetics"]
#: Where the published interval comes from.
Origin = Literal["printed", "computed from counts", "computed from mean and SD", "none"]
State = Literal["inside", "outside", "no interval"]


@dataclass(frozen=True, slots=True)
class QualifiedRow:
    """One published value beside the simulated one. Intervals are 95 %, in `unit`; an open bound is infinite.

    `n` is the number of simulated patients of the arm. `drawn` is True for an arm that is itself drawn from its
    published table, whose agreement proves nothing. Without a published interval both published bounds are NaN.
    """

    trial: str
    arm: str
    endpoint: str
    unit: str
    kind: Kind
    role: Role
    drawn: bool
    published: float
    printed: str
    lower95: float
    upper95: float
    interval: Origin
    simulated: float
    simulated_lower95: float
    simulated_upper95: float
    n: int
    source: str
    read: str
    note: str = ""

    @property
    def state(self) -> State:
        """Whether the simulated value lies in the published interval. One that is missing (NaN) is outside."""
        if isnan(self.lower95) or isnan(self.upper95):
            return "no interval"
        return "inside" if self.lower95 <= self.simulated <= self.upper95 else "outside"

    @property
    def covered(self) -> bool | None:
        """Whether the published value lies in the simulated interval; None where there is none."""
        low, high = self.simulated_lower95, self.simulated_upper95
        if isnan(low) or isnan(high) or isnan(self.published) or not (isfinite(low) or isfinite(high)):
            return None
        return low <= self.published <= high

    @property
    def log_ratio(self) -> float | None:
        """ln(simulated / published), or None unless both are finite and above 0."""
        if not (isfinite(self.simulated) and isfinite(self.published) and self.simulated > 0 and self.published > 0):
            return None
        # A difference of logarithms: the ratio itself may be too small or too large for a number.
        return log(self.simulated) - log(self.published)

    @property
    def log_distance(self) -> float:
        """How far outside: |ln(simulated / nearest published bound)|; 0 inside and without an interval.

        A share of 0 % stands for half of one simulated patient, since it has no logarithm. A value that is missing
        or was not reached is infinitely far.
        """
        if self.state != "outside":
            return 0.0
        bound = self.lower95 if self.simulated < self.lower95 else self.upper95
        half = 50.0 / self.n if self.unit == "%" and self.n else 0.0
        value, bound = max(self.simulated, half), max(bound, half)
        if not (isfinite(self.simulated) and isfinite(bound) and value > 0 and bound > 0):
            return inf
        return abs(log(value) - log(bound))


@dataclass(frozen=True, slots=True)
class Score:
    """How a group of rows fared. Shares are fractions of 1; None where no row of the group has one.

    rows, with_interval, inside            all rows; those with a published interval; of these, those inside it
    with_simulated_interval, covered       rows with a simulated interval; of these, those that hold the published value
    with_ratio, without_ratio              rows where simulated and published are above 0 and finite, and the others
    mean_abs_log_ratio                     mean of |ln(simulated / published)| over `with_ratio` rows
    """

    group: str
    name: str
    rows: int
    with_interval: int
    inside: int
    with_simulated_interval: int
    covered: int
    with_ratio: int
    without_ratio: int
    mean_abs_log_ratio: float | None

    @property
    def share_inside(self) -> float | None:
        """Share of the rows with a published interval whose simulated value lies inside it."""
        return self.inside / self.with_interval if self.with_interval else None

    @property
    def coverage(self) -> float | None:
        """Share of the rows with a simulated interval that hold the published value."""
        return self.covered / self.with_simulated_interval if self.with_simulated_interval else None


def score(group: str, name: str, rows: Iterable[QualifiedRow]) -> Score:
    """The score of some rows; see `Score`."""
    found = list(rows)
    states = [row.state for row in found]
    covered = [row.covered for row in found if row.covered is not None]
    ratios = [abs(row.log_ratio) for row in found if row.log_ratio is not None]
    return Score(
        group=group,
        name=name,
        rows=len(found),
        with_interval=len(found) - states.count("no interval"),
        inside=states.count("inside"),
        with_simulated_interval=len(covered),
        covered=sum(covered),
        with_ratio=len(ratios),
        without_ratio=len(found) - len(ratios),
        mean_abs_log_ratio=sum(ratios) / len(ratios) if ratios else None,
    )


#: The overall scores: of everything, and of the parts that say most about the model.
_OVERALL: dict[str, Callable[[QualifiedRow], bool]] = {
    "all rows": lambda row: True,
    "read in the source only": lambda row: row.read == "read",
    "simulated arms only": lambda row: not row.drawn,
    "predicted, simulated arms only": lambda row: not row.drawn and row.role == "predicted",
    "predicted, simulated arms, read only": lambda row: (
        not row.drawn and row.role == "predicted" and row.read == "read"
    ),
}


def scores(rows: Sequence[QualifiedRow]) -> list[Score]:
    """Scores overall, by trial, role, kind, reading mark and kind of arm, in this order; empty groups are left out."""
    found = [score("overall", name, filter(keep, rows)) for name, keep in _OVERALL.items()]
    by: dict[str, Callable[[QualifiedRow], str]] = {
        "trial": lambda row: row.trial,
        "role": lambda row: row.role,
        "kind": lambda row: row.kind,
        "reading": lambda row: row.read,
        "arm": lambda row: "drawn from its published table" if row.drawn else "simulated",
    }
    for group, name_of in by.items():
        names = dict.fromkeys(KINDS if group == "kind" else (name_of(row) for row in rows))
        found += [score(group, name, (row for row in rows if name_of(row) == name)) for name in names]
    return [one for one in found if one.rows]


def failures(rows: Sequence[QualifiedRow]) -> list[QualifiedRow]:
    """Every row outside its published interval, the farthest on a log scale first."""
    outside = [row for row in rows if row.state == "outside"]
    return sorted(outside, key=lambda row: -row.log_distance)
