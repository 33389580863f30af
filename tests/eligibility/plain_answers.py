"""Criteria and nested questions answered one person and one leaf at a time: the oracle of the tables of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan

from tdm1 import evidence
from tdm1.eligibility import VARIABLES, Criterion
from tdm1.eligibility.expression import Expression
from tdm1.eligibility.labelfile import Question
from tdm1.eligibility.variables import UPPER_LIMITS

WORDS = {1: "yes", 0: "no", -1: "unknown"}


class Contradiction(Exception):
    """The two sides of stated_or disagree."""


def met(criterion: Criterion, value: float, uln: Mapping[str, float]) -> int:
    """1 met, 0 not met, -1 not known."""
    if isnan(value):
        return -1
    variable = VARIABLES[criterion.variable]
    if criterion.requires is not None:
        return int(value == float(criterion.requires))
    if criterion.one_of:
        return int(any(value == variable.categories.index(word) for word in criterion.one_of))
    limit = 1.0
    if criterion.basis == "x_uln" and criterion.variable in UPPER_LIMITS:
        limit = uln.get(criterion.variable, evidence.value(UPPER_LIMITS[criterion.variable], variable.unit))
    if criterion.lower is not None:
        bound = criterion.lower * limit
        if value < bound or (criterion.lower_open and value == bound):
            return 0
    if criterion.upper is not None:
        bound = criterion.upper * limit
        if value > bound or (criterion.upper_open and value == bound):
            return 0
    return 1


def answer(expression: Expression, leaves: Mapping[str, int]) -> int:
    """Kleene's tables by cases."""
    if expression.operator is None:
        return leaves[expression.leaf]
    parts = [answer(part, leaves) for part in expression.parts]
    if expression.operator == "not":
        return {1: 0, 0: 1, -1: -1}[parts[0]]
    if expression.operator == "stated_or":
        if -1 not in parts and parts[0] != parts[1]:
            raise Contradiction
        return parts[1] if parts[0] < 0 else parts[0]
    decides = 0 if expression.operator == "all" else 1
    return decides if decides in parts else -1 if -1 in parts else 1 - decides


def undecided(expression: Expression, leaves: Mapping[str, int]) -> list[str]:
    """Leaves whose answer could still decide."""
    if answer(expression, leaves) >= 0:
        return []
    if expression.operator is None:
        return [expression.leaf]
    return [leaf for part in expression.parts for leaf in undecided(part, leaves)]


def told(question: Question, person: Mapping[str, float], uln: Mapping[str, float]) -> tuple[str, list, list[str]]:
    """A question for one person: the verdict, (leaf, answer) of every leaf, and what could still change the verdict."""
    leaves = {leaf.id: met(leaf, person.get(leaf.variable, nan), uln) for leaf in question.asked}
    missing = [question.leaves[leaf].variable for leaf in undecided(question.expression, leaves)]
    reasons = [(leaf, WORDS[value]) for leaf, value in leaves.items()]
    return WORDS[answer(question.expression, leaves)], reasons, list(dict.fromkeys(missing))
