"""What a step may and may not depend on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symptoms.conditions import all_with, drivers

from tdm1.symptoms import Drivers, SymptomError, SymptomNumbers, SymptomRecord, Symptoms, what_if


def _course(count: int, *, parts: int = 1, steps: int = 8, seed: int = 11, **changed: object) -> Symptoms:
    symptoms = Symptoms.start("early", seed, 0, count)
    for _ in range(steps):
        for _ in range(parts):
            symptoms.step(14.0 / parts, drivers(count, **changed))
    return symptoms


def _same(one: SymptomRecord, other: SymptomRecord) -> None:
    assert one.terms == other.terms
    np.testing.assert_array_equal(one.worst, other.worst)
    left, right = one.frame(), other.frame()
    assert left.drop("start_day", "end_day").equals(right.drop("start_day", "end_day"))
    for name in ("start_day", "end_day"):
        np.testing.assert_allclose(left[name].to_numpy(), right[name].to_numpy(), rtol=1e-9, atol=1e-9)


def test_a_patient_does_not_depend_on_the_others() -> None:
    def mixed(count: int) -> Drivers:
        place = np.arange(count)
        return drivers(count, conjugate_mean=5.0 + place, platelets=200.0 - 3.0 * place, infused=place % 2 == 0)

    many, few = Symptoms.start("early", 4, 0, 50), Symptoms.start("early", 4, 0, 10)
    for _ in range(12):
        many.step(21.0, mixed(50))
        few.step(21.0, mixed(10))
        grades = np.arange(50) % 5
        many.report_labs(many.day, {"platelets": grades.astype(np.int8)})
        few.report_labs(few.day, {"platelets": grades[:10].astype(np.int8)})
    np.testing.assert_array_equal(many.record().worst[:10], few.record().worst)
    left = many.record().frame()
    assert left.filter(left["patient"] < 10).equals(few.record().frame())
    for name, sign in few.signs().items():
        np.testing.assert_array_equal(many.signs()[name][:10], sign)


@pytest.mark.parametrize("parts", [2, 7])
def test_onset_days_against_longer_steps(parts: int) -> None:
    # Numbers so high that episodes end and begin again within one step.
    for number in (SymptomNumbers(0.004, 0.004, 0.1), SymptomNumbers(0.2, 0.3, 0.1)):
        with what_if("early", all_with("early", number)):
            _same(_course(40, parts=1).record(), _course(40, parts=parts).record())


@settings(max_examples=15, deadline=None)
@given(more=st.floats(1.0, 5.0), platelets=st.floats(20.0, 250.0), seed=st.integers(0, 2**40))
def test_more_exposure_and_lower_blood_never_mean_fewer_patients_with_an_event(
    more: float, platelets: float, seed: int
) -> None:
    less = _course(64, steps=6, seed=seed)
    worse = _course(64, steps=6, seed=seed, conjugate_mean=22.6 * more, nerve_exposure=22.6 * more,
                    platelets=platelets, haemoglobin=9.0, neutrophils=1.2)
    assert np.all((worse.record().worst > 0) >= (less.record().worst > 0))
    assert np.all(worse.state.start[..., 0] <= less.state.start[..., 0] + 1e-9)


def test_nothing_gathers_while_nobody_is_at_risk() -> None:
    with what_if("early", all_with("early", SymptomNumbers(1.0, 1.0, 0.5))):
        symptoms = _course(20, at_risk=False, infused=True)
    assert not symptoms.record().worst.any()
    assert symptoms.record().frame().is_empty()


def test_the_drug_part_needs_the_drug() -> None:
    with what_if("early", all_with("early", SymptomNumbers(0.0, 1.0, 0.5))):
        symptoms = _course(20, on_t_dm1=False, conjugate_mean=0.0, nerve_exposure=0.0, infused=True)
    assert not symptoms.record().worst.any()


def test_episodes_of_a_symptom_do_not_overlap_against_sorting() -> None:
    with what_if("early", all_with("early", SymptomNumbers(0.1, 0.1, 0.2))):
        record = _course(60, steps=10, infused=True).record()
    keys = sorted(zip(record.patient, record.term, record.start_day, record.end_day, strict=True))
    assert len(keys) > 2000
    for (patient, term, _, end), (next_patient, next_term, start, _) in pairwise(keys):
        assert (patient, term) != (next_patient, next_term) or start >= end


def test_the_setting_has_its_own_terms() -> None:
    assert "radiation_pneumonitis" in Symptoms.start("early", 1, 0, 1).record().terms
    metastatic = Symptoms.start("metastatic", 1, 0, 1)
    assert "radiation_pneumonitis" not in metastatic.record().terms
    assert "radiation_pneumonitis_grade" not in metastatic.signs()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Symptoms.start("earlie", 1, 0, 2), "no setting 'earlie'.*early"),  # type: ignore[arg-type]
        (lambda: Symptoms.start("early", -1, 0, 2), "seed -1"),
        (lambda: Symptoms.start("early", 1, 0, 2).step(0.0, drivers(2)), "step of 0.0 days"),
        (lambda: Symptoms.start("early", 1, 0, 2).step(float("nan"), drivers(2)), "step of nan days"),
        (lambda: Symptoms.start("early", 1, 0, 2).step(7.0, drivers(3)), r"conjugate_mean has shape \(3,\), not"),
        (lambda: Symptoms.start("early", 1, 0, 2).report_labs(0, {"alt": np.zeros(3, np.int8)}), r"'alt' have shape"),
        (lambda: Symptoms.start("early", 1, 0, 2).report_labs(0, {"alt": np.full(2, 7, np.int8)}), "use -1 to 5"),
    ],
)
def test_impossible_calls_are_refused(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()


def test_unknown_setting_is_an_error_of_the_package() -> None:
    with pytest.raises(SymptomError):
        Symptoms.start("late", 1, 0, 1)  # type: ignore[arg-type]
