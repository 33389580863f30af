"""CTCAE grades: edges by version, missing values, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import safety
from tdm1.safety import grade

# (value, grade), both sides of every bound, from the printed criteria.
PLATELETS = [(150, 0), (149.9, 1), (75, 1), (74.9, 2), (50, 2), (49.9, 3), (25, 3), (24.9, 4), (0, 4)]
ENZYMES = {3: [(1, 0), (1.01, 1), (2.5, 1), (2.51, 2), (5, 2), (5.01, 3), (20, 3), (20.01, 4)],
           4: [(1, 0), (1.01, 1), (3, 1), (3.01, 2), (5, 2), (5.01, 3), (20, 3), (20.01, 4)]}
ENZYMES[5] = ENZYMES[4]
BILIRUBIN = [(1, 0), (1.01, 1), (1.5, 1), (1.51, 2), (3, 2), (3.01, 3), (10, 3), (10.01, 4)]


@pytest.mark.parametrize("version", [3, 4, 5])
def test_platelet_grades_at_every_edge_against_ctcae(version):
    values, grades = zip(*PLATELETS, strict=True)
    np.testing.assert_array_equal(grade("platelets", values, version, lln=150), grades)


@pytest.mark.parametrize("version", [3, 4, 5])
@pytest.mark.parametrize("analyte", ["alt", "ast"])
def test_enzyme_grades_at_every_edge_against_ctcae(analyte, version):
    values, grades = zip(*ENZYMES[version], strict=True)
    np.testing.assert_array_equal(grade(analyte, values, version), grades)
    np.testing.assert_array_equal(grade(analyte, np.array(values) * 40, version, uln=40), grades)


@pytest.mark.parametrize("version", [3, 4, 5])
def test_bilirubin_grades_at_every_edge_against_ctcae(version):
    values, grades = zip(*BILIRUBIN, strict=True)
    np.testing.assert_array_equal(grade("bilirubin", values, version), grades)


def test_a_missing_value_has_no_grade_and_shapes_are_kept():
    found = grade("alt", [[1.0, np.nan], [6.0, 2.0]], 3)
    np.testing.assert_array_equal(found, [[0, safety.NOT_GRADED], [3, 1]])


@given(st.sampled_from(["platelets", "alt", "ast", "bilirubin"]), st.sampled_from([3, 4, 5]),
       st.lists(st.floats(0, 600), min_size=2, max_size=20))
def test_a_worse_value_never_has_a_lower_grade(analyte, version, values):
    ordered = np.sort(values)[::-1] if analyte == "platelets" else np.sort(values)
    grades = grade(analyte, ordered, version, lln=150)
    assert (np.diff(grades) >= 0).all()


def test_limits_may_differ_between_patients():
    np.testing.assert_array_equal(grade("alt", [90.0, 90.0], 3, uln=[30.0, 40.0]), [2, 1])


@pytest.mark.parametrize(("call", "told"), [
    (lambda: grade("platelet", 100, 3, lln=150), "did you mean 'platelets'"),
    (lambda: grade("platelets", 100, 2, lln=150), "no CTCAE version 2"),
    (lambda: grade("platelets", 100, 3), "give lln"),
    (lambda: grade("platelets", 100, 3, lln=15), "lln 15 is below grade 2's bound"),
    (lambda: grade("platelets", 100, 3, lln=-1), "lln must be a positive number"),
    (lambda: grade("alt", 100, 3, uln=0), "uln must be a positive number"),
    (lambda: grade("alt", [1, -2], 3), "alt number 1 is -2"),
    (lambda: grade("alt", [np.inf], 3), "alt number 0 is inf"),
])
def test_a_bad_question_is_refused_with_mend(call, told):
    with pytest.raises(safety.FindingError, match=told):
        call()
