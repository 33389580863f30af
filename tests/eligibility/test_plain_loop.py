"""Answers made of arrays beside the plain loop over people, questions and leaves."""

from __future__ import annotations

from math import inf, isnan, nan

import numpy as np
import pytest
from eligibility.plain_answers import Contradiction, answer, met, told
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tdm1 import eligibility
from tdm1.eligibility import REGIONS, VARIABLES, EligibilityError, labelfile
from tdm1.eligibility.expression import evaluate, parse
from tdm1.eligibility.variables import UPPER_LIMITS

TRIALS = eligibility.builtin()
CRITERIA = [one for trial in TRIALS for one in eligibility.load(trial).all()] + [
    leaf for region in REGIONS
    for asked in (labelfile.indications(region), labelfile.label_warnings(region))
    for one in asked for leaf in one.question.asked
]
#: Implied by other answers, and so not drawn beside them.
IMPLIED = {"early_disease", "prior_therapy_for_advanced_disease"}
ASKED = sorted({one.variable for one in CRITERIA})


def _values(name: str) -> list[float]:
    """Values of a variable at the bounds of all criteria, just beside them, and not known."""
    variable = VARIABLES[name]
    if variable.kind in ("yes_no", "category"):
        return [*map(float, range(len(variable.categories) or 2)), nan]
    bounds = {edge for one in CRITERIA if one.variable == name for edge in (one.lower, one.upper) if edge is not None}
    scales = (1.0, *([40.0, 35.0] if name in UPPER_LIMITS else []))
    edges = [edge * scale for edge in bounds for scale in scales]
    if variable.kind == "number":
        edges += [float(np.nextafter(edge, end)) for edge in edges for end in (0.0, inf)]
    edges += [max(edges) + 1, min(edges) / 2 if variable.kind == "number" else variable.lowest]
    return [edge for edge in edges if variable.lowest < edge <= variable.top()] + [nan]


VALUES = {name: _values(name) for name in ASKED}
people = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in VALUES.items() if name not in IMPLIED}
)
limits = st.fixed_dictionaries({}, optional={name: st.sampled_from([35.0, 41.7]) for name in UPPER_LIMITS})


def _implied(person: dict[str, float]) -> dict[str, float]:
    """The person with what follows from the stage and from earlier therapy for metastatic disease."""
    stage = person.get("disease_stage", nan)
    early = {} if isnan(stage) else {"early_disease": float(stage == 0.0)}
    treated = person.get("prior_therapy_for_metastatic_disease") == 1.0
    return person | early | ({"prior_therapy_for_advanced_disease": 1.0} if treated else {})


def _columns(group: list[dict[str, float]]) -> dict[str, list[float]]:
    names = dict.fromkeys(name for person in group for name in person)
    return {name: [person.get(name, nan) for person in group] for name in names}


def _as_written(person: dict[str, float]) -> dict[str, object]:
    """Numbers of a category as the words that a person's own record holds."""
    return {
        name: VARIABLES[name].categories[int(value)] if VARIABLES[name].categories and not isnan(value) else value
        for name, value in person.items()
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(people, min_size=1, max_size=12), limits, st.sampled_from(REGIONS))
def test_indications_and_warnings_of_many_against_plain_loop(group, uln, region):
    columns = _columns(group)
    try:
        expected = [
            [told(one.question, _implied(person), uln)[0] for one in labelfile.indications(region)] for person in group
        ]
    except Contradiction:
        with pytest.raises(EligibilityError, match="correct one of them"):
            eligibility.indication_table(columns, region, uln=uln)
        return
    assume(columns)
    table = eligibility.indication_table(columns, region, uln=uln)
    words = {1: "yes", 0: "no", -1: "unknown"}
    assert [[words[int(value)] for value in row] for row in table.met] == expected
    verdicts = ["yes" if "yes" in row else "unknown" if "unknown" in row else "no" for row in expected]
    assert [words[int(value)] for value in table.verdict] == verdicts
    warned = eligibility.warning_table(columns, region, uln=uln)
    for number, person in enumerate(group):
        asked = [told(one.question, _implied(person), uln) for one in labelfile.label_warnings(region)]
        assert [words[int(value)] for value in warned.applies[number]] == [verdict for verdict, _, _ in asked]
    assert (table.met.dtype, table.verdict.dtype, warned.applies.dtype) == (np.int8, np.int8, np.int8)


@settings(max_examples=150, deadline=None)
@given(people, limits, st.sampled_from(REGIONS))
def test_reasons_and_gaps_of_one_person_against_plain_loop(person, uln, region):
    whole, written = _implied(person), _as_written(person)
    try:
        expected = [told(one.question, whole, uln) for one in labelfile.indications(region)]
    except Contradiction:
        with pytest.raises(EligibilityError, match=r"person 0: .*correct one of them"):
            eligibility.indication(written, region, uln=uln)
        return
    found = eligibility.indication(written, region, uln=uln)
    seen = [
        (one.verdict, [(reason.id, reason.met) for reason in one.reasons], list(one.missing))
        for one in found.indications
    ]
    assert seen == expected
    for one in found.indications:
        for reason in one.reasons:
            assert np.array_equal(reason.value, whole.get(reason.variable, nan), equal_nan=True)
    warned = eligibility.warnings(written, region, uln=uln)
    told_of = {one.question.id: told(one.question, whole, uln) for one in labelfile.label_warnings(region)}
    for word, cautions in (("yes", warned.given), ("unknown", warned.needed)):
        assert [one.id for one in cautions] == [name for name, (verdict, _, _) in told_of.items() if verdict == word]
        for one in cautions:
            assert ([(reason.id, reason.met) for reason in one.reasons], list(one.missing)) == told_of[one.id][1:]


@settings(max_examples=100, deadline=None)
@given(st.lists(people, min_size=1, max_size=12), limits, st.sampled_from(TRIALS))
def test_criteria_of_trials_against_plain_loop(group, uln, trial):
    columns, criteria = _columns(group), eligibility.load(trial)
    assume(columns)
    found = eligibility.assess(criteria, columns, uln=uln)
    expected = [
        [met(rule, _implied(person).get(rule.variable, nan), uln) for rule in criteria.all()] for person in group
    ]
    assert found.met.tolist() == expected and found.met.dtype == np.int8
    values = [[_implied(person).get(rule.variable, nan) for rule in criteria.all()] for person in group]
    assert np.array_equal(found.values, values, equal_nan=True)


@settings(max_examples=50, deadline=None)
@given(st.lists(people, min_size=1, max_size=8), st.sampled_from(TRIALS))
def test_screen_of_virtual_patients_against_plain_loop(group, trial):
    criteria = eligibility.load(trial)
    columns = {name: np.array([person.get(name, nan) for person in group]) for name in ASKED}
    found = eligibility.screen(criteria).met(columns)
    expected = [[met(rule, person.get(rule.variable, nan), {}) == 1 for rule in criteria.all()] for person in group]
    assert found.tolist() == expected


leaf = st.sampled_from("abcd")
nested = st.recursive(
    leaf,
    lambda part: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(part, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(part, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, part),
        st.builds(lambda one, other: {"stated_or": [one, other]}, part, part),
    ),
    max_leaves=8,
)
of_one = st.fixed_dictionaries({name: st.sampled_from([1, 0, -1]) for name in "abcd"})


@settings(max_examples=300, deadline=None)
@given(nested, st.lists(of_one, min_size=1, max_size=6))
def test_nested_questions_with_two_ways_of_saying_against_plain_recursion(raw, group):
    expression = parse(raw, dict.fromkeys("abcd"), "x")
    leaves = {name: np.array([one[name] for one in group], dtype=np.int8) for name in "abcd"}
    try:
        expected = [answer(expression, one) for one in group]
    except Contradiction:
        with pytest.raises(EligibilityError, match="correct one of them"):
            evaluate(expression, leaves)
    else:
        found = evaluate(expression, leaves)
        assert found.tolist() == expected and found.dtype == np.int8
