"""RECIST 1.1 on the sum of diameters: best response with confirmation, and progression.

Arrays have shape (N, scans). The sum at entry is the baseline; the nadir includes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence

Array = NDArray[np.float64]

#: Best responses from best to worst, as the codes of `Responses.best`.
RESPONSES = ("CR", "PR", "SD", "PD", "NE")


@dataclass(frozen=True, slots=True)
class Responses:
    """Per patient: index of the scan that shows progression (-1 none), best response code, best change (%)."""

    progression_scan: NDArray[np.int64]
    best: NDArray[np.int64]
    best_change_pct: Array


def progression(sums_mm: Array, baseline_mm: Array) -> NDArray[np.bool_]:
    """Where a scan shows progression: +20 % and +5 mm over the smallest sum so far. NaN is no scan."""
    growth = evidence.value("recist.progression_increase", "1")
    absolute = evidence.value("recist.progression_absolute", "mm")
    so_far = np.fmin.accumulate(np.column_stack([baseline_mm, sums_mm]), axis=1)[:, :-1]
    with np.errstate(invalid="ignore"):
        return (sums_mm >= so_far * (1.0 + growth)) & (sums_mm >= so_far + absolute)


def respond(sums_mm: Array, baseline_mm: Array, lesions: Array) -> Responses:
    """Best response of each patient over the scans up to progression.

    sums_mm      sum of diameters per scan, NaN where no scan was made
    baseline_mm  sum at entry; lesions: number of target lesions
    CR and PR count when the next scan confirms them; a patient with no scan is NE.
    Source: RECIST 1.1 (Eisenhauer 2009).
    """
    shrink = evidence.value("recist.partial_response_decrease", "1")
    vanish = evidence.value("recist.complete_response_diameter", "mm")
    count, scans = sums_mm.shape
    progressed = progression(sums_mm, baseline_mm)
    first = np.where(progressed.any(axis=1), progressed.argmax(axis=1), -1)
    index = np.arange(scans)
    before = (index[None, :] < np.where(first < 0, scans, first)[:, None]) & np.isfinite(sums_mm)
    with np.errstate(invalid="ignore"):
        small = before & (sums_mm / lesions[:, None] < vanish)
        partial = before & (sums_mm <= baseline_mm[:, None] * (1.0 - shrink))
    none = np.zeros((count, 1), bool)
    confirmed_cr = (small & np.hstack([small[:, 1:], none])).any(axis=1)
    confirmed_pr = (partial & np.hstack([partial[:, 1:], none])).any(axis=1)
    stable = before.any(axis=1)
    best = np.select([confirmed_cr, confirmed_pr, stable, first >= 0], [0, 1, 2, 3], default=4)
    scanned = before | (index[None, :] == first[:, None])
    lowest = np.min(np.where(scanned & np.isfinite(sums_mm), sums_mm, np.inf), axis=1, initial=np.inf)
    change = np.where(np.isfinite(lowest), 100.0 * (lowest / baseline_mm - 1.0), np.nan)
    return Responses(first.astype(np.int64), best.astype(np.int64), change)
