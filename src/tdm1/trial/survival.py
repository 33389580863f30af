"""Overall survival from the tumour's early change (Bruno 2012 form, intercept calibrated to EMILIA)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.population import streams
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.people import People

Array = NDArray[np.float64]


def _lines_beyond_reference(prior_lines: Array) -> Array:
    """Earlier lines beyond the reference, no further than the largest group of the trial that the effect comes from."""
    highest = evidence.value("tumour.lines_highest", "1")
    return np.minimum(prior_lines, highest) - evidence.value("tumour.lines_reference", "1")


def death_day(people: People, seed: int, relative_change_week_6: Array) -> Array:
    """Day of death of each patient, shape (N,).

    relative_change_week_6   change of the sum of diameters at the landmark, as a fraction of baseline
    Log-normal after Bruno 2012; its term for the number of metastatic sites is left out because the
    baseline has none, and the intercept takes it up. Earlier lines of treatment act beside it (KAMILLA).
    Nobody dies before the landmark, where the model begins.
    """
    coefficient = evidence.value
    scores = streams.normal(seed, "death", people.first, people.count, 1)[:, 0]
    log_month = (
        coefficient("survival.intercept", "1")
        + coefficient("survival.tumour_size", "1/mm") * people.covariates["sum_of_diameters_mm"]
        + coefficient("survival.week_6_change", "1") * relative_change_week_6
        + coefficient("survival.ecog", "1") * people.covariates["ecog"]
        + coefficient("survival.lines", "1") * _lines_beyond_reference(people.covariates["prior_lines"])
        + coefficient("survival.spread", "1") * scores
    )
    return np.maximum(np.exp(log_month) * MONTH_DAY, coefficient("survival.landmark", "day"))
