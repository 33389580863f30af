"""RECIST on the sum of diameters: hand-written cases, and a naive function for one patient."""

from __future__ import annotations

from itertools import pairwise
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1.trial.recist import RESPONSES, progression, respond

#: Sum at entry, lesions, sums at the scans, best response, scan of progression (-1: none), best change in percent.
CASES = {
    "grows at once": (100.0, 2, [125.0, 130.0], "PD", 0, 25.0),
    "grows by 19 %": (100.0, 2, [119.0, 119.0], "SD", -1, 19.0),
    "20 % of a small sum is under 5 mm": (20.0, 1, [24.5, 24.9], "SD", -1, 22.5),
    "5 mm on a small sum": (20.0, 1, [25.0], "PD", 0, 25.0),
    "shrinks and is confirmed": (100.0, 2, [70.0, 69.0, 69.0], "PR", -1, -31.0),
    "shrinks by 29.9 %": (100.0, 2, [70.1, 70.1], "SD", -1, -29.9),
    "shrinks once only": (100.0, 2, [65.0, 75.0, 75.0], "SD", -1, -35.0),
    "progression undoes the confirmation": (100.0, 2, [65.0, 85.0], "SD", 1, -35.0),
    "progression is from the nadir, not from entry": (100.0, 2, [50.0, 55.0, 60.0], "PR", 2, -50.0),
    "vanishes": (60.0, 2, [19.0, 18.0], "CR", -1, -70.0),
    "vanishes once": (60.0, 2, [19.0, 22.0, 22.0], "PR", -1, -100.0 * 41.0 / 60.0),
    "10 mm a lesion has not vanished": (60.0, 2, [20.0, 20.0], "PR", -1, -100.0 * 40.0 / 60.0),
    "last scan cannot be confirmed": (100.0, 2, [90.0, 60.0], "SD", -1, -40.0),
    "response after progression does not count": (100.0, 2, [130.0, 50.0, 50.0], "PD", 0, 30.0),
    "never scanned": (100.0, 2, [nan, nan], "NE", -1, nan),
    "left after one scan": (100.0, 2, [60.0, nan, nan], "SD", -1, -40.0),
    "missed scan between two": (100.0, 2, [60.0, nan, 60.0], "SD", -1, -40.0),
}


@pytest.mark.parametrize(("entry", "lesions", "sums", "best", "scan", "change"), CASES.values(), ids=CASES)
def test_response_against_hand_written_cases(
    entry: float, lesions: int, sums: list[float], best: str, scan: int, change: float
) -> None:
    found = respond(np.array([sums]), np.array([entry]), np.array([float(lesions)]))
    assert RESPONSES[found.best[0]] == best
    assert found.progression_scan[0] == scan
    assert found.best_change_pct[0] == pytest.approx(change, nan_ok=True)


def _naive(entry: float, lesions: int, sums: list[float]) -> tuple[str, int, float]:
    """One patient, scan by scan, from the text of RECIST 1.1."""
    nadir, scan, before = entry, -1, []
    for place, total in enumerate(sums):
        if not isnan(total) and total >= 1.2 * nadir and total - nadir >= 5.0:
            scan = place
            break
        before.append(total)
        if not isnan(total):
            nadir = min(nadir, total)
    best = "SD" if any(not isnan(total) for total in before) else "PD" if scan >= 0 else "NE"
    for first, second in pairwise(before):
        if first <= 0.7 * entry and second <= 0.7 * entry and best != "CR":
            best = "PR"
        if first / lesions < 10.0 and second / lesions < 10.0:
            best = "CR"
    looked = [total for total in [*before, *(sums[scan : scan + 1] if scan >= 0 else [])] if not isnan(total)]
    return best, scan, 100.0 * (min(looked) / entry - 1.0) if looked else nan


@given(
    entry=st.integers(11, 200), lesions=st.integers(1, 5),
    sums=st.lists(st.one_of(st.integers(1, 250).map(float), st.just(nan)), min_size=1, max_size=8),
)
def test_response_against_naive_function(entry: int, lesions: int, sums: list[float]) -> None:
    best, scan, change = _naive(float(entry), lesions, sums)
    found = respond(np.array([sums]), np.array([float(entry)]), np.array([float(lesions)]))
    # Whole numbers meet 0.7 and 1.2 of a sum exactly, where rounding may fall either way.
    edges = {round(0.7 * entry, 9), *(round(1.2 * total, 9) for total in [entry, *sums] if not isnan(total))}
    if not edges & {round(total, 9) for total in sums if not isnan(total)}:
        assert (RESPONSES[found.best[0]], int(found.progression_scan[0])) == (best, scan)
        assert found.best_change_pct[0] == pytest.approx(change, nan_ok=True)


def test_patients_do_not_mix() -> None:
    """Many at once give what each gives alone."""
    random = np.random.default_rng(2)
    sums = random.uniform(5.0, 200.0, (200, 6))
    sums[random.random((200, 6)) < 0.2] = nan
    entry, lesions = random.uniform(10.0, 200.0, 200), random.integers(1, 6, 200).astype(float)
    together = respond(sums, entry, lesions)
    for patient in range(200):
        alone = respond(sums[[patient]], entry[[patient]], lesions[[patient]])
        assert together.best[patient] == alone.best[0]
        assert together.progression_scan[patient] == alone.progression_scan[0]


def test_progression_looks_back_over_missing_scans() -> None:
    found = progression(np.array([[40.0, nan, 49.0]]), np.array([60.0]))
    assert found.tolist() == [[False, False, True]]
