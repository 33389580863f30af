"""Virtual patients: published percentiles, correlations, eligibility, and the same person every time."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tdm1 import eligibility, evidence, population
from tdm1.population import correlations

COUNT = 40_000
SCREEN = eligibility.screen("emilia")


@cache
def drawn() -> dict[str, Any]:
    return population.sample(population.load("emilia"), 2024, 0, COUNT)


@cache
def eligible_people() -> dict[str, Any]:
    return population.sample(population.load("emilia"), 2024, 0, COUNT, screen=SCREEN)


def rank_correlation(one: Any, other: Any) -> float:
    """Spearman's correlation."""
    return float(np.corrcoef(stats.rankdata(one), stats.rankdata(other))[0, 1])


def share_below(name: str, bound: float) -> float:
    return float(np.mean(drawn()[name] <= bound))


# Percentile, fact and unit of every published percentile of Lu 2014 (671 patients).
LU_2014 = [
    ("weight_kg", 0.05, "population.weight.p05", "kg", 1.0),
    ("weight_kg", 0.50, "plasma.covariate.weight_reference", "kg", 1.0),
    ("weight_kg", 0.95, "population.weight.p95", "kg", 1.0),
    ("albumin_g_per_l", 0.05, "population.albumin.p05", "g/L", 1.0),
    ("albumin_g_per_l", 0.50, "plasma.covariate.albumin_reference", "g/L", 1.0),
    ("albumin_g_per_l", 0.95, "population.albumin.p95", "g/L", 1.0),
    ("ast_u_per_l", 0.50, "plasma.covariate.ast_reference", "U/L", 1.0),
    ("ast_u_per_l", 0.95, "population.ast.p95", "U/L", 1.0),
    ("her2_ecd_ng_per_ml", 0.50, "plasma.covariate.her2_ecd_reference", "ng/mL", 1.0),
    ("her2_ecd_ng_per_ml", 0.95, "population.her2_ecd.p95", "ng/mL", 1.0),
    ("sum_of_diameters_mm", 0.50, "plasma.covariate.tumour_reference", "cm", 10.0),
    ("sum_of_diameters_mm", 0.95, "population.sum_of_diameters.p95", "cm", 10.0),
    ("baseline_trastuzumab_ug_per_ml", 0.50, "population.baseline_trastuzumab", "ug/mL", 1.0),
    ("baseline_trastuzumab_ug_per_ml", 0.95, "population.baseline_trastuzumab.p95", "ug/mL", 1.0),
]


@pytest.mark.parametrize(("name", "p", "fact", "unit", "factor"), LU_2014)
def test_percentile_before_eligibility_against_lu_2014(
    name: str, p: float, fact: str, unit: str, factor: float
) -> None:
    # The share below the published value is the percentile; five standard errors of a share.
    assert share_below(name, factor * evidence.value(fact, unit)) == pytest.approx(
        p, abs=5 * np.sqrt(p * (1 - p) / COUNT)
    )


@pytest.mark.parametrize(("name", "p", "fact", "unit", "factor"), LU_2014)
def test_percentile_after_eligibility_against_lu_2014(name: str, p: float, fact: str, unit: str, factor: float) -> None:
    # Lu's patients had passed such criteria too; the sample may move by one percentage point.
    assert float(np.mean(eligible_people()[name] <= factor * evidence.value(fact, unit))) == pytest.approx(p, abs=0.012)


def test_age_against_emilia_and_the_label() -> None:
    age = eligible_people()["age_year"]
    assert np.median(age) == pytest.approx(evidence.value("population.age.median", "year"), abs=0.5)
    assert age.min() >= 25 and age.max() <= 84
    # The label's five studies: 577 of 671 under 65, 16 over 75 (exact binomial 99.9 % intervals).
    for below, count in ((65, 577), (75, 671 - 16)):
        interval = stats.binomtest(count, 671).proportion_ci(0.999)
        assert interval.low < np.mean(age < below) < interval.high


@pytest.mark.parametrize(
    ("name", "value", "count", "n"),
    [("ecog", 0, 299, 493), ("visceral", 1, 334, 495), ("measurable", 1, 397, 495)],
)
def test_share_against_emilia_counts(name: str, value: float, count: int, n: int) -> None:
    interval = stats.binomtest(count, n).proportion_ci(0.95)
    assert interval.low < np.mean(eligible_people()[name] == value) < interval.high


@pytest.mark.parametrize("screened", [False, True])
def test_rank_correlations_against_nhanes(screened: bool) -> None:
    people = eligible_people() if screened else drawn()
    women = correlations.women()
    kept = correlations.correlations()
    for one, other in combinations(women, 2):
        published = rank_correlation(women[one], women[other])
        # A correlation of 1204 women that cannot be told from 0 is taken as 0.
        assert ((one, other) in kept) == (abs(published) > 1.96 / np.sqrt(len(women[one]) - 1))
        expected = published if (one, other) in kept else 0.0
        simulated = rank_correlation(people[one], people[other])
        assert simulated == pytest.approx(expected, abs=0.03 if screened else 0.02), (one, other)


def test_covariates_without_data_are_uncorrelated() -> None:
    people = drawn()
    for other in ("her2_ecd_ng_per_ml", "sum_of_diameters_mm", "platelets_1e9_per_l", "ecog"):
        assert abs(rank_correlation(people["weight_kg"], people[other])) < 5 / np.sqrt(COUNT)


def test_every_patient_meets_every_criterion() -> None:
    people = eligible_people()
    assert eligibility.eligible(SCREEN.criteria, people).all()
    assert people["lvef_pct"].min() >= 50 and people["platelets_1e9_per_l"].min() >= 100
    assert people["alt_u_per_l"].max() <= 2.5 * evidence.value("laboratory.uln_alt", "U/L")
    assert people["bilirubin_x_uln"].max() <= 1.5
    # The criteria do something: some draws fail them.
    assert not eligibility.eligible(SCREEN.criteria, drawn()).all()


def test_patient_who_is_eligible_at_once_keeps_the_first_draw() -> None:
    passed = eligibility.eligible(SCREEN.criteria, drawn())
    for name, column in drawn().items():
        assert np.array_equal(column[passed], eligible_people()[name][passed])


@settings(max_examples=25, deadline=None)
@given(first=st.integers(0, COUNT - 3000), count=st.integers(1, 3000))
def test_patients_are_the_same_for_any_range(first: int, count: int) -> None:
    some = population.sample(population.load("emilia"), 2024, first, count, screen=SCREEN)
    for name, column in eligible_people().items():
        assert np.array_equal(some[name], column[first : first + count])


def test_other_seed_gives_other_patients() -> None:
    other = population.sample(population.load("emilia"), 2025, 0, 100)
    assert not np.any(other["weight_kg"] == drawn()["weight_kg"][:100])


def test_changing_one_covariate_leaves_the_others() -> None:
    spec = population.BaselineSpec.model_validate(
        {"based_on": "emilia", "platelets_1e9_per_l": {"distribution": "constant", "value": 300}}
    )
    people = population.sample(spec, 2024, 0, 500)
    assert list(people) == list(drawn())
    for name, column in people.items():
        assert np.array_equal(column, drawn()[name][:500]) != (name == "platelets_1e9_per_l")


def test_optional_covariates_are_those_of_the_baseline() -> None:
    """Without a tumour there is none of its size; every other covariate is there."""
    for name in population.builtin():
        people = population.sample(population.load(name), 1, 0, 5)
        missing = set(population.VARIABLES) - set(people)
        assert all(population.VARIABLES[one].optional for one in missing)
        early = bool(people["early_disease"][0])
        assert ("sum_of_diameters_mm" in people) != early
        assert ("node_positive" in people) == early


def test_lesions_fit_into_the_sum_of_diameters() -> None:
    people = drawn()
    lesions = people["n_target_lesions"]
    mean_mm = people["sum_of_diameters_mm"] / lesions
    assert np.all((mean_mm >= 10.0) & (mean_mm <= 60.0))
    # More than five lesions only where five could not hold the sum of diameters.
    assert np.all(people["sum_of_diameters_mm"][lesions > 5] > 5 * 60.0)


def test_no_patients_is_an_empty_table() -> None:
    empty = population.sample(population.load("emilia"), 1, 10, 0, screen=SCREEN)
    assert {len(column) for column in empty.values()} == {0}
    assert population.frame(empty).height == 0


def test_frame_has_names_numbers_and_types() -> None:
    people = population.sample(population.load("emilia"), 1, 1020, 10)
    table = population.frame(people, 1020)
    assert table.columns == ["patient", *(name for name in population.VARIABLES if name in people)]
    assert len(table.columns) == 1 + len(people)
    assert table["patient"].to_list() == list(range(1020, 1030))
    assert table.schema["asian"] == pl.Boolean and table.schema["ecog"] == pl.Int64
    assert table["weight_kg"].to_list() == people["weight_kg"].tolist()


def test_criteria_that_nobody_meets_are_named() -> None:
    extra = {"id": "giant", "text": "weighs over 900 kg", "variable": "weight_kg", "lower": 900, "unit": "kg"}
    criteria = eligibility.Criteria.model_validate({"based_on": "emilia", "criteria": [extra]})
    with pytest.raises(population.PopulationError, match=r"patient 3 met .* in none of 256 .*giant \(100 % of draws\)"):
        population.sample(population.load("emilia"), 1, 3, 2, screen=eligibility.screen(criteria))


@pytest.mark.parametrize(("first", "count"), [(-1, 5), (0, -5)])
def test_negative_range_is_refused(first: int, count: int) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        population.sample(population.load("emilia"), 1, first, count)
