"""The share of severe episodes at which the share of patients with a severe event is the published one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tdm1.symptoms.fit.shares import rising_root
from tdm1.symptoms.model import Symptoms

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def chances(runs: Sequence[Symptoms], column: int) -> tuple[Array, Flags]:
    """Multiple of each episode's chance of being severe, and which episodes can be so, both (N of all runs, K).

    An episode that worsens can only be severe if it lasted long enough on T-DM1 to climb there.
    """
    multiple, possible = [], []
    for run in runs:
        state, of = run.state, run.terms
        there = np.isfinite(state.start[:, column])
        if column in of.worsens:
            there &= state.climbed_day[:, column] >= 2.0 * of.climb_day
        multiple.append(state.multiple[:, column])
        possible.append(there)
    return np.concatenate(multiple), np.concatenate(possible)


def severe_chance(share: float, multiple: Array, possible: Flags) -> Array:
    """Chance that at least one of a patient's episodes is severe, shape (N,)."""
    spared = np.where(possible, 1.0 - np.minimum(share * multiple, 1.0), 1.0)
    return 1.0 - spared.prod(axis=1)


def share_for(
    arms: Sequence[tuple[Array, Flags]], already: Sequence[Flags], wanted: Sequence[float], patients: Sequence[int]
) -> float:
    """The share of severe episodes at which the arms together have the published number of patients.

    already    patients with a severe event of another member of the group
    """

    def missing(share: float) -> float:
        found = 0.0
        for (multiple, possible), others, goal, n in zip(arms, already, wanted, patients, strict=True):
            severe = np.where(others, 1.0, severe_chance(share, multiple, possible))
            found += n * (float(severe.mean()) - goal)
        return found

    return rising_root(missing, 0.0, 1.0)
