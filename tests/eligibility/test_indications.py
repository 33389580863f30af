"""The label's indications: hand-written rules, exhaustive completions, and knowledge that grows."""

from __future__ import annotations

from itertools import product
from typing import get_args

import numpy as np
import pytest
from eligibility.naive_indications import Value, contradictory, indications
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tdm1 import eligibility, evidence
from tdm1.eligibility import labelfile
from tdm1.evidence._fact import Reading  # pyright: ignore[reportPrivateUsage]

WORD = {True: "yes", False: "no", None: "unknown"}
#: Values on both sides of every edge that a label names.
VALUES: dict[str, list[Value]] = {
    "age_year": [17, 18], "disease_stage": ["early", "locally_advanced", "metastatic"], "her2_ihc": [2, 3],
    "her2_ish_ratio": [1.9, 2.0], "ecog": [2, 3], "lvef_pct": [49, 50], "treatment_break_beyond_cycle_week": [6, 7],
}


def asked(region: str) -> list[str]:
    return sorted({leaf.variable for one in labelfile.indications(region) for leaf in one.question.asked})


def values_of(name: str) -> list[Value]:
    return VALUES.get(name, [0, 1])


def overall(answers: dict[str, bool | None]) -> str:
    found = list(answers.values())
    return "yes" if True in found else "unknown" if None in found else "no"


@st.composite
def people(draw: st.DrawFn, region: str, gaps: int | None = None) -> dict[str, Value]:
    """Someone about whom all is known but at most `gaps` variables, leaning towards people whom the label means."""
    good = {"age_year": 18, "her2_ihc": 3, "her2_ish_ratio": 2.0, "ecog": 2, "lvef_pct": 50,
            "treatment_break_beyond_cycle_week": 6}
    person: dict[str, Value] = {}
    for name in asked(region):
        likely = st.just(good.get(name, 1)) if name != "disease_stage" else st.sampled_from(VALUES[name])
        person[name] = draw(st.one_of(likely, likely, likely, st.sampled_from(values_of(name))))
    most = len(person) if gaps is None else gaps
    for name in draw(st.lists(st.sampled_from(sorted(person)), max_size=most, unique=True)):
        person[name] = None
    return person


@pytest.mark.parametrize("region", eligibility.REGIONS)
def test_one_person_and_many_against_hand_written_rules(region: str) -> None:
    @settings(max_examples=150)
    @given(st.lists(people(region), min_size=1, max_size=5))
    def check(group: list[dict[str, Value]]) -> None:
        group = [person for person in group if region == "US" or not contradictory(person)]
        assume(group)
        places = {None: np.nan} | {w: float(i) for i, w in enumerate(VALUES["disease_stage"])}
        columns = {
            name: [places.get(person[name], person[name]) for person in group] for name in asked(region)
        }
        table = eligibility.indication_table(columns, region)
        for place, person in enumerate(group):
            expected = indications(person, region)
            one = eligibility.indication(person, region)
            assert {part.id: part.verdict for part in one.indications} == {k: WORD[v] for k, v in expected.items()}
            assert one.verdict == overall(expected)
            assert one.holds == tuple(name for name, holds in expected.items() if holds)
            many = table.answer(place)
            # NaN is not equal to itself, so that reasons are compared as text.
            assert repr(many) == repr(one)
            assert [WORD[{1: True, 0: False, -1: None}[int(v)]] for v in table.met[place]] == [
                WORD[v] for v in expected.values()
            ]

    check()


@pytest.mark.parametrize("region", eligibility.REGIONS)
def test_learning_something_never_flips_a_definite_verdict(region: str) -> None:
    @settings(max_examples=150)
    @given(people(region), st.data())
    def check(person: dict[str, Value], data: st.DataObject) -> None:
        gaps = [name for name in sorted(person) if person[name] is None]
        assume(gaps)
        name = data.draw(st.sampled_from(gaps))
        wiser = person | {name: data.draw(st.sampled_from(values_of(name)))}
        assume(region == "US" or not (contradictory(person) or contradictory(wiser)))
        before, after = eligibility.indication(person, region), eligibility.indication(wiser, region)
        assert before.verdict in ("unknown", after.verdict)
        assert set(before.holds) <= set(after.holds)
        for old, new in zip(before.indications, after.indications, strict=True):
            assert old.verdict in ("unknown", new.verdict)
        # What was not missing cannot settle anything on its own.
        if name not in before.missing:
            assert after.verdict == before.verdict

    check()


@pytest.mark.parametrize("region", eligibility.REGIONS)
def test_missing_against_every_way_the_gaps_can_be_filled(region: str) -> None:
    """`missing` is the set of variables that settle the verdict in some state of knowledge about the other gaps."""
    @settings(max_examples=60)
    @given(people(region, gaps=4))
    def check(person: dict[str, Value]) -> None:
        assume(region == "US" or not contradictory(person))
        gaps = [name for name in person if person[name] is None]
        choices = [[None, *values_of(name)] for name in gaps]
        states = [
            person | dict(zip(gaps, filled, strict=True)) for filled in product(*choices)
        ]
        expected: set[str] = set()
        if overall(indications(person, region)) == "unknown":
            for state in states:
                if overall(indications(state, region)) != "unknown" or (region != "US" and contradictory(state)):
                    continue
                for name in set(gaps) - expected:
                    if state[name] is None and any(
                        overall(indications(state | {name: value}, region)) != "unknown"
                        for value in values_of(name)
                        if region == "US" or not contradictory(state | {name: value})
                    ):
                        expected.add(name)
        assert set(eligibility.indication(person, region).missing) == expected

    check()


TREATED = {
    "age_year": 53, "her2_positive": True, "disease_stage": "metastatic", "prior_trastuzumab": True,
    "prior_taxane": True, "prior_therapy_for_metastatic_disease": True,
}
OPERATED = {
    "age_year": 47, "her2_positive": True, "disease_stage": "early", "neoadjuvant_taxane": True,
    "neoadjuvant_trastuzumab": True, "residual_invasive_disease": True,
}


@pytest.mark.parametrize(("region", "expected"), [("US", "I1"), ("EU", "I3")])
def test_s04_metastatic_after_trastuzumab_and_a_taxane_against_label(region: str, expected: str) -> None:
    """Statement S04: each of HER2, metastases, trastuzumab, taxane and their failure is needed, in both regions."""
    assert eligibility.indication(TREATED, region).holds == (expected,)
    not_so = {"her2_positive": False, "prior_trastuzumab": False, "prior_taxane": False, "disease_stage": "early"}
    for name, value in not_so.items():
        found = eligibility.indication({**TREATED, "residual_invasive_disease": False, name: value}, region)
        assert found.verdict == "no", name
        refused = {reason.variable for one in found.indications for reason in one.reasons if reason.met == "no"}
        assert name in refused
    first_line = {**TREATED, "prior_therapy_for_metastatic_disease": False, "prior_therapy_for_advanced_disease": False}
    back = "recurrence_during_or_within_6_months_of_adjuvant"
    assert eligibility.indication({**first_line, back: True}, region).holds == (expected,)
    assert eligibility.indication({**first_line, back: False}, region).verdict == "no"
    assert eligibility.indication(first_line, region).missing == (back,)


@pytest.mark.parametrize(("region", "expected"), [("US", "I2"), ("EU", "I4")])
def test_s05_early_after_treatment_before_surgery_against_label(region: str, expected: str) -> None:
    """Statement S05: a taxane and trastuzumab before surgery, and cancer still found at surgery."""
    assert eligibility.indication(OPERATED, region).holds == (expected,)
    other = {"neoadjuvant_other_her2_therapy": False}
    for name in ("her2_positive", "neoadjuvant_taxane", "neoadjuvant_trastuzumab", "residual_invasive_disease"):
        assert eligibility.indication({**OPERATED, **other, name: False}, region).verdict == "no", name
        open_yet = eligibility.indication({**OPERATED, **other, name: None}, region)
        assert open_yet.verdict == "unknown" and name in open_yet.missing
    advanced = {**OPERATED, "disease_stage": "metastatic", "prior_taxane": False}
    assert eligibility.indication(advanced, region).verdict == "no"


@pytest.mark.parametrize("region", eligibility.REGIONS)
def test_every_leaf_and_indication_has_a_source_a_place_and_a_reading_mark(region: str) -> None:
    questions = [one.question for one in labelfile.indications(region)]
    questions += [one.question for one in labelfile.label_warnings(region)]
    for question in questions:
        assert question.source in evidence.sources() and question.where and question.date, question.id
        for leaf in question.asked:
            assert leaf.source in evidence.sources(), (question.id, leaf.id)
            assert leaf.where and leaf.read in get_args(Reading), (question.id, leaf.id)


def test_reasons_carry_text_source_and_mark() -> None:
    found = eligibility.indication({**TREATED, "prior_taxane": None}, "US").indications[0]
    assert (found.verdict, found.source, found.read) == ("unknown", "uspi_dc", "read")
    by_id = {reason.id: reason for reason in found.reasons}
    assert by_id["prior_taxane"].met == "unknown"
    assert by_id["adult"].value == 53
    assert (by_id["her2_positive"].met, by_id["her2_positive"].source) == ("yes", "uspi_dc")


def test_her2_report_and_measurement_that_disagree_are_refused() -> None:
    with pytest.raises(eligibility.EligibilityError, match="her2_positive says no, but her2_ihc with her2_ish_ratio"):
        eligibility.indication({"her2_positive": "no", "her2_ihc": 3}, "EU")


def test_england_pays_after_capecitabine_where_the_licence_asks_for_a_taxane() -> None:
    """Against the commissioning form: capecitabine may stand for the taxane there, and only there."""
    person = {**TREATED, "prior_taxane": False, "prior_capecitabine": True, "ecog": 1, "lvef_pct": 60,
              "treatment_break_beyond_cycle_week": 0}
    assert eligibility.indication(person, "England").verdict == "yes"
    assert eligibility.indication({**person, "residual_invasive_disease": False}, "EU").verdict == "no"


def test_unknown_region_names_the_nearest() -> None:
    with pytest.raises(eligibility.EligibilityError, match="did you mean 'England'"):
        eligibility.indication(TREATED, "Englund")
    with pytest.raises(eligibility.EligibilityError, match="known: US, EU, England"):
        eligibility.warnings(TREATED, "JP")
