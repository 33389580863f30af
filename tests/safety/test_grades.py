"""CTCAE grades: edges by version, missing values, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import safety
from tdm1.safety import grade, grades

# (value, grade), both sides of every bound, from the printed criteria.
PLATELETS = [(150, 0), (149.9, 1), (75, 1), (74.9, 2), (50, 2), (49.9, 3), (25, 3), (24.9, 4), (0, 4)]
ENZYMES = {3: [(1, 0), (1.01, 1), (2.5, 1), (2.51, 2), (5, 2), (5.01, 3), (20, 3), (20.01, 4)],
           4: [(1, 0), (1.01, 1), (3, 1), (3.01, 2), (5, 2), (5.01, 3), (20, 3), (20.01, 4)]}
ENZYMES[5] = ENZYMES[4]
BILIRUBIN = [(1, 0), (1.01, 1), (1.5, 1), (1.51, 2), (3, 2), (3.01, 3), (10, 3), (10.01, 4)]


# Lower limits of normal here: neutrophils 2, haemoglobin 12, potassium 3.5.
NEUTROPHILS = [(2, 0), (1.99, 1), (1.5, 1), (1.49, 2), (1.0, 2), (0.99, 3), (0.5, 3), (0.49, 4), (0, 4)]
HAEMOGLOBIN = {3: [(12, 0), (11.9, 1), (10, 1), (9.9, 2), (8, 2), (7.9, 3), (6.5, 3), (6.4, 4), (0, 4)],
               4: [(12, 0), (11.9, 1), (10, 1), (9.9, 2), (8, 2), (7.9, 3), (6.4, 3), (0, 3)]}
HAEMOGLOBIN[5] = HAEMOGLOBIN[4]
# Grade 2 is grade 1 with symptoms (versions 4 and 5) or not there (version 3): no number gives it.
POTASSIUM = [(3.5, 0), (3.49, 1), (3.0, 1), (2.99, 3), (2.5, 3), (2.49, 4), (0, 4)]
LVEF_3 = [(60, 0), (59.9, 1), (50, 1), (49.9, 2), (40, 2), (39.9, 3), (20, 3), (19.9, 4), (0, 4)]
# (value, baseline, grade): by the value, by the fall, and the worse of both.
LVEF = [(55, 55, 0), (50.1, 50.1, 0), (50, 50, 2), (40, 45, 2), (39.9, 45, 3), (20, 25, 3), (19.9, 25, 4),
        (60, 69.9, 0), (60, 70, 2), (51, 70.9, 2), (51, 71.1, 3), (39, 62, 3), (19, 80, 4), (52.3, 62.3, 2)]


@pytest.mark.parametrize("version", [3, 4, 5])
@pytest.mark.parametrize(("analyte", "lln"), [("neutrophils", 2), ("haemoglobin", 12), ("potassium", 3.5)])
def test_blood_grades_at_every_edge_against_ctcae(analyte, lln, version):
    table = {"neutrophils": NEUTROPHILS, "haemoglobin": HAEMOGLOBIN[version], "potassium": POTASSIUM}[analyte]
    values, grades = zip(*table, strict=True)
    np.testing.assert_array_equal(grade(analyte, values, version, lln=lln), grades)


def test_heart_grades_at_every_edge_against_ctcae():
    values, grades = zip(*LVEF_3, strict=True)
    np.testing.assert_array_equal(grade("lvef", values, 3), grades)
    np.testing.assert_array_equal(grade("lvef", values, 3, baseline=90), grades)  # version 3 looks at the value alone
    values, baselines, grades = zip(*LVEF, strict=True)
    for version in (4, 5):
        np.testing.assert_array_equal(grade("lvef", values, version, baseline=baselines), grades)
    # Exactly 20 points: grade 3 in version 5, still grade 2 in version 4, also with the noise of printed numbers.
    assert [int(grade("lvef", 52.3, version, baseline=72.3)) for version in (4, 5)] == [2, 3]


def test_a_heart_grade_without_baseline_is_known_only_where_a_fall_changes_nothing():
    missing = safety.NOT_GRADED
    for version in (4, 5):
        found = grade("lvef", [60, 45, 39, 19, np.nan], version, baseline=np.nan)
        np.testing.assert_array_equal(found, [missing, missing, 3, 4, missing])
        found = grade("lvef", [60.0, np.nan], version, baseline=[65.0, 65.0])
        np.testing.assert_array_equal(found, [0, missing])


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


@given(st.sampled_from(grades.ANALYTES), st.sampled_from([3, 4, 5]), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_a_worse_value_never_has_a_lower_grade(analyte, version, shares):
    lln = {"platelets": 150, "neutrophils": 2, "haemoglobin": 12, "potassium": 3.5}.get(analyte)
    top = lln * 1.2 if lln else 100 if analyte == "lvef" else 25
    lower_is_worse = lln is not None or analyte == "lvef"
    ordered = np.sort(shares)[::-1] * top if lower_is_worse else np.sort(shares) * top
    found = grade(analyte, ordered, version, lln=lln, baseline=70 if analyte == "lvef" else None)
    assert (np.diff(found) >= 0).all()


def test_limits_may_differ_between_patients():
    np.testing.assert_array_equal(grade("alt", [90.0, 90.0], 3, uln=[30.0, 40.0]), [2, 1])


@pytest.mark.parametrize(("call", "told"), [
    (lambda: grade("platelet", 100, 3, lln=150), "did you mean 'platelets'"),
    (lambda: grade("platelets", 100, 2, lln=150), "no CTCAE version 2"),
    (lambda: grade("platelets", 100, 3), "give lln"),
    (lambda: grade("platelets", 100, 3, lln=15), "lln 15 is below grade 2's bound"),
    (lambda: grade("platelets", 100, 3, lln=-1), "lln must be a positive number"),
    (lambda: grade("platelets", [100, 100], 3, lln=[150, np.inf]), "lln must be a positive number"),
    (lambda: grade("platelets", 100, 3, lln=0), "lln must be a positive number"),
    (lambda: grade("potassium", 3, 4, lln=2.9), "lln 2.9 is below grade 2's bound .3 mmol/L.; give it in mmol/L"),
    (lambda: grade("lvef", 60, 4), "version 4 judges lvef against its baseline too"),
    (lambda: grade("lvef", 60, 5, baseline=-1), "baseline -1 of lvef is no percentage"),
    (lambda: grade("lvef", 60, 5, baseline=np.inf), "baseline inf of lvef is no percentage"),
    (lambda: grades.bounds("lvef", 4), "the grades of lvef are not bounds of one value"),
    (lambda: grade("alt", 100, 3, uln=0), "uln must be a positive number"),
    (lambda: grade("alt", [1, -2], 3), "alt number 1 is -2"),
    (lambda: grade("alt", [np.inf], 3), "alt number 0 is inf"),
])
def test_a_bad_question_is_refused_with_mend(call, told):
    with pytest.raises(safety.FindingError, match=told):
        call()


def test_bounds_are_the_edges_in_the_unit_of_the_value_against_ctcae():
    assert [float(one) for one in grades.bounds("alt", 4, uln=40)] == [40, 120, 200, 800]
    assert [float(one) for one in grades.bounds("platelets", 5, lln=140)] == [140, 75, 50, 25]
    assert [float(one) for one in grades.bounds("haemoglobin", 4, lln=12)] == [12, 10, 8, -np.inf]
    # At the edge itself: a limit of normal at grade 2's bound leaves no grade 1 and is taken.
    assert grade("platelets", [75, 74.9], 3, lln=75).tolist() == [0, 2]
    assert grade("platelets", 0, 3, lln=150) == 4 and grade("alt", 0, 3) == 0


def test_defaults_and_edges_that_a_small_fault_would_move():
    # Without a limit the values are multiples of it already.
    assert [float(one) for one in grades.bounds("alt", 4)] == [1, 3, 5, 20]
    assert grades.NOT_GRADED == -1
    # Of several limits the smallest is named, and one that is too small is enough to be refused.
    with pytest.raises(safety.FindingError, match="lln 15 is below"):
        grade("platelets", [100, 100], 3, lln=[150, 15])
    # A baseline of zero is a percentage; of several, the first that is none is named.
    assert grade("lvef", 60, 5, baseline=0).tolist() == 0
    with pytest.raises(safety.FindingError, match="baseline -2 of lvef"):
        grade("lvef", [60, 60, 60], 5, baseline=[60, -2, -3])
    # A fall below the bound and a value above it give grade 0, in one patient beside a grade 2.
    assert grade("lvef", [60, 50], 5, baseline=[60, 60]).tolist() == [0, 2]
