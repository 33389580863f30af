"""Warnings before the first dose: edges of the label, three-valued, apart from eligibility."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import eligibility

FINE = {
    "alt_u_per_l": 30.0, "ast_u_per_l": 25.0, "bilirubin_x_uln": 0.6, "platelets_1e9_per_l": 250.0, "lvef_pct": 60.0,
    "trastuzumab_stopped_for_reaction": 0.0, "hypersensitivity_to_t_dm1": 0.0, "dyspnoea_at_rest": 0.0,
    "pregnant": 0.0, "breastfeeding": 0.0,
}


# Edges written from the label's rows N1 to N6 and P1, P4 (not from the warnings file); upper limit of normal 40 U/L.
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []), ({"alt_u_per_l": 100.0}, []), ({"alt_u_per_l": 100.1}, ["N1"]), ({"ast_u_per_l": 101.0}, ["N1"]),
        ({"bilirubin_x_uln": 1.5}, []), ({"bilirubin_x_uln": 1.51}, ["N1"]), ({"platelets_1e9_per_l": 100.0}, []),
        ({"platelets_1e9_per_l": 99.9}, ["N2"]), ({"lvef_pct": 50.0}, []), ({"lvef_pct": 49.9}, ["N3"]),
        ({"trastuzumab_stopped_for_reaction": 1.0}, ["N4"]), ({"hypersensitivity_to_t_dm1": 1.0}, ["N5"]),
        ({"dyspnoea_at_rest": 1.0}, ["N6"]), ({"pregnant": 1.0}, ["P1"]), ({"breastfeeding": 1.0}, ["P4"]),
    ],
)
def test_warning_edges_against_label(change: dict[str, float], expected: list[str]) -> None:
    for region in eligibility.REGIONS:
        found = eligibility.warnings(FINE | change, region)
        # The US label has no contraindication.
        assert [one.id for one in found.given] == [name for name in expected if (name, region) != ("N5", "US")]
        assert not found.needed and not found.missing


@given(st.lists(st.fixed_dictionaries(
    {name: st.sampled_from([value, np.nan, 45.0 if value > 1 else 1.0]) for name, value in FINE.items()}),
    min_size=1, max_size=5))
def test_many_against_one_at_a_time(group: list[dict[str, float]]) -> None:
    table = eligibility.warning_table({name: [one[name] for one in group] for name in FINE}, "EU")
    for place, person in enumerate(group):
        assert repr(table.answer(place)) == repr(eligibility.warnings(person, "EU"))


@given(
    st.fixed_dictionaries({name: st.sampled_from([value, None]) for name, value in FINE.items()}),
    st.sampled_from(sorted(FINE)),
)
def test_what_is_needed_against_what_is_unknown(person: dict[str, float | None], name: str) -> None:
    """With nothing to warn of, exactly the unknown variables are missing, and each answer takes its own away."""
    unknown = {variable for variable, value in person.items() if value is None}
    assert set(eligibility.warnings(person, "EU").missing) == unknown
    assert set(eligibility.warnings(person | {name: FINE[name]}, "EU").missing) == unknown - {name}


def test_a_warning_makes_nobody_ineligible() -> None:
    person = {
        "age_year": 53, "her2_positive": "yes", "disease_stage": "metastatic", "prior_trastuzumab": "yes",
        "prior_taxane": "yes", "prior_therapy_for_metastatic_disease": "yes", "lvef_pct": 30, "pregnant": "yes",
    }
    assert eligibility.indication(person, "US").verdict == "yes"
    warned = eligibility.warnings(person, "US")
    assert [(one.id, one.kind, one.source, one.read) for one in warned.given] == [
        ("N3", "not_studied", "thpi", "secondary"), ("P1", "harm", "uspi_cur", "read"),
    ]
    assert {"alt_u_per_l", "breastfeeding"} < set(warned.missing)


def test_upper_limit_of_the_laboratory_replaces_the_default() -> None:
    assert eligibility.warnings(FINE | {"alt_u_per_l": 80.0}).given == ()
    assert eligibility.warnings(FINE | {"alt_u_per_l": 80.0}, uln={"alt_u_per_l": 30.0}).given[0].id == "N1"


@pytest.mark.parametrize("region", eligibility.REGIONS)
@given(person=st.fixed_dictionaries({name: st.sampled_from([value, np.nan]) for name, value in FINE.items()}))
def test_before_start_against_each_alone(region: str, person: dict[str, float]) -> None:
    together = eligibility.before_start(person, region)
    # Compared as text, for a value that is not known is NaN, which equals nothing.
    assert repr(together) == repr((eligibility.indication(person, region), eligibility.warnings(person, region)))
