"""Kaplan-Meier curves, follow-up, censoring and the model of death, against closed forms and known data."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trial.files import OWN, changed

from tdm1 import evidence, trial
from tdm1.trial.clock import MONTH_DAY, censor, follow_up
from tdm1.trial.people import people
from tdm1.trial.survival import death_day
from tdm1.trial.survival_curve import kaplan_meier

#: Weeks of remission on 6-mercaptopurine (Freireich 1963), the example of the textbooks: (weeks, relapsed).
REMISSION = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0),
             (19, 0), (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]


def test_curve_against_textbook_data() -> None:
    weeks, relapsed = (np.array(column) for column in zip(*REMISSION, strict=True))
    curve = kaplan_meier(weeks, relapsed == 1)
    assert curve.median == 23.0
    for week, share in ((6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)):
        assert curve.at(week) == pytest.approx(share, abs=5e-4)


def _product_limit(time: list[int], event: list[bool], at: float) -> float:
    left, share = len(time), 1.0
    for moment in sorted(set(time)):
        if moment > at:
            break
        share *= 1.0 - sum(e for t, e in zip(time, event, strict=True) if t == moment) / left
        left -= time.count(moment)
    return share


@given(rows=st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=40), at=st.integers(0, 31))
def test_curve_against_product_limit(rows: list[tuple[int, bool]], at: int) -> None:
    time, event = [t for t, _ in rows], [e for _, e in rows]
    curve = kaplan_meier(np.array(time), np.array(event))
    assert curve.at(at) == pytest.approx(_product_limit(time, event, at), abs=1e-12)


def test_median_that_is_not_reached_is_infinite() -> None:
    assert kaplan_meier(np.array([1.0, 2.0, 3.0]), np.array([True, False, False])).median == np.inf
    assert np.isnan(kaplan_meier(np.array([]), np.array([], bool)).median)
    low, high = kaplan_meier(np.arange(1.0, 9.0), np.array([True] * 3 + [False] * 5)).median_interval
    assert low <= high == np.inf


def test_censoring_keeps_the_earlier_time() -> None:
    time, event = censor(np.array([1.0, 5.0, np.inf, 3.0]), np.array([2.0, 4.0, 6.0, 3.0]))
    assert time.tolist() == [1.0, 4.0, 6.0, 3.0]
    assert event.tolist() == [True, False, False, True]


@pytest.mark.parametrize("pace", [1.0, 2.0, 0.5])
def test_follow_up_against_pace_of_accrual(pace: float) -> None:
    """Half of the patients have entered at 0.5 ** (1 / pace) of the accrual."""
    text = changed(OWN, "data_cut: 2022-01-01}", f"data_cut: 2022-01-01, survival_cut: 2022-07-01, pace: {pace} 1}}")
    definition = trial.parse(text, "mine.yaml")
    count = 20_000
    seen = follow_up(definition, 3, 0, count)
    entry = 731.0 - seen.data_cut_day
    assert entry.min() >= 0.0
    assert entry.max() <= 365.0
    # Standard error of a median: 1 / (2 f sqrt(n)), f the density there.
    share = 0.5 ** (1.0 / pace)
    density = pace * share ** (pace - 1.0) / 365.0
    assert np.median(entry) == pytest.approx(365.0 * share, abs=4.0 * 0.5 / (density * count**0.5))
    np.testing.assert_allclose(seen.survival_cut_day - seen.data_cut_day, 181.0)


def test_follow_up_of_a_patient_does_not_depend_on_the_others() -> None:
    definition = trial.load("emilia")
    np.testing.assert_array_equal(
        follow_up(definition, 3, 0, 2000).data_cut_day[1024:1100], follow_up(definition, 3, 1024, 76).data_cut_day
    )


def test_death_against_log_normal() -> None:
    """Median and spread of ln survival in patients alike but for their luck, and the effect of shrinking."""
    who = people(trial.load("emilia"), 5, 0, 1024)
    alike = {**who.covariates, "sum_of_diameters_mm": np.full(1024, 80.0), "ecog": np.ones(1024)}
    who = replace(who, covariates=alike)
    value = evidence.value
    of_size, of_ecog = value("survival.tumour_size", "1/mm"), value("survival.ecog", "1")
    expected = value("survival.intercept", "1") + 80.0 * of_size + of_ecog
    spread = value("survival.spread", "1")
    month = death_day(who, 5, np.zeros(1024)) / MONTH_DAY
    assert np.median(month) == pytest.approx(exp(expected), rel=4.0 * spread * 1.2533 / 32.0)
    late = month > value("survival.landmark", "day") / MONTH_DAY * 1.01
    quartiles = np.quantile(np.log(month), [0.25, 0.75])
    assert late.mean() > 0.9
    assert quartiles[1] - quartiles[0] == pytest.approx(2.0 * 0.6745 * spread, rel=0.15)
    shrunk = death_day(who, 5, np.full(1024, -0.5)) / MONTH_DAY
    gain = np.log(shrunk / month)[late]
    np.testing.assert_allclose(gain, -0.5 * value("survival.week_6_change", "1"), rtol=1e-9)
    assert gain[0] > log(1.2), "a tumour half the size lives longer"


def test_nobody_dies_before_the_landmark() -> None:
    who = people(trial.load("emilia"), 5, 0, 1024)
    assert death_day(who, 5, np.full(1024, 50.0)).min() == evidence.value("survival.landmark", "day")
