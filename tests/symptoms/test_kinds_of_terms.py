"""Neuropathy that climbs, reactions to infusions, reported grades, overlaps, groups and what the label is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symptoms.conditions import all_with, drivers, numbers_with

from tdm1 import evidence
from tdm1.symptoms import ReportedNumbers, SymptomNumbers, Symptoms, catalogue, what_if
from tdm1.symptoms.catalogue import SETTINGS, Setting


def _stays() -> dict[str, float]:
    return {"symptoms.share_grade4": 0.5}


def test_neuropathy_climbs_one_grade_at_a_time_while_t_dm1_is_given() -> None:
    climb = evidence.value("symptoms.neuropathy_worsening", "day")
    with evidence.what_if(_stays()), what_if(
        "early", numbers_with("early", peripheral_neuropathy=SymptomNumbers(1e3, 0.0, 1.0))
    ):
        symptoms = Symptoms.start("early", 2, 0, 400)
        symptoms.step(0.5, drivers(400))
        assert set(symptoms.signs()["neuropathy_grade"]) == {1.0}
        column = symptoms.terms.column("peripheral_neuropathy")
        lasting = np.isinf(symptoms.state.end[:, column, 0])
        aim = symptoms.state.aim[lasting, column, 0]
        assert set(aim) == {3, 4}
        symptoms.step(5 * climb, drivers(400, on_t_dm1=False))
        assert set(symptoms.signs()["neuropathy_grade"][lasting]) == {1.0}
        for grade in (2, 3, 4, 5):
            symptoms.step(climb, drivers(400))
            np.testing.assert_array_equal(symptoms.signs()["neuropathy_grade"][lasting], np.minimum(aim, grade))


def test_reactions_come_with_infusions_alone_and_mostly_with_the_first() -> None:
    count = 2000
    reaction = SymptomNumbers(0.1, 0.1, 0.0)
    with what_if("early", numbers_with("early", infusion_related_reaction=reaction)):
        symptoms = Symptoms.start("early", 2, 0, count)
        symptoms.step(7.0, drivers(count))
        assert not symptoms.record().worst.any()
        symptoms.step(7.0, drivers(count, infused=True, infusion_number=1.0))
        first = symptoms.signs()["infusion_reaction_grade"]
        symptoms.step(14.0, drivers(count))
        np.testing.assert_array_equal(symptoms.signs()["infusion_reaction_grade"], first)
        symptoms.step(7.0, drivers(count, infused=True, infusion_number=2.0))
        second = symptoms.signs()["infusion_reaction_grade"]
    assert 0 < np.mean(second > 0) < 0.3 * np.mean(first > 0)
    starts = symptoms.record().start_day
    assert set(starts) == {7.0, 28.0}


def test_febrile_neutropenia_is_fever_with_low_neutrophils() -> None:
    limit = evidence.value("ctcae5.neutrophils.grade_3", "10*9/L")
    low = np.arange(60) % 2 == 0
    with what_if("early", numbers_with("early", pyrexia=SymptomNumbers(0.05, 0.0, 0.0))):
        symptoms = Symptoms.start("early", 2, 0, 60)
        for _ in range(3):
            symptoms.step(7.0, drivers(60, neutrophils=np.where(low, 0.9 * limit, 1.1 * limit)))
    record = symptoms.record()
    fever = record.column("pyrexia") > 0
    assert (fever & low).any() and (fever & ~low).any()
    np.testing.assert_array_equal(record.column("febrile_neutropenia"), np.where(fever & low, 3, 0))
    np.testing.assert_array_equal(record.column("any_grade3plus_ae"), np.where(fever & low, 3, 0))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(-1, 4), min_size=12, max_size=12), min_size=1, max_size=6),
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).map(sorted),
)
def test_reported_grades_against_naive(visits: list[list[int]], chance: list[float]) -> None:
    base = numbers_with("early")
    told = {**base.reported, "transaminases_increased": ReportedNumbers(*chance)}
    with what_if("early", type(base)(base.symptoms, told)):
        symptoms = Symptoms.start("early", 9, 0, 12)
        for day, grades in enumerate(visits):
            symptoms.report_labs(float(day), {"alt": np.array(grades, np.int8), "ast": np.full(12, -1, np.int8)})
    draws = symptoms.state.reported_draw[:, [t.name for t in catalogue().reported].index("transaminases_increased")]
    for patient in range(12):
        expected, first = 0, None
        for day in range(len(visits)):
            worst = max(0, *(visits[visit][patient] for visit in range(day + 1)))
            reported = worst > 0 and draws[patient] < chance[min(worst, 3) - 1]
            assert reported or expected == 0, "a worse grade took a report away"
            if reported:
                expected, first = worst, day if first is None else first
        assert symptoms.record().column("transaminases_increased")[patient] == expected
        frame = symptoms.record().frame()
        started = frame.filter((frame["patient"] == patient) & (frame["term"] == "transaminases_increased"))
        assert started["start_day"].to_list() == ([] if first is None else [float(first)])


def test_reports_of_a_patient_go_together_as_the_evidence_says() -> None:
    wanted = evidence.value("symptoms.reporting_correlation", "1")
    draws = Symptoms.start("early", 3, 0, 8192).state.reported_draw
    from scipy.stats import norm

    found = np.corrcoef(norm.ppf(draws), rowvar=False)[np.triu_indices(draws.shape[1], 1)]
    np.testing.assert_allclose(found, wanted, atol=0.02)
    np.testing.assert_allclose(draws.mean(axis=0), 0.5, atol=0.02)


@pytest.mark.parametrize("setting", SETTINGS)
def test_groups_against_the_worst_of_their_members(setting: Setting) -> None:
    count = 500
    symptoms = Symptoms.start(setting, 8, 0, count)
    rng = np.random.default_rng(1)
    for number in range(15):
        symptoms.step(21.0, drivers(count, infused=True, infusion_number=number + 1.0, neutrophils=0.9))
    analytes = {name for term in catalogue().reported for name in term.analytes}
    symptoms.report_labs(300.0, {name: rng.integers(-1, 5, count).astype(np.int8) for name in sorted(analytes)})
    record = symptoms.record()
    for group in catalogue().groups:
        members = [record.column(name) for name in group.members if name in record.terms]
        worst = np.max(members, axis=0)
        counts = worst >= group.least_grade
        if group.serious:
            counts &= record.serious
        np.testing.assert_array_equal(record.column(group.name), np.where(counts, worst, 0))
        assert counts.any()
    severe = record.column("any_grade3plus_ae") > 0
    assert not (record.serious & ~severe).any()
    share = evidence.value(f"symptoms.serious_share_{setting}", "1")
    assert record.serious[severe].mean() == pytest.approx(share, abs=4 * np.sqrt(0.25 / severe.sum()))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_symptom_can_have_every_grade(setting: Setting) -> None:
    count = 300
    grades: dict[str, set[int]] = {}
    # Half of the episodes severe; one in four of those of the worst grade.
    with evidence.what_if({"symptoms.share_grade4": 0.25}), what_if(
        setting, all_with(setting, SymptomNumbers(0.05, 0.05, 0.5))
    ):
        symptoms = Symptoms.start(setting, 1, 0, count)
        for number in range(30):
            symptoms.step(14.0, drivers(count, infused=True, infusion_number=number + 1.0))
        record = symptoms.record()
        for episode, term in enumerate(record.term):
            grades.setdefault(record.terms[term], set()).add(int(record.grade[episode]))
        told = Symptoms.start(setting, 1, 0, 4)
        ladder = np.arange(1, 5).astype(np.int8)
        told.report_labs(0.0, {name: ladder for term in catalogue().reported for name in term.analytes})
    for term in catalogue().symptoms:
        if setting in term.settings:
            assert grades[term.name] == ({3, 4} if term.only_severe else {1, 2, 3, 4}), term.name
    for reported in catalogue().reported:
        np.testing.assert_array_equal(told.record().column(reported.name), ladder)


def test_signs_against_the_state() -> None:
    with what_if("early", all_with("early", SymptomNumbers(0.01, 0.01, 0.3))):
        symptoms = Symptoms.start("early", 6, 0, 200)
        for _ in range(6):
            symptoms.step(7.0, drivers(200))
    signs, record = symptoms.signs(), symptoms.record()
    open_now = np.isinf(record.end_day)

    def now(*names: str) -> np.ndarray:
        found = np.zeros(200)
        for name in names:
            mine = open_now & (record.term == record.terms.index(name))
            np.maximum.at(found, record.patient[mine], record.grade[mine])
        return found

    np.testing.assert_array_equal(signs["haemorrhage_grade"], now("epistaxis", "other_bleeding"))
    np.testing.assert_array_equal(signs["heart_failure_grade"], now("heart_failure"))
    np.testing.assert_array_equal(signs["radiation_pneumonitis_grade"], now("radiation_pneumonitis"))
    for sign, term in (("pneumonitis", "pneumonitis"), ("symptomatic_heart_failure", "heart_failure"),
                       ("nodular_regenerative_hyperplasia", "nodular_regenerative_hyperplasia")):
        np.testing.assert_array_equal(signs[sign], (record.column(term) > 0).astype(float))
        assert signs[sign].any()


def test_heart_failure_is_reported_as_dysfunction_of_the_ventricle_too() -> None:
    with what_if("early", numbers_with("early", heart_failure=SymptomNumbers(0.02, 0.0, 0.5))):
        symptoms = Symptoms.start("early", 6, 0, 100)
        symptoms.report_labs(0.0, {"lvef": np.full(100, 2, np.int8)})
        symptoms.step(30.0, drivers(100))
    record = symptoms.record()
    failure = record.column("heart_failure")
    assert set(failure) == {0, 1, 2, 3}
    np.testing.assert_array_equal(record.column("left_ventricular_dysfunction"), np.maximum(failure, 2))
    with what_if("early", numbers_with("early", heart_failure=SymptomNumbers(0.02, 0.0, 0.5))):
        fresh = Symptoms.start("early", 6, 0, 100)
        fresh.step(30.0, drivers(100))
    frame = fresh.record().frame()
    days = {term: frame.filter(frame["term"] == term).group_by("patient").min().sort("patient")
            for term in ("heart_failure", "left_ventricular_dysfunction")}
    assert days["heart_failure"]["start_day"].equals(days["left_ventricular_dysfunction"]["start_day"])
