"""Platelets, ALT and AST, and the tumour: steady states in closed form and published courses re-derived."""

from __future__ import annotations

from math import log

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mechanism.people import FIRST, LATER, Named, emilia, inputs
from scipy.optimize import brentq

from tdm1 import engine, evidence
from tdm1.mechanism import t_dm1
from tdm1.mechanism.static import published_static_range, tumour_static_concentration
from tdm1.mechanism.tumour import lesion_diameter_mm, lesion_volume_cm3, unbound_payload
from tdm1.population.individual import Individuals, initial_states, typical
from tdm1.trial.bands import course_of
from tdm1.trial.simulate import reference_patient


def _changed(who: Individuals, **values: float) -> Individuals:
    """The same people with some parameters replaced."""
    rows = who.values.copy()
    for name, value in values.items():
        rows[:, who.model.parameters.index(name)] = value
    return Individuals(who.model, rows)


def _at_rest(who: Individuals, concentration: np.ndarray, days: float) -> Named:
    """Everything after `days` of an infusion that holds the conjugate at `concentration` (ug/mL) in the end."""
    kernel = engine.compile(who.model)
    rate = concentration * who.column("clearance")
    moved = kernel.advance(initial_states(who), who.values, inputs(rate), days, days, relative_tolerance=1e-10)
    assert not moved.status.any()
    return Named(kernel, who, moved.states)


def test_everything_at_rest_without_drug_against_baseline() -> None:
    """Friberg's steady state is the baseline, and so is that of ALT and AST."""
    who, _ = emilia(t_dm1(), 64)
    at = _at_rest(who, np.zeros(64), 200.0)
    np.testing.assert_allclose(at["platelets"], who.column("platelet_baseline"), rtol=1e-9)
    np.testing.assert_allclose(at["alt"], who.column("alt_baseline"), rtol=1e-9)
    np.testing.assert_allclose(at["ast"], who.column("ast_baseline"), rtol=1e-9)
    assert not at["conjugate"].any()
    assert not at["payload_eliminated"].any()


def test_transaminases_under_constant_drug_against_closed_form() -> None:
    """The rise at rest is the slope times the concentration."""
    who, _ = emilia(t_dm1(), 16)
    level = np.linspace(1.0, 60.0, 16)
    at = _at_rest(who, level, 400.0)
    np.testing.assert_allclose(at["conjugate"], level, rtol=1e-6)
    for enzyme in ("alt", "ast"):
        expected = who.column(f"{enzyme}_baseline") + who.column(f"{enzyme}_slope") * level
        np.testing.assert_allclose(at[enzyme], expected, rtol=1e-6)


def test_platelets_under_constant_drug_against_closed_form() -> None:
    """At rest feedback makes up for the drug: (pool * baseline / P) ** feedback * exp(-slope * C) = 1."""
    who, _ = emilia(t_dm1(), 16)
    who = _changed(who, platelet_pool_depletion=1e-3)
    level = np.linspace(0.5, 20.0, 16)
    at = _at_rest(who, level, 3000.0)
    turnover = who.column("platelet_pool_turnover")
    pool = turnover / (turnover + 1e-3 * level)
    damped = np.exp(-who.column("platelet_slope") * level / who.column("platelet_feedback"))
    np.testing.assert_allclose(at["platelet_pool"], pool, rtol=1e-6)
    np.testing.assert_allclose(at["platelets"], who.column("platelet_baseline") * pool * damped, rtol=1e-5)


def _platelets(days: np.ndarray) -> np.ndarray:
    """Counts of the typical patient over three cycles, as a share of the count at entry."""
    who, dose_mg = reference_patient(t_dm1(), 3.6)
    course, status = course_of(who, dose_mg, [0.0, 21.0, 42.0], [FIRST, LATER, LATER], days)
    assert not status.any()
    return course["platelets"][:, 0] / course["platelets"][0, 0]


def test_platelet_nadir_and_recovery_against_label() -> None:
    """Lowest about day 8 of each cycle; recovered for the most part by day 15 and at the next dose."""
    days = np.arange(0.0, 63.5, 0.5)
    counts = _platelets(days)
    published = evidence.table("trials").filter(pl.col("endpoint") == "platelet_nadir_day")
    for cycle in range(3):
        inside = (days >= 21.0 * cycle) & (days <= 21.0 * (cycle + 1))
        nadir = days[inside][np.argmin(counts[inside])] - 21.0 * cycle
        assert nadir == pytest.approx(float(published["value"][0]), abs=2.0)
        low, later, due = (float(counts[days == 21.0 * cycle + day][0]) for day in (nadir, 14.0, 21.0))
        assert later > low + 0.5 * (1.0 - low)
        assert due > 0.9


def test_depth_of_the_platelet_nadir_against_published_mean() -> None:
    """53 % and 51 % of baseline in 11 patients, which no number was fitted to; within 10 points."""
    rows = evidence.table("trials").filter(pl.col("endpoint") == "platelet_nadir_pct_of_baseline").sort("timepoint")
    counts = _platelets(np.arange(0.0, 42.0, 0.5))
    for cycle, published in enumerate(rows["value"][:2]):
        lowest = 100.0 * counts[42 * cycle : 42 * (cycle + 1)].min()
        assert lowest == pytest.approx(float(published), abs=10.0)


def test_static_concentration_against_the_tumour_equations() -> None:
    """In a small lesion without surface exchange, held at that concentration, killing comes to equal growth."""
    who, _ = emilia(t_dm1(), 8)
    names = ("kill_rate", "kill_half_concentration", "doubling_time", "her2_concentration")
    usual = typical(t_dm1())
    # A tiny lesion in an endless organ: growth stays exponential and there is no surface, as the formula has it.
    who = _changed(
        who, **{name: usual[name] for name in names}, diffusivity=1e-12, lesion_volume_start=1e-2, maximum_volume=1e12,
        linear_growth=1e9, resistant_share=1e-15,
    )
    static = tumour_static_concentration(usual, usual["molar_mass"])
    at = _at_rest(who, np.full(8, static), 250.0)
    np.testing.assert_allclose(at["growth"], log(2.0) / usual["doubling_time"], rtol=1e-6)
    np.testing.assert_allclose(at["kill_sensitive"], at["growth"], rtol=1e-3)


def test_static_concentration_against_betts_2020() -> None:
    """That of the typical patient lies in the range measured in xenografts."""
    usual = typical(t_dm1())
    low, high = published_static_range()
    assert low <= tumour_static_concentration(usual, usual["molar_mass"]) <= high


@given(
    total=st.floats(1e-6, 1e6), tubulin=st.floats(1e-3, 1e4), constant=st.floats(1e-2, 1e4),
)
def test_unbound_payload_against_root_finding(total: float, tubulin: float, constant: float) -> None:
    def surplus(free: float) -> float:
        return free + tubulin * free / (constant + free) - total

    expected = brentq(surplus, 0.0, total, xtol=1e-300, rtol=1e-14)
    # The closed form subtracts numbers of the size of the tubulin, so it is good to their rounding.
    assert unbound_payload(total, tubulin, constant) == pytest.approx(
        expected, rel=1e-9, abs=1e-14 * (total + tubulin + constant)
    )


@given(diameter=st.floats(0.01, 500.0))
def test_diameter_and_volume_against_each_other(diameter: float) -> None:
    assert lesion_diameter_mm(lesion_volume_cm3(diameter)) == pytest.approx(diameter, rel=1e-12)


def test_untreated_tumour_against_exponential_growth() -> None:
    """Far below its linear phase a lesion doubles in its doubling time."""
    who, _ = emilia(t_dm1(), 8)
    who = _changed(who, lesion_volume_start=1e-3, maximum_volume=1e12, linear_growth=1e9)
    at = _at_rest(who, np.zeros(8), 50.0)
    np.testing.assert_allclose(at["lesion_volume"], 1e-3 * 2.0 ** (50.0 / who.column("doubling_time")), rtol=1e-8)


def test_more_drug_against_smaller_tumour_and_fewer_platelets() -> None:
    """No one's tumour or platelets are better off with less drug or more harm: a sign error would show."""
    who, _ = emilia(t_dm1(), 64)
    before = _at_rest(who, np.full(64, 2.0), 21.0)
    after = _at_rest(who, np.full(64, 20.0), 21.0)
    assert (after["living_volume"] <= before["living_volume"] * (1.0 + 1e-9)).all()
    assert (after["platelets"] < before["platelets"]).all()
    assert (after["alt"] > before["alt"]).all()
    assert (after["ast"] > before["ast"]).all()
