"""Time in a trial: months, and how long each patient is followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1.population import streams
from tdm1.trial.definition import TrialFile

Array = NDArray[np.float64]

#: Days of a month, the mean of the calendar.
MONTH_DAY = 365.25 / 12.0


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Days from a patient's entry to the reading of the data, shape (N,), and the day of the first scan
    (0 in a trial without scans).
    """

    data_cut_day: Array
    survival_cut_day: Array
    first_scan_day: float


def follow_up(trial: TrialFile, seed: int, first: int, count: int) -> FollowUp:
    """Patients enter at the pace of the accrual; each keeps her own day whatever the number of patients."""
    period = trial.period
    accrual = (period.last_patient - period.first_patient).days
    entry = accrual * streams.uniform(seed, "entry", first, count, 1)[:, 0] ** (1.0 / period.pace)
    to_cut = (period.data_cut - period.first_patient).days - entry
    later = ((period.survival_cut or period.data_cut) - period.data_cut).days
    return FollowUp(to_cut, to_cut + later, trial.visits.scan_every or 0.0)


def censor(event_month: Array, seen_month: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Time and whether the event was seen before follow-up ended. An event that never comes is infinite."""
    happened = event_month <= seen_month
    return np.where(happened, event_month, seen_month), happened
