"""The people of one arm: baseline, random effects and follow-up, each fixed by the seed and the patient's number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import eligibility, population
from tdm1.population import streams
from tdm1.population.individual import EFFECTS, Individuals, individuals
from tdm1.trial.clock import FollowUp, follow_up
from tdm1.trial.definition import TrialFile

Array = NDArray[np.float64]

#: Patients who are simulated together. Whoever leaves, the rest are regrouped inside such a chunk only.
CHUNK = 1024


@dataclass(frozen=True, slots=True)
class People:
    """`count` patients numbered from `first`: covariates by name, parameters of their equations, follow-up."""

    first: int
    count: int
    covariates: dict[str, Array]
    individuals: Individuals
    follow_up: FollowUp


def people(trial: TrialFile, seed: int, first: int, count: int) -> People:
    """Patients of a trial; the same in every arm, so that arms differ by treatment alone."""
    covariates = population.sample(
        trial.population, seed, first, count, screen=eligibility.screen(trial.eligibility)
    )
    effects = streams.normal(seed, "variability", first, count, len(EFFECTS))
    return People(
        first, count, covariates, individuals(trial.body, covariates, effects, trial.overrides()),
        follow_up(trial, seed, first, count),
    )
