"""The criteria of every trial of the house, and the same criteria beside the label."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from tdm1 import eligibility, evidence, population
from tdm1.eligibility.comparison import relation
from tdm1.evidence._fact import Reading  # pyright: ignore[reportPrivateUsage]

TRIALS = eligibility.builtin()
HOUSE = {"emilia", "kamilla", "katherine", "marianne", "tdm4258g", "tdm4374g", "tdm4450g"}


def test_every_trial_of_the_house_has_criteria() -> None:
    assert set(TRIALS) == HOUSE


@pytest.mark.parametrize("trial", TRIALS)
def test_every_criterion_has_a_source_a_place_and_a_mark(trial: str) -> None:
    criteria = eligibility.load(trial).all()
    assert len({one.id for one in criteria}) == len(criteria)
    for one in criteria:
        assert one.source in evidence.sources() and one.where and one.read in get_args(Reading), one.id


@pytest.mark.parametrize("trial", TRIALS)
def test_virtual_people_of_a_trial_can_be_found_and_meet_its_criteria(trial: str) -> None:
    screen = eligibility.screen(trial)
    people = population.sample(population.load(trial), seed=3, first=0, count=400, screen=screen)
    found = eligibility.assess(eligibility.load(trial), people)
    known = {one.variable for one in found.criteria} & set(people)
    for place, one in enumerate(found.criteria):
        assert np.all(found.met[:, place] == (1 if one.variable in known else -1)), one.id


@pytest.mark.parametrize(("trial", "other"), [("katherine", "emilia"), ("marianne", "katherine")])
def test_people_of_another_setting_are_refused(trial: str, other: str) -> None:
    people = population.sample(population.load(other), seed=3, first=0, count=50)
    assert not eligibility.eligible(eligibility.load(trial), people).any()


# Someone who meets every criterion, and one step over each edge, written from the register rows (not the files).
WELL: dict[str, dict[str, float]] = {
    "katherine": {
        "age_year": 49, "ecog": 1, "disease_stage": 0, "lvef_pct": 50, "platelets_1e9_per_l": 100,
        "neutrophils_1e9_per_l": 1.2, "haemoglobin_g_per_dl": 9, "alt_u_per_l": 60, "ast_u_per_l": 60,
        "bilirubin_x_uln": 1.0, "her2_positive": 1, "neoadjuvant_taxane": 1, "neoadjuvant_trastuzumab": 1,
        "residual_invasive_disease": 1, "clear_margins_or_mastectomy": 1, "prior_t_dm1": 0,
        "symptomatic_heart_failure": 0,
    },
    "marianne": {
        "age_year": 55, "ecog": 1, "prior_lines": 0, "disease_stage": 1, "lvef_pct": 50, "platelets_1e9_per_l": 100,
        "alt_u_per_l": 100, "ast_u_per_l": 100, "bilirubin_x_uln": 1.5, "her2_positive": 1,
        "taxane_or_vinca_within_6_months": 0, "prior_t_dm1": 0, "prior_pertuzumab": 0,
    },
    "kamilla": {
        "age_year": 55, "ecog": 2, "disease_stage": 2, "her2_positive": 1, "prior_chemotherapy": 1,
        "prior_her2_therapy": 1, "progressed_on_last_or_within_6_months_of_adjuvant": 1, "lvef_pct": 50,
        "platelets_1e9_per_l": 100, "alt_u_per_l": 100, "ast_u_per_l": 100, "bilirubin_x_uln": 1.5,
        "heart_trouble_on_trastuzumab": 0, "nyha_ii_to_iv": 0, "symptomatic_cns_metastases": 0, "neuropathy_grade": 2,
    },
    "tdm4258g": {
        "age_year": 55, "ecog": 2, "disease_stage": 2, "prior_lines": 3, "progressed_on_her2_therapy": 1,
        "her2_positive": 1, "platelets_1e9_per_l": 100, "neutrophils_1e9_per_l": 1.5, "haemoglobin_g_per_dl": 9,
        "bilirubin_x_uln": 1.25, "alt_u_per_l": 100, "ast_u_per_l": 100, "alkaline_phosphatase_x_uln": 2.5,
        "lvef_pct": 50, "cancer_therapy_within_2_weeks": 0, "significant_cardiac_disease": 0,
        "prior_doxorubicin_mg_per_m2": 360,
    },
    "tdm4374g": {
        "age_year": 55, "disease_stage": 2, "her2_positive": 1, "prior_anthracycline": 1, "prior_trastuzumab": 1,
        "prior_taxane": 1, "prior_lapatinib": 1, "prior_capecitabine": 1, "prior_her2_lines": 2, "lvef_pct": 50,
        "platelets_1e9_per_l": 100, "alt_u_per_l": 100, "ast_u_per_l": 100, "bilirubin_x_uln": 1.5,
        "neuropathy_grade": 2, "active_cns_metastases": 0,
    },
    "tdm4450g": {
        "age_year": 55, "disease_stage": 2, "her2_positive": 1, "measurable": 1, "prior_lines": 0,
        "neoadjuvant_or_adjuvant_chemotherapy_within_6_months": 0, "lvef_pct": 50, "troponin_i_ng_per_ml": 0.19,
        "platelets_1e9_per_l": 100, "alt_u_per_l": 100, "ast_u_per_l": 100, "bilirubin_x_uln": 1.5,
        "neuropathy_grade": 2,
    },
}
OVER: dict[str, float] = {
    "age_year": 17.9, "ecog": 3, "lvef_pct": 49.9, "platelets_1e9_per_l": 99.9, "neutrophils_1e9_per_l": 1.19,
    "haemoglobin_g_per_dl": 8.9, "alt_u_per_l": 100.1, "ast_u_per_l": 100.1, "bilirubin_x_uln": 1.51, "prior_lines": 4,
    "prior_her2_lines": 1, "neuropathy_grade": 3, "troponin_i_ng_per_ml": 0.2, "prior_doxorubicin_mg_per_m2": 361,
    "alkaline_phosphatase_x_uln": 2.6,
}


@pytest.mark.parametrize("trial", sorted(WELL))
def test_every_criterion_refuses_alone_against_the_register(trial: str) -> None:
    criteria, well = eligibility.load(trial), WELL[trial]

    def verdict(person: dict[str, float]) -> str:
        return eligibility.assess(criteria, {name: [value] for name, value in person.items()}).verdict[0]

    assert verdict(well) == "yes"
    stage = {"disease_stage": 2 if well["disease_stage"] == 0 else 0}
    for name, value in well.items():
        over = stage.get(name, OVER.get(name, 1 - value))
        assert verdict({**well, name: over}) == "no", (trial, name)
        assert verdict({one: kept for one, kept in well.items() if one != name}) == "unknown", (trial, name)


def test_one_criterion_known_to_fail_leaves_nothing_missing() -> None:
    found = eligibility.assess(eligibility.load("katherine"), {"ecog": [3.0, 1.0]})
    assert found.verdict == ["no", "unknown"]
    assert found.missing(0) == [] and "lvef_pct" in found.missing(1)


# Ways in which the trial was narrower or wider than the US label, read off the register rows and the label.
@pytest.mark.parametrize(
    ("trial", "region", "variable", "expected", "warning"),
    [
        ("emilia", "US", "prior_taxane", "same", ""),
        ("emilia", "US", "ecog", "only the trial asks", ""),
        ("emilia", "US", "lvef_pct", "only the trial asks", "N3"),
        ("emilia", "US", "platelets_1e9_per_l", "only the trial asks", "N2"),
        ("emilia", "US", "prior_lapatinib", "only the trial asks", ""),
        ("emilia", "US", "prior_therapy_for_metastatic_disease", "one of several ways", ""),
        ("marianne", "US", "prior_trastuzumab", "only the label asks", ""),
        ("marianne", "US", "disease_stage", "wider", ""),
        ("marianne", "EU", "disease_stage", "same", ""),
        ("tdm4258g", "EU", "disease_stage", "narrower", ""),
        ("katherine", "US", "residual_invasive_disease", "same", ""),
        ("katherine", "US", "disease_stage", "same", ""),
        ("katherine", "US", "neoadjuvant_trastuzumab", "same", ""),
        ("katherine", "EU", "neoadjuvant_trastuzumab", "narrower", ""),
        ("katherine", "EU", "neoadjuvant_other_her2_therapy", "one of several ways", ""),
    ],
)
def test_trial_beside_the_label_against_their_texts(
    trial: str, region: str, variable: str, expected: str, warning: str
) -> None:
    row, = (one for one in eligibility.compare(trial, region) if one.variable == variable)
    assert (row.relation, row.warning) == (expected, warning)
    assert bool(row.trial) == (expected not in ("only the label asks", "one of several ways"))


BOUND = {"id": "x", "text": "x", "variable": "weight_kg", "unit": "kg"}


@pytest.mark.parametrize(
    ("trial", "label", "expected"),
    [
        ({"lower": 50}, {"lower": 40}, "narrower"),
        ({"lower": 40, "lower_open": True}, {"lower": 40}, "narrower"),
        ({"lower": 40}, {"lower": 40, "lower_open": True}, "wider"),
        ({"upper": 90}, {"upper": 90}, "same"),
        ({"upper": 90, "upper_open": True}, {"upper": 90}, "narrower"),
        ({"lower": 50, "upper": 99}, {"lower": 40, "upper": 90}, "different"),
        ({"upper": 90}, {"lower": 40}, "different"),
    ],
)
def test_relation_of_bounds_against_sets_of_values(trial: dict, label: dict, expected: str) -> None:
    ours, theirs = (eligibility.Criterion.model_validate(BOUND | one) for one in (trial, label))
    grid = {"weight_kg": np.array([39.0, 40.0, 40.5, 50.0, 89.9, 90.0, 95.0, 100.0])}
    inside, outside = (
        set(np.flatnonzero(eligibility.eligible(eligibility.Criteria(criteria=(one,)), grid))) for one in (ours, theirs)
    )
    naive = "same" if inside == outside else "narrower" if inside < outside else "wider" if inside > outside else ""
    assert relation(ours, theirs) == expected == (naive or "different")


def test_comparison_with_what_is_not_there_is_refused() -> None:
    with pytest.raises(eligibility.EligibilityError, match="did you mean 'katherine'"):
        eligibility.compare("katharine")
    with pytest.raises(eligibility.EligibilityError, match="England has no indication for the early setting"):
        eligibility.compare("katherine", "England")
    ours = eligibility.load("emilia").all()
    with pytest.raises(eligibility.EligibilityError, match="asks about"):
        relation(ours[0], ours[1])
