"""Recurrence after surgery: clonogens that survived, thinned by each dose of T-DM1 (promotion-time cure model).

The number of surviving clonogens is Poisson; each is found after an exponential time, the first is the
event, and who has none is cured: S(t) = exp(-theta F(t)) (Yakovlev and Tsodikov; the cumulative hazard
is bounded). A dose of T-DM1 kills a share of those outside the brain, so the hazard falls with the doses
received; the conjugate does not reach those in the brain. Death follows recurrence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.population import streams
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.definition import Recurrence
from tdm1.trial.people import People

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Ends(NamedTuple):
    """Day of recurrence (infinite: cured), its site ('', 'cns', 'distant', 'local'), and the day of death."""

    day: Array
    site: NDArray[np.str_]
    death_day: Array


@dataclass
class Relapses:
    """Cumulative hazards of N patients outside the brain and in it, and how much each can bear."""

    risk: Recurrence
    hazard: Array
    bearable: Array
    found: Array
    """(N, 2) day of recurrence outside the brain and in it; infinite while there is none."""
    until: Array
    site_score: Array
    death_score: Array

    @classmethod
    def of(cls, risk: Recurrence, people: People, seed: int) -> Relapses:
        """Patients of a chunk at day 0."""
        drawn = streams.uniform(seed, "recurrence", people.first, people.count, 4)
        shape = (people.count, 2)
        return cls(
            risk, np.zeros(shape), -np.log(drawn[:, :2]), np.full(shape, np.inf), np.zeros(people.count),
            drawn[:, 2], drawn[:, 3],
        )

    def _rates(self, full_doses: Array) -> Array:
        """Clonogens that can still come back, shape (N, 2), after so many full doses of T-DM1."""
        survive = np.exp(-evidence.value("recurrence.log_kill_per_dose", "1") * full_doses)
        return np.column_stack([self.risk.clonogens * survive, np.full(len(survive), self.risk.brain_clonogens)])

    def _share_found(self, day: Array) -> Array:
        return -np.expm1(-day / self.risk.mean_time)

    def step(self, start_day: float, end_day: float, full_doses: Array, who: Flags) -> Flags:
        """Recurrences between two days in the patients `who`; True where there was one."""
        rates = self._rates(full_doses)
        from_share = self._share_found(np.full(len(who), start_day))[:, None]
        to_share = self._share_found(np.full(len(who), end_day))[:, None]
        grown = np.where(who[:, None], self.hazard + rates * (to_share - from_share), self.hazard)
        crossed = who[:, None] & (grown >= self.bearable) & np.isinf(self.found)
        self.found = np.where(crossed, self._day_found(from_share, rates), self.found)
        self.hazard = grown
        self.until = np.where(who, end_day, self.until)
        return np.asarray(crossed.any(axis=1))

    def _day_found(self, from_share: Array, rates: Array) -> Array:
        """Day at which the hazard reaches what is bearable, from a day whose share found is given."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = from_share + (self.bearable - self.hazard) / rates
            return np.where(share < 1.0, -self.risk.mean_time * np.log1p(-share), np.inf)

    def finish(self, full_doses: Array) -> Ends:
        """The rest of every patient's course, with the doses that she got."""
        later = self._day_found(self._share_found(self.until)[:, None], self._rates(full_doses))
        self.found = np.where(np.isfinite(self.found), self.found, later)
        day = self.found.min(axis=1)
        in_brain = self.found[:, 1] < self.found[:, 0]
        distant = self.site_score < evidence.value("recurrence.distant_share", "1")
        site = np.select([np.isinf(day), in_brain, distant], ["", "cns", "distant"], default="local")
        median = evidence.value("recurrence.survival_median", "month") * MONTH_DAY
        after = -np.log(self.death_score) / np.log(2.0) * median
        return Ends(day, site.astype("U8"), day + after)
