"""From the state of the symptoms to the record that is kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdm1.symptoms.record import SymptomRecord
from tdm1.symptoms.state import State
from tdm1.symptoms.terms import Terms

Grades = NDArray[np.int8]


def reported_grades(state: State, terms: Terms) -> Grades:
    """Worst grade of each reported term where it is reported, shape (N, R), 0 elsewhere."""
    grades = np.where(np.isfinite(state.reported_day), state.measured, 0).astype(np.int8)
    for place, columns in _symptoms_of(terms):
        np.maximum(grades[:, place], state.grade[:, columns].max(axis=(1, 2)), out=grades[:, place])
    return grades


def _reported_days(state: State, terms: Terms) -> NDArray[np.float64]:
    """First day of each reported term, shape (N, R), infinity where it is not reported."""
    days = state.reported_day.copy()
    for place, columns in _symptoms_of(terms):
        np.minimum(days[:, place], state.start[:, columns].min(axis=(1, 2)), out=days[:, place])
    return days


def _symptoms_of(terms: Terms) -> list[tuple[int, list[int]]]:
    """Reported terms that symptoms stand under too, each with the columns of those."""
    found = [
        (place, [column for column, symptom in enumerate(terms.symptoms) if symptom.name in term.symptoms])
        for place, term in enumerate(terms.reported)
    ]
    return [(place, columns) for place, columns in found if columns]


def group_grades(single: Grades, names: tuple[str, ...], terms: Terms, serious: NDArray[np.bool_]) -> Grades:
    """Worst grade of each group from those of its members, shape (N, G)."""
    place = {name: column for column, name in enumerate(names)}
    found = np.zeros((len(single), len(terms.groups)), np.int8)
    for column, group in enumerate(terms.groups):
        members = [place[name] for name in group.members if name in place]
        worst = single[:, members].max(axis=1)
        counts = worst >= group.least_grade
        if group.serious:
            counts &= serious
        found[:, column] = np.where(counts, worst, 0)
    return found


def record(state: State, terms: Terms) -> SymptomRecord:
    """The record of a state as it stands."""
    reported = reported_grades(state, terms)
    overlap = np.isfinite(state.overlap_day) * np.array([term.grade for term in terms.overlaps], np.int8)
    single = np.concatenate([state.grade.max(axis=2), reported, overlap.astype(np.int8)], axis=1)
    serious = (single.max(axis=1) >= 3) & (state.serious_draw < terms.serious_share)
    names = terms.names[: single.shape[1]]
    rows, columns, episode = np.nonzero(state.grade > 0)
    told, which = np.nonzero(reported > 0)
    both, overlapping = np.nonzero(overlap > 0)
    days = _reported_days(state, terms)
    start = [state.start[rows, columns, episode], days[told, which], state.overlap_day[both, overlapping]]
    end = [state.end[rows, columns, episode], np.full(told.size, np.inf), state.overlap_end_day[both, overlapping]]
    offset = len(terms.symptoms)
    ended = np.concatenate(end)
    ended[ended > state.day] = np.inf
    return SymptomRecord(
        terms=terms.names,
        worst=np.concatenate([single, group_grades(single, names, terms, serious)], axis=1),
        patient=np.concatenate([rows, told, both]),
        term=np.concatenate([columns, offset + which, offset + len(terms.reported) + overlapping]),
        start_day=np.concatenate(start),
        end_day=ended,
        grade=np.concatenate([state.grade[rows, columns, episode], reported[told, which], overlap[both, overlapping]])
        .astype(np.int8),
        serious=serious,
    )
