"""The model beside what can be said of a constant hazard on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from symptoms.conditions import NO_FRAILTY, drivers, numbers_with

from tdm1 import evidence
from tdm1.symptoms import SymptomNumbers, Symptoms, what_if
from tdm1.symptoms.fit.shares import background_and_drug, expected_share


@pytest.mark.parametrize(("background", "drug"), [(0.004, 0.0), (0.0, 0.003), (0.002, 0.001)])
def test_share_of_a_constant_hazard_against_closed_form(background: float, drug: float) -> None:
    count, days = 4096, 140.0
    with evidence.what_if(NO_FRAILTY), what_if("early", numbers_with(
        "early", dizziness=SymptomNumbers(background, drug, 0.0))
    ):
        symptoms = Symptoms.start("early", 7, 0, count)
        for _ in range(20):
            symptoms.step(days / 20, drivers(count))
    found = float(np.mean(symptoms.record().column("dizziness") > 0))
    expected = 1.0 - np.exp(-(background + drug) * days)
    assert found == pytest.approx(expected, abs=4.0 * np.sqrt(expected * (1.0 - expected) / count))


def test_day_of_the_first_event_against_its_threshold() -> None:
    hazard = 0.01
    with evidence.what_if(NO_FRAILTY), what_if("early", numbers_with("early", rash=SymptomNumbers(hazard, 0.0, 0.0))):
        symptoms = Symptoms.start("early", 3, 0, 300)
        threshold = symptoms.state.threshold[:, symptoms.terms.column("rash"), 0].copy()
        for _ in range(30):
            symptoms.step(7.0, drivers(300))
    start = symptoms.state.start[:, symptoms.terms.column("rash"), 0]
    expected = np.where(threshold / hazard <= 210.0, threshold / hazard, np.inf)
    np.testing.assert_allclose(start, expected, rtol=1e-9)


def test_mean_duration_against_the_catalogue() -> None:
    count = 4096
    with what_if("early", numbers_with("early", cough=SymptomNumbers(10.0, 0.0, 0.0))):
        symptoms = Symptoms.start("early", 5, 0, count)
        symptoms.step(7.0, drivers(count))
    column = symptoms.terms.column("cough")
    length = symptoms.state.end[:, column, 0] - symptoms.state.start[:, column, 0]
    mean = symptoms.terms.duration_day[column]
    assert float(length.mean()) == pytest.approx(mean, abs=4.0 * mean / np.sqrt(count))


def test_permanent_share_against_the_catalogue() -> None:
    count = 4096
    with what_if("early", numbers_with("early", peripheral_neuropathy=SymptomNumbers(10.0, 0.0, 0.0))):
        symptoms = Symptoms.start("early", 5, 0, count)
        symptoms.step(7.0, drivers(count))
        column = symptoms.terms.column("peripheral_neuropathy")
        stays = np.isinf(symptoms.state.end[:, column, 0]) & (symptoms.state.number[:, column] == 1)
        symptoms.step(1e5, drivers(count, at_risk=False))
    share = symptoms.terms.permanent_share[column]
    assert float(stays.mean()) == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / count))
    np.testing.assert_array_equal(symptoms.signs()["neuropathy_grade"] > 0, np.isinf(symptoms.state.end_day[:, column]))


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_shares_of_grades_against_closed_form(share: float) -> None:
    count = 1024
    moderate = {"symptoms.share_grade2": 0.3, "symptoms.share_grade4": 0.25}
    with evidence.what_if(moderate), what_if("early", numbers_with("early", rash=SymptomNumbers(9.0, 0.0, share))):
        symptoms = Symptoms.start("early", 5, 0, count)
        symptoms.step(7.0, drivers(count))
    grade = symptoms.state.grade[:, symptoms.terms.column("rash"), 0]
    expected = [0.0, (1 - share) * 0.7, (1 - share) * 0.3, share * 0.75, share * 0.25]
    for value, wanted in enumerate(expected):
        found = float(np.mean(grade == value))
        assert found == pytest.approx(wanted, abs=4.0 * np.sqrt(wanted * (1 - wanted) / count) + 1e-12), value


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-4, 5.0))
def test_expected_share_against_an_integral(hazard: float) -> None:
    sd = np.hypot(0.3, 0.5)
    frailty = {"symptoms.common_frailty_sd": 0.3, "symptoms.term_frailty_sd": 0.5}
    with evidence.what_if(frailty):
        found = expected_share(np.array([hazard]))
    wanted = quad(lambda z: norm.pdf(z) * -np.expm1(-hazard * np.exp(sd * z)), -9, 9)[0]
    assert found == pytest.approx(wanted, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 0.5), st.floats(0.01, 0.4))
def test_background_and_drug_against_closed_form(control: float, more: float) -> None:
    treated = control + more * (1.0 - control)

    def share(b: float, d: float) -> float:
        return 1.0 - np.exp(-(b * 300.0 + d * 200.0))

    found = background_and_drug([share, lambda b, d: 1.0 - np.exp(-b * 320.0)], [treated, control], [700, 700], 0.4)
    background = -np.log1p(-control) / 320.0
    wanted = (-np.log1p(-treated) - background * 300.0) / 200.0
    if wanted > 0:
        assert found == pytest.approx((background, wanted), rel=1e-4, abs=1e-9)
    else:
        assert found[1] == 0.0
