"""One step of all symptoms: hazards gather, episodes begin on their day, those that worsen climb.

The hazard per day of a symptom is frailty x (background + drug x strength) x multiple of the low blood value. A
patient's next episode begins when the hazard gathered since the end of the last one reaches a threshold that was drawn
before treatment, so the day does not depend on how time is cut into steps, and more hazard never means fewer patients
with an event.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdm1.symptoms.drivers import Drivers
from tdm1.symptoms.state import EPISODES, State
from tdm1.symptoms.terms import BLOOD, DRIVERS, Terms

Array = NDArray[np.float64]
Index = NDArray[np.int_]


def strengths(terms: Terms, drivers: Drivers) -> Array:
    """How strongly the drug acts on each symptom, shape (N, T)."""
    by_driver = np.column_stack([drivers.drug(driver) for driver in DRIVERS])
    return by_driver.take(terms.driver, axis=1)


def multiples(terms: Terms, drivers: Drivers) -> Array:
    """Factor of each symptom's hazard and severity from its low blood value, shape (N, T)."""
    return _by_lab(drivers).take(terms.lab, axis=1)


def _by_lab(drivers: Drivers) -> Array:
    """Factor from each low blood value, and 1 for symptoms that have none, shape (N, len(BLOOD) + 1)."""
    found = drivers.multiples()
    return np.column_stack([*(found[name] for name in BLOOD), np.ones(len(drivers.at_risk))])


def rates(terms: Terms, drivers: Drivers, by_lab: Array) -> Array:
    """Hazard of each symptom of patients at risk without the frailty, shape (N, T).

    In 1/day; of reactions to an infusion per infusion of full weight.
    """
    rate = strengths(terms, drivers)
    rate *= terms.drug
    rate += terms.background
    rate *= by_lab.take(terms.lab, axis=1)
    return rate


def step(state: State, terms: Terms, drivers: Drivers, days: float) -> None:
    """Move the state on by `days` (day), in place."""
    start, end = state.day, state.day + days
    _climb(state, terms, drivers, start, end)
    state.infusion_reaction[drivers.infused] = 0
    risk = np.flatnonzero(drivers.at_risk)  # nobody else gathers hazard
    if risk.size:
        _gather(state, terms, drivers, risk, start, end)
    state.day = end
    _overlap(state, terms, drivers, start)


def _gather(state: State, terms: Terms, drivers: Drivers, risk: Index, start: float, end: float) -> None:
    """Hazard of the patients at risk from `start` to `end`, and the episodes that begin."""
    own = drivers.take(risk)
    by_lab = np.ones((len(state.frailty), len(BLOOD) + 1))
    by_lab[risk] = own_by_lab = _by_lab(own)
    rate = rates(terms, own, own_by_lab)
    rate *= state.frailty[risk]
    if terms.at_infusion.size and own.infused.any():
        _react(state, terms, drivers, risk, rate[:, terms.at_infusion], by_lab, end)
    rate[:, terms.at_infusion] = 0.0
    free = state.end_day[risk]
    np.maximum(free, start, out=free)
    np.minimum(free, end, out=free)
    gathered = end - free
    gathered *= rate
    before = state.remaining[risk]
    left = before - gathered
    state.remaining[risk] = left
    places, columns = np.divmod(np.flatnonzero(left <= 0.0), left.shape[1])
    hit = gathered[places, columns] > 0.0
    places, columns = places[hit], columns[hit]
    rows = risk[places]
    pace = rate[places, columns]
    day = free[places, columns] + before[places, columns] / pace
    while rows.size:
        _begin(state, terms, drivers, by_lab, rows, columns, day, end)
        free_day = np.minimum(state.end_day[rows, columns], end)
        gathered_again = pace * (end - free_day)
        left = state.remaining[rows, columns]
        again = (gathered_again >= left) & (gathered_again > 0.0)
        state.remaining[rows, columns] = left - gathered_again
        rows, columns, pace = rows[again], columns[again], pace[again]
        day = free_day[again] + left[again] / pace


def _react(
    state: State, terms: Terms, drivers: Drivers, risk: Index, chance: Array, by_lab: Array, end: float
) -> None:
    """Reactions to the infusions that begin with this step; `chance` (at risk, infusion terms) for a full weight."""
    gathered = chance * drivers.infusion_weight()[risk, None]
    place = np.ix_(risk, terms.at_infusion)
    gathered[state.end_day[place] > state.day] = 0.0
    hit = (gathered >= state.remaining[place]) & (gathered > 0.0)
    state.remaining[place] -= gathered
    places, which = np.nonzero(hit)
    rows, columns = risk[places], terms.at_infusion[which]
    if rows.size:
        _begin(state, terms, drivers, by_lab, rows, columns, np.full(rows.size, state.day), end)
        np.maximum.at(state.infusion_reaction, rows, state.grade[rows, columns, state.number[rows, columns] - 1])


def _begin(
    state: State, terms: Terms, drivers: Drivers, by_lab: Array, rows: Index, columns: Index, day: Array, end: float
) -> None:
    """Begin an episode in each (row, column) on its day, with its length and the grade it leads to."""
    episode = state.number[rows, columns]
    drawn = state.duration_draw[rows, columns, episode]
    stays = terms.permanent_share[columns]
    lasts = drawn >= stays
    # The part of the draw above the permanent share is a uniform number of its own.
    length = np.full(rows.size, np.inf)
    length[lasts] = -terms.duration_day[columns[lasts]] * np.log1p(
        -(drawn[lasts] - stays[lasts]) / (1.0 - stays[lasts])
    )
    until = day + length
    factor = by_lab[rows, terms.lab[columns]]
    aim = _grades(terms, state.grade_draw[rows, columns, episode], terms.share_grade3plus[columns], factor)
    state.start[rows, columns, episode] = day
    state.end[rows, columns, episode] = until
    state.end_day[rows, columns] = until
    state.aim[rows, columns, episode], state.multiple[rows, columns, episode] = aim, factor
    climbed = drivers.on_t_dm1[rows] * (np.minimum(until, end) - day)
    state.climbed_day[rows, columns, episode] = climbed
    climbing = np.zeros(len(terms.symptoms), bool)
    climbing[terms.worsens] = True
    climbs = climbing[columns]
    state.grade[rows, columns, episode] = np.where(climbs, _reached(terms, aim, climbed), aim)
    state.number[rows, columns] = episode + 1
    following = np.minimum(episode + 1, EPISODES - 1)
    state.remaining[rows, columns] = np.where(
        episode + 1 < EPISODES, state.threshold[rows, columns, following], np.inf
    )


def _grades(terms: Terms, draw: Array, share: Array, multiple: Array) -> NDArray[np.int8]:
    """Grade of each episode from its uniform number: the lower the worse, so a larger share never lowers a grade."""
    severe = np.minimum(share * multiple, 1.0)
    moderate = severe + (1.0 - severe) * terms.share_grade2
    worst = [draw < severe * terms.share_grade4, draw < severe, draw < moderate]
    return np.select(worst, [4, 3, 2], default=1).astype(np.int8)


def _reached(terms: Terms, aim: NDArray[np.int8], climbed_day: Array) -> NDArray[np.int8]:
    """Grade of a worsening episode after so many days on T-DM1."""
    return np.minimum(aim, 1 + np.floor(climbed_day / terms.climb_day)).astype(np.int8)


def _climb(state: State, terms: Terms, drivers: Drivers, start: float, end: float) -> None:
    """Episodes that worsen climb with the days on T-DM1 from `start` to `end`."""
    for column in terms.worsens:
        active = np.flatnonzero(drivers.on_t_dm1 & (state.end_day[:, column] > start))
        if active.size:
            place = (active, column, state.number[active, column] - 1)
            state.climbed_day[place] += np.minimum(end, state.end_day[active, column]) - start
            state.grade[place] = _reached(terms, state.aim[place], state.climbed_day[place])


def _overlap(state: State, terms: Terms, drivers: Drivers, start: float) -> None:
    """Who had the symptom of an overlap in the step that began at `start` while the blood value was low."""
    for place, limit in enumerate(terms.overlap_limits):
        overlap = terms.overlaps[place]
        column = terms.column(overlap.symptom)
        low = drivers.at_risk & (getattr(drivers, overlap.blood) < limit)
        if column is None or not low.any():
            continue
        there = low & (state.end_day[:, column] > start) & np.isinf(state.overlap_day[:, place])
        rows = np.flatnonzero(there)
        begun = state.start[rows, column, state.number[rows, column] - 1]
        state.overlap_day[rows, place] = np.maximum(begun, start)
        state.overlap_end_day[rows, place] = state.end_day[rows, column]
