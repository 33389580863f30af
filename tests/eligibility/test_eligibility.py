"""Eligibility: EMILIA's criteria as published, edges, unknown values, and criteria that make no sense."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tdm1 import eligibility, evidence, population
from tdm1.evidence._fact import Reading  # pyright: ignore[reportPrivateUsage]

EMILIA = eligibility.load("emilia")

#: Someone who meets every criterion of EMILIA.
WELL: dict[str, float] = {
    "age_year": 53,
    "ecog": 0,
    "lvef_pct": 60,
    "platelets_1e9_per_l": 250,
    "alt_u_per_l": 20,
    "ast_u_per_l": 25,
    "bilirubin_x_uln": 0.5,
    "her2_positive": 1,
    "prior_taxane": 1,
    "prior_trastuzumab": 1,
    "progressed_on_last_or_within_6_months_of_adjuvant": 1,
    "prior_t_dm1": 0,
    "prior_lapatinib": 0,
    "prior_capecitabine": 0,
    "neuropathy_grade": 1,
    "symptomatic_heart_failure": 0,
    "myocardial_infarction_within_6_months": 0,
    "active_cns_metastases": 0,
    "cns_only_disease": 0,
}


def verdict(**changes: float) -> str:
    person = {**WELL, **changes}
    return eligibility.assess(EMILIA, {name: [value] for name, value in person.items()}).verdict[0]


def test_every_criterion_has_a_source_a_place_and_a_reading_mark() -> None:
    for criterion in EMILIA.all():
        assert criterion.source in evidence.sources(), criterion.id
        assert criterion.where and criterion.read in get_args(Reading), criterion.id


# Edges written from the register row NCT00829166 and from the label's conditions (not from the criteria file).
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "yes"),
        ({"age_year": 18}, "yes"),
        ({"age_year": 17.9}, "no"),
        ({"ecog": 1}, "yes"),
        ({"ecog": 2}, "no"),
        ({"lvef_pct": 50}, "yes"),
        ({"lvef_pct": 49.9}, "no"),
        ({"platelets_1e9_per_l": 100}, "yes"),
        ({"platelets_1e9_per_l": 99}, "no"),
        ({"alt_u_per_l": 100}, "yes"),
        ({"alt_u_per_l": 100.1}, "no"),
        ({"ast_u_per_l": 100}, "yes"),
        ({"ast_u_per_l": 101}, "no"),
        ({"bilirubin_x_uln": 1.5}, "yes"),
        ({"bilirubin_x_uln": 1.51}, "no"),
        ({"neuropathy_grade": 2}, "yes"),
        ({"neuropathy_grade": 3}, "no"),
        ({"prior_t_dm1": 1}, "no"),
        ({"prior_lapatinib": 1}, "no"),
        ({"prior_capecitabine": 1}, "no"),
        ({"prior_taxane": 0}, "no"),
        ({"prior_trastuzumab": 0}, "no"),
        ({"her2_positive": 0}, "no"),
        ({"progressed_on_last_or_within_6_months_of_adjuvant": 0}, "no"),
        ({"symptomatic_heart_failure": 1}, "no"),
        ({"myocardial_infarction_within_6_months": 1}, "no"),
        ({"active_cns_metastases": 1}, "no"),
        ({"cns_only_disease": 1}, "no"),
        ({"lvef_pct": float("nan")}, "unknown"),
        ({"lvef_pct": float("nan"), "ecog": 3}, "no"),
    ],
)
def test_verdict_against_the_register_and_the_label(change: dict[str, float], expected: str) -> None:
    assert verdict(**change) == expected


def test_variable_left_out_is_unknown_and_named() -> None:
    person = {name: [value] for name, value in WELL.items() if name != "prior_taxane"}
    found = eligibility.assess(EMILIA, person)
    assert found.verdict == ["unknown"]
    assert found.missing(0) == ["prior_taxane"]


def test_reasons_name_the_criterion_value_and_source() -> None:
    columns = {name: [value, value] for name, value in WELL.items()}
    columns["lvef_pct"] = [60, 45]
    found = eligibility.assess(EMILIA, columns)
    assert found.verdict == ["yes", "no"]
    failed = [reason for reason in found.reasons(1) if reason.met == "no"]
    assert [(reason.id, reason.value, reason.source) for reason in failed] == [("lvef_50", 45.0, "ctgov_emilia")]


def test_upper_limit_of_the_laboratory_replaces_the_default() -> None:
    columns = {name: [value] for name, value in WELL.items()} | {"alt_u_per_l": [80.0]}
    assert eligibility.assess(EMILIA, columns).verdict == ["yes"]
    assert eligibility.assess(EMILIA, columns, uln={"alt_u_per_l": 30.0}).verdict == ["no"]


@given(
    st.floats(0, 200),
    st.floats(0, 200),
    st.booleans(),
    st.booleans(),
    st.lists(st.floats(0, 200, exclude_min=True), min_size=1, max_size=30),
)
def test_bounds_against_plain_comparison(a: float, b: float, low: bool, high: bool, values: list[float]) -> None:
    lower, upper = min(a, b), max(a, b)
    if lower == upper and (low or high):
        return
    criteria = eligibility.Criteria.model_validate(
        {
            "criteria": [
                {
                    "id": "x",
                    "text": "x",
                    "variable": "weight_kg",
                    "lower": lower,
                    "upper": upper,
                    "lower_open": low,
                    "upper_open": high,
                    "unit": "kg",
                }
            ]
        }
    )
    expected = [(v > lower if low else v >= lower) and (v < upper if high else v <= upper) for v in values]
    assert eligibility.eligible(criteria, {"weight_kg": np.asarray(values)}).tolist() == expected
    assert [v == "yes" for v in eligibility.assess(criteria, {"weight_kg": values}).verdict] == expected


def test_register_against_the_population() -> None:
    """A covariate of virtual patients is the same thing here: its unit, its kind and the values that can be."""
    for name, variable in population.VARIABLES.items():
        here = eligibility.VARIABLES[name]
        # A multiple of the upper limit has no unit as a number; as a bound it is said to be one.
        assert here.unit == ("xULN" if name == "bilirubin_x_uln" else variable.unit), name
        assert here.kind == variable.kind, name
        assert here.lowest <= variable.lowest, name


def test_criteria_of_a_file_replace_and_leave_out() -> None:
    changed = eligibility.Criteria.model_validate(
        {
            "based_on": "emilia",
            "without": ["prior_taxane"],
            "criteria": [
                {"id": "lvef_50", "text": "LVEF 55 % or more", "variable": "lvef_pct", "lower": 55, "unit": "%"}
            ],
        }
    )
    assert "prior_taxane" not in {c.id for c in changed.all()}
    assert [c.lower for c in changed.all() if c.variable == "lvef_pct"] == [55.0]
    again = eligibility.Criteria.model_validate_json(changed.model_dump_json())
    assert again == changed


def test_no_criteria_let_everyone_in() -> None:
    free = eligibility.Criteria()
    assert eligibility.eligible(free, {"weight_kg": np.ones(3)}).tolist() == [True, True, True]
    assert eligibility.assess(free, {"weight_kg": [1.0, 2.0]}).verdict == ["yes", "yes"]


GOOD: dict[str, Any] = {"id": "x", "text": "x", "variable": "weight_kg", "lower": 40, "unit": "kg"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"criteria": [{**GOOD, "variable": "wieght_kg"}]}, "did you mean 'weight_kg'"),
        ({"criteria": [{**GOOD, "lowest": 3}]}, "did you mean 'lower'"),
        ({"criteria": [{**GOOD, "unit": "g"}]}, 'write unit: "kg"'),
        ({"criteria": [{**GOOD, "unit": None}]}, 'write unit: "kg"'),
        ({"criteria": [{**GOOD, "lower": None}]}, "give `lower` or `upper`"),
        ({"criteria": [{**GOOD, "upper": 30}]}, "nothing lies between"),
        ({"criteria": [{**GOOD, "basis": "x_uln"}]}, "no upper limit of normal"),
        ({"criteria": [{**GOOD, "requires": True}]}, "not `requires`"),
        ({"criteria": [{**GOOD, "variable": "prior_taxane"}]}, "yes or no: give `requires`"),
        ({"criteria": [{**GOOD, "variable": "disease_stage"}]}, "give `one_of`"),
        ({"criteria": [{**GOOD, "one_of": ["x"]}]}, "not `requires`, `one_of`"),
        ({"criteria": [{"id": "x", "text": "x", "variable": "disease_stage", "one_of": ["earlier"]}]},
         "did you mean 'early'"),
        ({"criteria": [GOOD, GOOD]}, "stands twice"),
        ({"criteria": [{**GOOD, "lower": "40"}]}, "valid number"),
        ({"criteria": [{**GOOD, "lower": float("inf")}]}, "finite"),
        ({"based_on": "emila"}, "did you mean 'emilia'"),
        ({"based_on": "emilia", "without": ["lvef_5"]}, "did you mean 'lvef_50'"),
        ({"base_on": "emilia"}, "did you mean 'based_on'"),
    ],
)
def test_bad_criteria_are_refused_with_a_mend(raw: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        eligibility.Criteria.model_validate(raw)


@pytest.mark.parametrize(
    ("columns", "uln", "words"),
    [
        ({"lvef": [60.0]}, {}, "did you mean 'lvef_pct'"),
        ({"lvef_pct": [60.0], "ecog": [0.0, 1.0]}, {}, "different lengths"),
        ({"lvef_pct": [60.0, -1.0]}, {}, "lvef_pct of person 1 is -1"),
        ({"albumin_g_per_l": [float("inf")]}, {}, "finite"),
        ({"lvef_pct": [float("inf")]}, {}, "at most 100 %"),
        ({"lvef_pct": [0.6, 101.0]}, {}, "lvef_pct of person 1 is 101"),
        ({"age_year": [0.0]}, {}, "above 0 and at most 120 year"),
        ({"ecog": [1.5]}, {}, "whole number"),
        ({"her2_ihc": [4.0]}, {}, "at most 3"),
        ({"alt_u_per_l": [50000.0]}, {}, "at most 40000 U/L"),
        ({"disease_stage": [3.0]}, {}, "0 for early, 1 for locally_advanced, 2 for metastatic"),
        ({"disease_stage": [0.5]}, {}, "0 for early"),
        ({"disease_stage": [2.0, 2.0], "early_disease": [0.0, 1.0]}, {}, "person 1: early_disease is yes"),
        ({"prior_therapy_for_metastatic_disease": [1.0], "prior_therapy_for_advanced_disease": [0.0]}, {},
         "prior_therapy_for_advanced_disease is no"),
        ({"lvef_pct": 60.0}, {}, "one value a person"),
        ({"prior_taxane": [2.0]}, {}, "use 1 for yes"),
        ({"alt_u_per_l": [20.0]}, {"alt_u_per_l": 0.0}, "above 0"),
        ({"alt_u_per_l": [20.0]}, {"alt": 40.0}, "known: alt_u_per_l, ast_u_per_l"),
    ],
)
def test_bad_person_is_refused_with_a_mend(columns: Any, uln: dict[str, float], words: str) -> None:
    with pytest.raises(eligibility.EligibilityError, match=words):
        eligibility.assess(EMILIA, columns, uln=uln)


def test_unknown_trial_names_the_nearest() -> None:
    with pytest.raises(eligibility.EligibilityError, match="did you mean 'emilia'"):
        eligibility.load("emilya")


def test_virtual_patients_without_a_variable_need_by_construction() -> None:
    asked = {"id": "n", "text": "n", "variable": "neuropathy_grade", "upper": 2, "unit": "1"}
    criteria = eligibility.Criteria.model_validate({"criteria": [asked]})
    with pytest.raises(eligibility.EligibilityError, match="by_construction: true"):
        eligibility.eligible(criteria, {"weight_kg": np.ones(2)})
    taken = eligibility.Criteria.model_validate({"criteria": [{**asked, "by_construction": True}]})
    assert eligibility.eligible(taken, {"weight_kg": np.ones(2)}).all()
