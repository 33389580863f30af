"""Where N patients stand with T symptoms, and the random numbers that are theirs from the start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tdm1 import evidence
from tdm1.population import streams

Array = NDArray[np.float64]

#: Episodes of one symptom that a patient can have; those beyond are left out.
EPISODES = 4


def _reporting(proneness: Array, own: Array) -> Array:
    """Uniform number of each patient for a report; low for those who are prone to symptoms, for they see doctors."""
    shared = evidence.value("symptoms.reporting_correlation", "1")
    return np.asarray(ndtr(np.sqrt(1.0 - shared) * own - np.sqrt(shared) * proneness))


@dataclass(slots=True)
class State:
    """Symptoms of N patients; moved in place by the model.

    frailty          (N, T) factor of the hazard, median 1
    threshold        (N, T, K) hazard to gather until each onset
    grade_draw, duration_draw   (N, T, K) uniform numbers
    remaining        (N, T) hazard still to gather until the next onset
    number           (N, T) episodes so far
    end_day          (N, T) when the last episode ends or ended
    start, end, grade   (N, T, K) the episodes; the grade as far as it has come
    aim, climbed_day    (N, T, K) grade that the episode leads to, and its days on T-DM1
    multiple            (N, T, K) factor that the low blood value put on its chance of being severe
    reported_draw    (N, R); measured, reported_day (N, R) worst measured grade, first day on which it was reported
    overlap_day, overlap_end_day   (N, O) first day of each overlap, and the end of its symptom
    infusion_reaction   (N,) worst grade of a reaction to the last infusion
    serious_draw     (N,)
    """

    first: int
    day: float
    frailty: Array
    threshold: Array
    grade_draw: Array
    duration_draw: Array
    remaining: Array
    number: NDArray[np.int_]
    end_day: Array
    start: Array
    end: Array
    grade: NDArray[np.int8]
    aim: NDArray[np.int8]
    climbed_day: Array
    multiple: Array
    reported_draw: Array
    measured: NDArray[np.int8]
    reported_day: Array
    overlap_day: Array
    overlap_end_day: Array
    infusion_reaction: NDArray[np.int8]
    serious_draw: Array

    @classmethod
    def of(cls, seed: int, first: int, count: int, terms: tuple[str, ...], reported: tuple[str, ...],
           overlaps: int) -> State:
        """Patients `first` to `first + count - 1` before treatment. Their numbers do not depend on the other terms."""
        shape, episodes = (count, len(terms)), (count, len(terms), EPISODES)
        common = evidence.value("symptoms.common_frailty_sd", "1")
        own = evidence.value("symptoms.term_frailty_sd", "1")
        proneness = streams.normal(seed, "symptoms", first, count)[:, 0]
        frailty, draws = np.empty(shape), np.empty((*episodes, 3))
        for column, term in enumerate(terms):
            scores = streams.normal(seed, f"symptom frailty {term}", first, count)[:, 0]
            frailty[:, column] = common * proneness + own * scores
            drawn = streams.uniform(seed, f"symptom {term}", first, count, 3 * EPISODES)
            draws[:, column] = drawn.reshape(count, EPISODES, 3)
        threshold = -np.log(draws[..., 0])
        scores = [streams.normal(seed, f"reported {name}", first, count)[:, 0] for name in reported]
        told = [_reporting(proneness, own_score) for own_score in scores]
        return cls(
            first=first,
            day=0.0,
            frailty=np.exp(frailty),
            threshold=threshold,
            grade_draw=draws[..., 1],
            duration_draw=draws[..., 2],
            remaining=threshold[..., 0].copy(),
            number=np.zeros(shape, int),
            end_day=np.full(shape, -np.inf),
            start=np.full(episodes, np.inf),
            end=np.full(episodes, np.inf),
            grade=np.zeros(episodes, np.int8),
            aim=np.zeros(episodes, np.int8),
            climbed_day=np.zeros(episodes),
            multiple=np.ones(episodes),
            reported_draw=np.column_stack(told) if told else np.empty((count, 0)),
            measured=np.zeros((count, len(reported)), np.int8),
            reported_day=np.full((count, len(reported)), np.inf),
            overlap_day=np.full((count, overlaps), np.inf),
            overlap_end_day=np.full((count, overlaps), np.inf),
            infusion_reaction=np.zeros(count, np.int8),
            serious_draw=streams.uniform(seed, "serious event", first, count)[:, 0],
        )

    def now(self, column: int) -> NDArray[np.int8]:
        """Grade of one symptom today, shape (N,); 0 without an episode."""
        grade = np.zeros(len(self.number), np.int8)
        ill = np.flatnonzero(self.end_day[:, column] > self.day)
        grade[ill] = self.grade[ill, column, self.number[ill, column] - 1]
        return grade
