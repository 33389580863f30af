"""Symptoms of a logged course with other numbers or other draws, and the exposure that hazards gather from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdm1.symptoms.log import Log
from tdm1.symptoms.model import Symptoms
from tdm1.symptoms.numbers import Numbers
from tdm1.symptoms.stepping import multiples, strengths
from tdm1.symptoms.terms import terms

Array = NDArray[np.float64]


def replay(log: Log, numbers: Numbers, seed: int | None = None) -> Symptoms:
    """The symptoms of a logged course with other numbers; another seed draws other patients of the same course."""
    symptoms = Symptoms.of(terms(log.setting, numbers), log.seed if seed is None else seed, log.first, log.count)
    visits = iter([*log.visits, (len(log.steps) + 1, 0.0, {})])
    due, day, grades = next(visits)
    for number in range(len(log.steps) + 1):
        while due == number:
            symptoms.report_labs(day, grades)
            due, day, grades = next(visits)
        if number < len(log.steps):
            symptoms.step(*log.steps[number])
    return symptoms


def exposure(log: Log) -> tuple[Array, Array]:
    """What background and drug of each symptom act on until the end of the course: (N, T) each, in day.

    The hazard of a patient's first episode is frailty x (background x first + drug x second). Infusion reactions
    count infusions by weight instead of days.
    """
    of = terms(log.setting)
    background = np.zeros((log.count, len(of.symptoms)))
    drug = np.zeros_like(background)
    for days, drivers in log.steps:
        weight = multiples(of, drivers)
        weight *= drivers.at_risk[:, None]
        at_infusion = weight[:, of.at_infusion] * drivers.infusion_weight()[:, None]
        weight *= days
        weight[:, of.at_infusion] = at_infusion
        background += weight
        weight *= strengths(of, drivers)
        drug += weight
    return background, drug


def worst_measured(log: Log) -> NDArray[np.int8]:
    """Worst measured grade of the analytes of each reported term, shape (N, R)."""
    of = terms(log.setting)
    worst = np.zeros((log.count, len(of.reported)), np.int8)
    for _, _, grades in log.visits:
        for place, term in enumerate(of.reported):
            for analyte in term.analytes:
                if analyte in grades:
                    np.maximum(worst[:, place], grades[analyte], out=worst[:, place])
    return np.minimum(worst, 4)
