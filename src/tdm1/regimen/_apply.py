"""Carries out the decisions of one visit: writes them into the ledger and gives the engine its infusions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.regimen.ledger import Ledger
from tdm1.regimen.schedule import Schedule, infusion_rate_mg_per_day


@dataclass(frozen=True, slots=True)
class Infusions:
    """What the engine runs into each patient listed: `rate_mg_per_day` for `length_day`; 0 where no dose is given."""

    patient: NDArray[np.int32]
    rate_mg_per_day: NDArray[np.float64]
    length_day: NDArray[np.float64]
    dose_mg: NDArray[np.float64]


def apply(
    ledger: Ledger,
    schedule: Schedule,
    *,
    patient: ArrayLike,
    time_day: ArrayLike,
    action: ArrayLike,
    rule: ArrayLike,
    level: ArrayLike,
    given: ArrayLike,
    weight_kg: ArrayLike,
    tolerated: ArrayLike = True,
) -> tuple[Ledger, Infusions]:
    """A new ledger with every decision, and a dose for each patient in `given`, with the infusions for the engine.

    patient     numbers of the patients at this visit; the other arrays are in their order, or one value for all
    action, rule, level, given   as in the label's decisions
    weight_kg   body weight today
    tolerated   earlier infusions were tolerated; if not, the next one takes the first, longer time
    Raises RegimenError as `Ledger.with_doses` and `Ledger.with_decisions` do.
    """
    who = np.array(patient, dtype=np.int32).reshape(-1)
    count = len(who)

    def one_each(value: ArrayLike) -> NDArray[np.float64]:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (count,))

    treated = one_each(given).astype(np.bool_)
    after = ledger.with_decisions(who, time_day, action, rule, level)
    length = np.zeros(count)
    rate, dose = length.copy(), length.copy()
    if treated.any():
        sub = who[treated]
        minutes = schedule.infusion_day(ledger.given[sub], one_each(tolerated)[treated])
        after = after.with_doses(sub, one_each(time_day)[treated], one_each(level)[treated],
                                 one_each(weight_kg)[treated], minutes)
        dose[treated], length[treated] = after.doses[-1].dose_mg, minutes
        rate[treated] = infusion_rate_mg_per_day(dose[treated], minutes)
    return after, Infusions(patient=who, rate_mg_per_day=rate, length_day=length, dose_mg=dose)
