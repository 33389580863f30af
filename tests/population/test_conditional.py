"""Conditioning on what is known of a person, against closed forms and against plain rejection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import population
from tdm1.population import streams
from tdm1.population.conditional import alike, score_interval

NORMAL = {"distribution": "normal", "mean": 50.0, "sd": 10.0, "lower": 1.0, "upper": 119.0}


def _baseline(*correlations: tuple[str, str, float], **laws: dict[str, object]) -> population.BaselineSpec:
    return population.BaselineSpec.model_validate(
        {"based_on": "emilia", **laws,
         "correlations": [{"between": [one, other], "coefficient": rho} for one, other, rho in correlations]}
    )


def test_bivariate_normal_against_closed_form() -> None:
    """Mean and variance of weight given age are those of the bivariate normal law."""
    weight = {"distribution": "normal", "mean": 70.0, "sd": 8.0, "lower": 1.0}
    baseline = _baseline(("age_year", "weight_kg", 0.6), age_year=NORMAL, weight_kg=weight)
    found = alike(baseline, 3, 0, 40_000, {"age_year": 65.0}).columns
    assert set(found["age_year"]) == {65.0}
    assert found["weight_kg"].mean() == pytest.approx(70.0 + 0.6 * 8.0 * (65.0 - 50.0) / 10.0, abs=0.1)
    assert found["weight_kg"].std() == pytest.approx(8.0 * np.sqrt(1.0 - 0.36), rel=0.02)


def test_two_known_against_closed_form_of_the_multivariate_normal() -> None:
    law = {"distribution": "normal", "mean": 100.0, "sd": 1.0, "lower": 1.0}
    baseline = _baseline(
        ("age_year", "weight_kg", 0.5), ("weight_kg", "ast_u_per_l", 0.4), ("age_year", "ast_u_per_l", -0.3),
        age_year=NORMAL, weight_kg=law, ast_u_per_l=law,
    )
    found = alike(baseline, 5, 0, 40_000, {"age_year": 60.0, "ast_u_per_l": 99.0}).columns["weight_kg"] - 100.0
    block = np.array([[1.0, -0.3], [-0.3, 1.0]])
    weights = np.linalg.solve(block, [0.5, 0.4])
    assert found.mean() == pytest.approx(weights @ [1.0, -1.0], abs=0.02)
    assert found.var() == pytest.approx(1.0 - weights @ [0.5, 0.4], rel=0.03)


def test_a_category_against_naive_rejection() -> None:
    """Given a yes, the correlated covariate falls like that of the people of a plain sample who have the yes."""
    baseline = _baseline(("age_year", "visceral", 0.7), age_year=NORMAL)
    everybody = population.sample(baseline, 7, 0, 60_000)
    naive = everybody["age_year"][everybody["visceral"] == 1.0]
    found = alike(baseline, 8, 0, 60_000, {"visceral": 1}).columns["age_year"]
    assert found.mean() == pytest.approx(naive.mean(), abs=0.15)
    assert np.quantile(found, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(naive, [0.1, 0.5, 0.9]), abs=0.35)


def test_a_category_beside_a_number_against_naive_rejection() -> None:
    law = {"distribution": "normal", "mean": 100.0, "sd": 1.0, "lower": 1.0}
    baseline = _baseline(
        ("age_year", "visceral", 0.6), ("age_year", "weight_kg", 0.5), ("weight_kg", "visceral", 0.2),
        age_year=NORMAL, weight_kg=law,
    )
    everybody = population.sample(baseline, 7, 0, 200_000)
    kept = (everybody["visceral"] == 1.0) & (np.abs(everybody["weight_kg"] - 101.0) < 0.05)
    naive = everybody["age_year"][kept]
    found = alike(baseline, 8, 0, 60_000, {"visceral": 1, "weight_kg": 101.0}).columns["age_year"]
    assert found.mean() == pytest.approx(naive.mean(), abs=4 * naive.std() / np.sqrt(len(naive)))
    assert found.std() == pytest.approx(naive.std(), rel=0.05)


def test_two_correlated_categories_are_refused() -> None:
    baseline = _baseline(("visceral", "asian", 0.3))
    with pytest.raises(population.PopulationError, match=r"visceral.*asian|asian.*visceral"):
        alike(baseline, 1, 0, 8, {"visceral": 1, "asian": 0})


@pytest.mark.parametrize("name", ["emilia", "katherine"])
def test_nothing_known_is_the_plain_sample(name: str) -> None:
    baseline = population.load(name)
    plain = population.sample(baseline, 4, 1000, 64)
    found = alike(baseline, 4, 1000, 64, {})
    assert found.outside == ()
    for column, values in plain.items():
        np.testing.assert_array_equal(found.columns[column], values)


@given(
    st.dictionaries(
        st.sampled_from(["age_year", "weight_kg", "ecog", "platelets_1e9_per_l", "visceral", "alt_u_per_l"]),
        st.sampled_from([0.0, 1.0, 40.0, 82.5]), max_size=4,
    ),
    st.integers(0, 40),
)
def test_a_patient_is_the_same_whatever_the_number(known: dict[str, float], first: int) -> None:
    known = {name: value for name, value in known.items() if value >= 40 or name in ("ecog", "visceral")}
    known = {name: value for name, value in known.items() if not (name in ("ecog", "visceral") and value > 1)}
    baseline = population.load("emilia")
    many = alike(baseline, 2, 0, 64, known).columns
    few = alike(baseline, 2, first, 8, known).columns
    for name, values in few.items():
        np.testing.assert_array_equal(values, many[name][first : first + 8])
        assert name not in known or set(values) == {known[name]}


def test_uncorrelated_covariates_stay_the_persons_own() -> None:
    baseline = population.load("emilia")
    plain, found = (alike(baseline, 2, 0, 32, known).columns for known in ({}, {"alt_u_per_l": 200.0}))
    np.testing.assert_array_equal(plain["platelets_1e9_per_l"], found["platelets_1e9_per_l"])
    # A high ALT goes with a high AST.
    assert np.all(found["ast_u_per_l"] > plain["ast_u_per_l"] * 0.9)
    assert found["ast_u_per_l"].mean() > plain["ast_u_per_l"].mean()


def test_scores_against_the_law() -> None:
    """At the score of a value the law has the value; a category has the interval of its share."""
    baseline = population.load("emilia")
    for name, value in (("weight_kg", 81.3), ("platelets_1e9_per_l", 133.0), ("age_year", 60.0)):
        low, high = score_interval(baseline.of(name), value)
        assert low == high
        assert baseline.of(name).quantile(np.array([low]))[0] == pytest.approx(value, rel=1e-9)
    low, high = score_interval(baseline.of("visceral"), 1.0)
    share = baseline.of("visceral").share
    from scipy.stats import norm

    assert (low, high) == (pytest.approx(norm.ppf(1.0 - population._numbers.number(share))), np.inf)  # type: ignore[attr-defined]
    # Half of the people have no trastuzumab left: the bound is an interval too.
    assert score_interval(baseline.of("baseline_trastuzumab_ug_per_ml"), 0.0) == (-np.inf, pytest.approx(0.0, abs=1e-6))


def test_a_value_that_nobody_has_is_kept_and_named() -> None:
    baseline = population.load("emilia")
    found = alike(baseline, 1, 0, 16, {"ecog": 3, "age_year": 96.0, "prior_platinum": 1, "weight_kg": 70.0})
    assert found.outside == ("age_year", "ecog", "prior_platinum")
    assert set(found.columns["ecog"]) == {3.0}
    assert np.all(found.columns["alt_u_per_l"] < 500)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"wieght_kg": 70}, "weight_kg"), ({"weight_kg": 0}, "above 0"),
        ({"weight_kg": float("nan")}, "weight_kg is nan"),
        ({"lvef_pct": 140}, "at most 100"), ({"ecog": 0.5}, "whole number"), ({"visceral": 2}, "at most 1"),
        ({"node_positive": 1}, "no 'node_positive'"),
    ],
)
def test_bad_input_says_where_and_what(known: dict[str, float], said: str) -> None:
    with pytest.raises(population.PopulationError, match=said):
        alike(population.load("emilia"), 1, 0, 8, known)


def test_streams_are_those_of_the_sample() -> None:
    """The closed form of a lone covariate: her value is the quantile of her own score."""
    baseline = population.load("emilia")
    score = streams.normal(9, "baseline lvef_pct", 5, 3)[:, 0]
    found = alike(baseline, 9, 5, 3, {}).columns["lvef_pct"]
    np.testing.assert_array_equal(found, baseline.of("lvef_pct").quantile(score))
