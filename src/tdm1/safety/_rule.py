"""What one label rule is: conditions on findings, an action, what must recover, and where it was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tdm1.safety._labs import OtherEvent

#: What a rule asks for. `judgement` is shown to the reader and never acts.
RuleAction = Literal["give", "reduce", "hold", "stop", "judgement"]
Basis = Literal["absolute", "x_uln", "points_below_baseline", "grade", "sign", "event"]
Resume = Literal["same", "one_level_lower"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One bound or pair of bounds on one finding; a missing bound is None.

    `lower_closed` is True for "from" (>=) and False for "over" (>); `upper_closed` is True for "up to" (<=)
    and False for "below" (<). A sign has basis `sign`, an event basis `event` and the event it asks about.
    """

    lab: str
    basis: Basis
    lower: float | None = None
    lower_closed: bool = False
    upper: float | None = None
    upper_closed: bool = False
    event: OtherEvent | None = None

    def edges(self) -> tuple[float, ...]:
        """The bounds that are there, for building grids of findings."""
        return tuple(bound for bound in (self.lower, self.upper) if bound is not None)


#: Conditions that must all hold.
All = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a dose table.

    `when` is met when every condition of any of its alternatives is met. `until` (every condition of any
    alternative) must be measured before the next dose. `resume` is the dose after recovery. `repeat_within_day`
    asks for the ejection fraction again; with `stop_if_not_recovered` a repeat that does not meet `until` stops
    treatment. `dose_day_only` restricts the finding to the day of a planned dose. `lower_after_delays`: after so
    many episodes that held a due dose, the label says to consider one level lower, and the decision does it.
    `team_may_lower`: after recovery the text lets the team consider one level lower; told, never done by itself.
    """

    id: str
    when: tuple[All, ...]
    action: RuleAction
    until: tuple[All, ...]
    resume: Resume | None
    repeat_within_day: float | None
    stop_if_not_recovered: bool
    dose_day_only: bool
    setting: str
    region: str
    label_date: str
    source: str
    where: str
    read: str
    date: str
    note: str
    file: str
    lower_after_delays: int | None = None
    team_may_lower: bool = False

    @property
    def lowers(self) -> bool:
        """True when the dose after this finding is one level lower."""
        return self.action == "reduce" or self.resume == "one_level_lower"

    @property
    def acts(self) -> bool:
        """True when the rule changes a dose by itself."""
        return self.action in ("reduce", "hold", "stop")

    @property
    def strictness(self) -> int:
        """Order of the rules when several apply: give 0, reduce 1, hold 2, hold then reduce 3, stop 4.

        The label does not state this order; that the strictest wins is our choice.
        """
        order = {"judgement": -1, "give": 0, "reduce": 1, "hold": 2, "stop": 4}[self.action]
        return order + 1 if self.action == "hold" and self.lowers else order

    def labs(self) -> frozenset[str]:
        """Names of the findings that the rule looks at."""
        return frozenset(condition.lab for conditions in self.when for condition in conditions)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the label about how doses go on, told beside a decision; it decides nothing.

    `told_when` says beside which decisions: `held` while a dose is held, `lowered` once the level has fallen.
    """

    id: str
    text: str
    told_when: Literal["held", "lowered"]
    source: str
    where: str
    read: str
    label_date: str
    date: str
