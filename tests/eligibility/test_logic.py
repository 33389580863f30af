"""Kleene's logic of yes, no and unknown, against plain recursion and against all completions."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1.eligibility import EligibilityError
from tdm1.eligibility.expression import evaluate, parse, undecided

TRUTH = {1: True, 0: False, -1: None}
LEAVES = {name: None for name in "abcdef"}


class Contradiction(Exception):
    """The two sides of stated_or disagree."""


def naive(raw: Any, answers: dict[str, bool | None]) -> bool | None:
    """Kleene's tables, written out by cases."""
    if isinstance(raw, str):
        return answers[raw]
    (operator, parts), = raw.items()
    found = [naive(part, answers) for part in (parts if isinstance(parts, list) else [parts])]
    if operator == "not":
        return None if found[0] is None else not found[0]
    if operator == "stated_or":
        if found[0] is not None and found[1] is not None and found[0] != found[1]:
            raise Contradiction
        return found[1] if found[0] is None else found[0]
    if operator == "all":
        return False if False in found else None if None in found else True
    return True if True in found else None if None in found else False


def arrays(people: list[dict[str, bool | None]]) -> dict[str, np.ndarray]:
    code = {True: 1, False: 0, None: -1}
    return {name: np.array([code[p[name]] for p in people], dtype=np.int8) for name in LEAVES}


def everyone(*names: str) -> list[dict[str, bool | None]]:
    """Every combination of yes, no and unknown of the leaves; the others are unknown."""
    rest = dict.fromkeys(LEAVES, None)
    return [rest | dict(zip(names, values, strict=True)) for values in product((True, False, None), repeat=len(names))]


@pytest.mark.parametrize("raw", [{"all": ["a", "b"]}, {"any": ["a", "b"]}, {"not": "a"}, {"not": ["a"]}, "a"])
def test_truth_table_against_naive_enumeration(raw: Any) -> None:
    people = everyone("a", "b")
    found = evaluate(parse(raw, LEAVES, "x"), arrays(people))
    assert [TRUTH[int(value)] for value in found] == [naive(raw, person) for person in people]


def test_stated_or_against_its_table() -> None:
    expression = parse({"stated_or": ["a", "b"]}, LEAVES, "x")
    for first, second, expected in [
        (1, 1, 1), (0, 0, 0), (1, -1, 1), (0, -1, 0), (-1, 1, 1), (-1, 0, 0), (-1, -1, -1),
    ]:
        assert evaluate(expression, {"a": np.array([first]), "b": np.array([second])})[0] == expected
    for first, second in [(1, 0), (0, 1)]:
        with pytest.raises(EligibilityError, match=r"person 1: a says .* but b says .*; correct one"):
            evaluate(expression, {"a": np.array([-1, first]), "b": np.array([-1, second])})


leaf = st.sampled_from(sorted(LEAVES))
nested = st.recursive(
    leaf,
    lambda part: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(part, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(part, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, part),
    ),
    max_leaves=8,
)
answers_of_one = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in LEAVES})


@given(nested, st.lists(answers_of_one, min_size=1, max_size=6))
def test_nested_expression_against_naive_recursion(raw: Any, people: list[dict[str, bool | None]]) -> None:
    found = evaluate(parse(raw, LEAVES, "x"), arrays(people))
    assert [TRUTH[int(value)] for value in found] == [naive(raw, person) for person in people]


@given(nested, answers_of_one, st.sampled_from(sorted(LEAVES)), st.booleans())
def test_learning_never_flips_a_definite_answer(
    raw: Any, person: dict[str, bool | None], learnt: str, value: bool
) -> None:
    if person[learnt] is not None:
        return
    before, after = evaluate(parse(raw, LEAVES, "x"), arrays([person, person | {learnt: value}]))
    assert before in (-1, after)


def split(names: list[str], draw: st.DrawFn) -> Any:
    """An expression that asks each of the names once."""
    if len(names) == 1:
        return draw(st.sampled_from([names[0], {"not": names[0]}]))
    cut = draw(st.integers(1, len(names) - 1))
    parts = [split(names[:cut], draw), split(names[cut:], draw)]
    return {draw(st.sampled_from(["all", "any"])): parts}


@st.composite
def read_once(draw: st.DrawFn) -> Any:
    return split(sorted(LEAVES)[: draw(st.integers(1, 5))], draw)


@given(read_once(), answers_of_one)
def test_unknown_and_undecided_against_all_completions(raw: Any, person: dict[str, bool | None]) -> None:
    """Unknown means that completions differ; a leaf is undecided when it alone makes the difference in one of them."""
    asked = set(parse(raw, LEAVES, "x").leaves())
    gaps = [name for name in sorted(asked) if person[name] is None]
    full = [person | dict(zip(gaps, values, strict=True)) for values in product((True, False), repeat=len(gaps))]
    outcomes = {naive(raw, one) for one in full}
    expression = parse(raw, LEAVES, "x")
    found = TRUTH[int(evaluate(expression, arrays([person]))[0])]
    assert found == (outcomes.pop() if len(outcomes) == 1 else None)
    matters = {
        name for name in gaps
        if any(naive(raw, one | {name: True}) != naive(raw, one | {name: False}) for one in full)
    }
    assert set(undecided(expression, arrays([person]), 0)) == matters


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("aa", "here: no leaf is called 'aa'; did you mean 'a'"),
        ({"al": ["a"]}, "one of all, any, not, stated_or"),
        ({"all": []}, "one or more parts, not 0"),
        ({"not": ["a", "b"]}, "takes 1 parts, not 2"),
        ({"stated_or": ["a"]}, "takes 2 parts, not 1"),
        ({"all": ["a"], "any": ["b"]}, "one of all, any"),
        (3, "found 3"),
    ],
)
def test_expression_that_makes_no_sense_is_refused(raw: Any, words: str) -> None:
    with pytest.raises(EligibilityError, match=words):
        parse(raw, LEAVES, "here")
