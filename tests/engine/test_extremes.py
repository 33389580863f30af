"""Extreme patients of the shipped models: a status or a sound number, never a silent NaN and never an endless loop."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mechanism.people import FIRST, inputs_of

from tdm1 import engine, population
from tdm1.engine import _kernel
from tdm1.evidence.drugs import drug
from tdm1.mechanism import Model, t_dm1
from tdm1.mechanism.models import full
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import EFFECTS, Individuals, individuals, initial_states

MODELS = {"t_dm1": t_dm1, "full_t_dm1": lambda: full("t_dm1")}
CYCLE_DAY = 21.0
#: Elimination less what the tumour takes up: the equations take it below zero where a tumour takes up more.
DIFFERENCES = ("antibody_eliminated", "payload_eliminated", "dm1_central", "dm1_peripheral")
PEOPLE = 8
#: A block has eight lanes; each can use up the steps of one phase before it is given up, and there are two phases.
MOST_STEPS = 2 * 8 * (_kernel.MOST_STEPS + 1)
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@cache
def covariates() -> dict[str, np.ndarray]:
    return dict(population.sample(population.load("emilia"), 1, 0, PEOPLE))


def people(model: Model, effects: np.ndarray) -> Individuals:
    if model.name == "t_dm1":
        return individuals(model, covariates(), effects)
    return drug_individuals(model, drug("t_dm1"), covariates(), effects)


def treat(who: Individuals, start: np.ndarray, times_dose: float = 1.0) -> engine.Advance:
    """One cycle with an infusion of `times_dose` times 3.6 mg/kg."""
    dose = times_dose * 3.6 * covariates()["weight_kg"]
    return engine.compile(who.model).advance(start, who.values, inputs_of(who.model, dose / FIRST), FIRST, CYCLE_DAY)


def sound(model: Model, start: np.ndarray, moved: engine.Advance, but: tuple[str, ...] = ()) -> None:
    """Always finite; nothing below zero beyond rounding (`but` may be) where all is well; bounded steps."""
    scale = np.array([state.scale for state in model.state_table])
    largest = np.maximum(np.abs(start), np.abs(moved.after_input))
    good = moved.status == engine.Status.OK
    for states in (moved.after_input, moved.states):
        assert np.isfinite(states).all()
        low = (states[good] + 1e-3 * (scale + largest[good])).min(axis=0, initial=np.inf)
        assert not {model.states[place] for place in np.flatnonzero(low < 0.0)} - set(but)
    assert (moved.steps + moved.rejected <= MOST_STEPS).all()
    np.testing.assert_array_equal(moved.states[~good & (moved.steps == 0)], start[~good & (moved.steps == 0)])


@pytest.mark.parametrize("name", MODELS)
@FEW
@given(
    signs=st.lists(st.sampled_from((-5.0, 0.0, 5.0)), min_size=len(EFFECTS), max_size=len(EFFECTS)),
    times_dose=st.sampled_from((0.0, 1.0, 1000.0)),
)
def test_five_standard_deviations_against_status_or_sound(name: str, signs: list[float], times_dose: float) -> None:
    """Every random effect at -5, 0 or 5 SD, with no dose, the label's and a thousand times the label's."""
    who = people(MODELS[name](), np.tile(signs, (PEOPLE, 1)))
    start = initial_states(who)
    sound(who.model, start, treat(who, start, times_dose))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("times_dose", [0.0, 1.0, 1000.0])
def test_no_tumour_against_zero_for_good(name: str, times_dose: float) -> None:
    """A tumour of zero volume stays one; where the equations divide by its size at day 0, each patient has a status."""
    who = people(MODELS[name](), np.zeros((PEOPLE, len(EFFECTS))))
    values = who.values.copy()
    values[:, who.model.parameters.index("lesion_volume_start")] = 0.0
    without = Individuals(who.model, values)
    start = initial_states(without)
    moved = treat(without, start, times_dose)
    sound(who.model, start, moved)
    if name == "full_t_dm1":
        assert (moved.status == engine.Status.NOT_FINITE).all(), moved.status
        np.testing.assert_array_equal(moved.states, start)
        return
    assert not moved.status.any(), moved.status
    seen = engine.compile(who.model).observe(moved.states, values, np.zeros((PEOPLE, len(who.model.inputs))))
    np.testing.assert_array_equal(seen[:, who.model.outputs.index("lesion_volume")], 0.0)


@pytest.mark.parametrize("name", MODELS)
@FEW
@given(place=st.integers(0, 10_000), decades=st.sampled_from((-6, -3, 3, 6)))
def test_very_fast_and_slow_rates_against_status_or_sound(name: str, place: int, decades: int) -> None:
    """One rate, clearance, half-life or time of one patient is a thousand or a million times too large or too small."""
    who = people(MODELS[name](), np.zeros((PEOPLE, len(EFFECTS))))
    rates = [column for column, parameter in enumerate(who.model.parameter_table)
             if parameter.unit in ("1/day", "day", "L/day", "1/nM/day") and parameter.name != "proteolytic_clearance"]
    assert rates
    column = rates[place % len(rates)]
    values = who.values.copy()
    values[3, column] *= 10.0**decades
    if who.model.parameters[column] == "clearance":  # proteolysis is a part of it and cannot be more
        values[3, who.model.parameters.index("proteolytic_clearance")] *= 10.0**decades
    changed = Individuals(who.model, values)
    start = initial_states(changed)
    moved = treat(changed, start)
    sound(who.model, start, moved, DIFFERENCES)
    assert not np.delete(moved.status, 3).any(), "a neighbour failed"
