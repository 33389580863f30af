"""An arm on another treatment, drawn from its published results: a statistical model, not a mechanism.

Progression-free and overall survival are Weibull curves through the published medians; their shapes
come from the reconstructed patients of another trial of the same treatment. Response, progression and
death share a Gaussian copula, so that responders live longer. Worst laboratory grades are drawn from
the published table. Nothing here responds to a dose: the arm answers only for what was published.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr

from tdm1 import evidence
from tdm1.population import streams
from tdm1.trial.clock import MONTH_DAY, FollowUp, censor
from tdm1.trial.published_arm import EventGrades, LabGrades, PublishedArm, SurvivalCurve
from tdm1.trial.result import ArmResult

Array = NDArray[np.float64]


def weibull_time(curve: SurvivalCurve, surviving: Array) -> Array:
    """Time (month) at which the curve has fallen to `surviving` (0 to 1)."""
    scale = curve.median / np.log(2.0) ** (1.0 / curve.shape)
    return scale * (-np.log(surviving)) ** (1.0 / curve.shape)


def _share(printed: str) -> float:
    # A printed "<1" is taken as half of what it can be at most.
    return float(printed.removeprefix("<")) / (200.0 if printed.startswith("<") else 100.0)


def worst_event(grades: EventGrades, uniform: Array) -> NDArray[np.int64]:
    """Worst grade per patient: 3 (for 3 or worse), 1 (for 1 or 2) or 0; the table tells no more apart."""
    severe, anything = _share(grades.g3plus_pct), _share(grades.any_pct)
    return np.select([uniform < severe, uniform < anything], [3, 1], default=0)


def worst_grades(grades: LabGrades, uniform: Array) -> NDArray[np.int64]:
    """Worst grade per patient: 4, 3, 1 (for 1 or 2, which the table does not tell apart) or 0."""
    four, three, anything = _share(grades.g4_pct), _share(grades.g3_pct), _share(grades.any_pct)
    return np.select([uniform < four, uniform < four + three, uniform < anything], [4, 3, 1], default=0)


def run_control(
    name: str, arm: PublishedArm, covariates: Mapping[str, Array], follow_up: FollowUp, seed: int, first: int = 0
) -> ArmResult:
    """Outcomes of every patient of the arm; covariates and follow-up have one entry a patient."""
    count = arm.patients
    scores = streams.normal(seed, "control outcome", first, count, 3)
    rho_response = evidence.value("control.response_survival_correlation", "1")
    rho_death = evidence.value("control.progression_death_correlation", "1")
    progress = scores[:, 0]
    respond = rho_response * progress + np.sqrt(1.0 - rho_response**2) * scores[:, 1]
    die = rho_death * progress + np.sqrt(1.0 - rho_death**2) * scores[:, 2]
    # A high score is a late event: the surviving share is 1 - Phi.
    progression_month = weibull_time(arm.pfs, ndtr(-progress))
    # Without a published curve nothing is said of survival.
    death_month = np.full(count, np.nan)
    if arm.os is not None:
        death_month = np.maximum(weibull_time(arm.os, ndtr(-die)), progression_month)
    measurable = np.asarray(covariates["measurable"][:count]) > 0.5
    response = np.zeros(count, bool) if arm.orr is None else ndtr(-respond) < arm.orr / 100.0
    seen_month = follow_up.data_cut_day[:count] / MONTH_DAY
    pfs_month, pfs_event = censor(progression_month, seen_month)
    os_month, os_event = censor(death_month, follow_up.survival_cut_day[:count] / MONTH_DAY)
    survival = {} if arm.os is None else {"os_month": os_month, "os_event": os_event}
    columns: dict[str, object] = {
        "patient": np.arange(first, first + count),
        **{key: np.asarray(column[:count]) for key, column in covariates.items()},
        "measurable": measurable,
        "best_response": np.where(response, "PR", "NE" if arm.orr is None else "not PR"),
        "pfs_month": pfs_month,
        "pfs_event": pfs_event,
        **survival,
        "follow_up_month": seen_month,
        # Response ends when the disease progresses; it is first seen at the first scan.
        "response_month": np.where(response, np.minimum(follow_up.first_scan_day / MONTH_DAY, pfs_month), np.nan),
    }
    grades = arm.lab_grades()
    for analyte, table in grades.items():
        uniform = streams.uniform(seed, f"control grade {analyte}", first, count, 1)[:, 0]
        columns[f"grade_{analyte}"] = worst_grades(table, uniform)
    for term, events in arm.event_grades().items():
        uniform = streams.uniform(seed, f"control event {term}", first, count, 1)[:, 0]
        columns[f"ae_{term}"] = worst_event(events, uniform)
    return ArmResult(name=name, n=count, subjects=pl.DataFrame(columns))
