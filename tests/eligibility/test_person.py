"""One person as people write her down: words, units and slips."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tdm1 import eligibility
from tdm1.eligibility.person import one_person


@pytest.mark.parametrize("given", ["yes", True, 1, 1.0, np.float64(1.0), np.int64(1), np.bool_(True)])
def test_yes_in_all_its_forms(given: Any) -> None:
    assert one_person({"prior_taxane": given}, {})["prior_taxane"].tolist() == [1.0]


@pytest.mark.parametrize("given", [None, math.nan])
def test_not_known_in_all_its_forms(given: Any) -> None:
    for name in ("prior_taxane", "disease_stage", "lvef_pct"):
        assert np.isnan(one_person({name: given}, {})[name]).all()


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("weight_kg", 70000, "g", 70.0),
        ("platelets_1e9_per_l", 250, "10*9/L", 250.0),
        ("haemoglobin_g_per_dl", 120, "g/L", 12.0),
        ("alt_u_per_l", 2.5, "xULN", 100.0),
        ("alt_u_per_l", 30, "U/L", 30.0),
        ("sum_of_diameters_mm", 9, "cm", 90.0),
    ],
)
def test_units_against_hand_conversion(name: str, value: float, unit: str, expected: float) -> None:
    assert one_person({name: {"value": value, "unit": unit}}, {})[name] == pytest.approx([expected])


def test_multiple_of_the_limit_uses_the_laboratory_s_own() -> None:
    limits = {"alt_u_per_l": 50.0}
    assert one_person({"alt_u_per_l": {"value": 2, "unit": "xULN"}}, limits)["alt_u_per_l"].tolist() == [100.0]


def test_what_follows_from_what_is_known() -> None:
    found = one_person({"disease_stage": "locally_advanced", "prior_therapy_for_metastatic_disease": "yes"}, {})
    assert found["early_disease"].tolist() == [0.0]
    assert found["prior_therapy_for_advanced_disease"].tolist() == [1.0]
    # Not treated for metastatic disease says nothing about locally advanced disease.
    other = one_person({"disease_stage": None, "prior_therapy_for_metastatic_disease": "no"}, {})
    assert np.isnan(other["early_disease"]).all() and np.isnan(other["prior_therapy_for_advanced_disease"]).all()


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"prior_taxanes": "yes"}, "did you mean 'prior_taxane'"),
        ({"prior_taxane": "yess"}, "did you mean 'yes'.*leave it out if unknown"),
        ({"prior_taxane": "maybe"}, "known: yes, no"),
        ({"prior_taxane": 2}, "use 1 for yes"),
        ({"disease_stage": "metastasic"}, "did you mean 'metastatic'"),
        ({"disease_stage": 2}, "write one of early, locally_advanced, metastatic"),
        ({"disease_stage": {"value": 2, "unit": "1"}}, "only for what is measured"),
        ({"lvef_pct": "60"}, "lvef_pct is '60'; give a number in %"),
        ({"lvef_pct": True}, "no yes-or-no question"),
        ({"lvef_pct": [60]}, "give a number, a word"),
        ({"lvef_pct": 0.0, "age_year": 200}, "age_year of person 0 is 200"),
        ({"alt_u_per_l": {"value": 3, "unit": "mg/L"}}, "measure different things"),
        ({"alt_u_per_l": {"value": 3, "unit": "U/l/l/x"}}, "no unit tdm1 knows"),
        ({"alt_u_per_l": {"value": 3, "units": "U/L"}}, "did you mean 'unit'"),
        ({"alt_u_per_l": {"value": 3}}, "value and unit together"),
        ({"platelets_1e9_per_l": 250000}, "at most 5000"),
        ({"ecog": -1}, "whole number, at least 0 and at most 5"),
    ],
)
def test_slip_is_refused_with_a_mend(person: dict[str, Any], words: str) -> None:
    with pytest.raises(eligibility.EligibilityError, match=words):
        eligibility.indication(person)


def test_register_is_whole() -> None:
    for name, variable in eligibility.VARIABLES.items():
        assert variable.name == name and variable.words and variable.unit
        assert bool(variable.categories) == (variable.kind == "category")
        assert variable.top() > variable.lowest
