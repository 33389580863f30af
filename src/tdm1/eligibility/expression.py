"""Questions nested in all, any, not and stated_or, answered in Kleene's logic of yes, no and unknown.

Answers are arrays of shape (N,): 1 yes, 0 no, -1 unknown. `stated_or: [a, b]` is a where a is known and b elsewhere;
where both are known they must agree, because they say the same thing in two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from tdm1.eligibility._errors import EligibilityError
from tdm1.evidence import nearest

Met = NDArray[np.int8]
Operator = Literal["all", "any", "not", "stated_or"]
_OPERATORS: tuple[Operator, ...] = ("all", "any", "not", "stated_or")


@dataclass(frozen=True, slots=True)
class Expression:
    """A leaf, named by its id and without parts, or an operator over its parts."""

    operator: Operator | None
    leaf: str = ""
    parts: tuple[Expression, ...] = ()

    def leaves(self) -> Iterator[str]:
        """Ids of the leaves, in reading order; one that is asked twice comes twice."""
        if self.operator is None:
            yield self.leaf
        for part in self.parts:
            yield from part.leaves()


def parse(raw: Any, known: Mapping[str, object], at: str) -> Expression:
    """The expression of a YAML value: a leaf's id, or a mapping of one operator to its parts.

    Raises EligibilityError, beginning with `at`, for an unknown leaf (with the nearest id), an unknown operator or a
    wrong number of parts.
    """
    if isinstance(raw, str):
        if raw not in known:
            raise EligibilityError(f"{at}: no leaf is called '{raw}'{nearest(raw, known)}")
        return Expression(None, raw)
    entry = cast("Mapping[Any, Any]", raw if isinstance(raw, Mapping) else {})
    operator = next(iter(entry), None)
    if len(entry) != 1 or operator not in _OPERATORS:
        raise EligibilityError(f"{at}: write the id of a leaf, or one of {', '.join(_OPERATORS)}; found {raw!r}")
    given: Any = entry[operator]
    listed = cast("list[Any]", given if isinstance(given, list) else [given])
    wanted = {"not": 1, "stated_or": 2}.get(operator)
    if not listed or (wanted is not None and len(listed) != wanted):
        raise EligibilityError(f"{at}: '{operator}' takes {wanted or 'one or more'} parts, not {len(listed)}")
    return Expression(operator, parts=tuple(parse(part, known, at) for part in listed))


def _stated(first: Met, second: Met, expression: Expression, say: Callable[[str], str]) -> Met:
    odd = np.flatnonzero((first >= 0) & (second >= 0) & (first != second))
    if odd.size:
        person, words = odd[0], {1: "yes", 0: "no"}
        one, other = (" with ".join(dict.fromkeys(say(leaf) for leaf in part.leaves())) for part in expression.parts)
        raise EligibilityError(
            f"person {person}: {one} says {words[int(first[person])]}, but {other} says "
            f"{words[int(second[person])]}; correct one of them"
        )
    return np.where(first >= 0, first, second).astype(np.int8)


def evaluate(expression: Expression, met: Mapping[str, Met], say: Callable[[str], str] = str) -> Met:
    """The answer for each person from the answers to the leaves, all of shape (N,).

    `say` turns the id of a leaf into words for the error. Raises EligibilityError, naming the first such person, when
    the two sides of `stated_or` contradict each other.
    """
    if expression.operator is None:
        return met[expression.leaf]
    parts = [evaluate(part, met, say) for part in expression.parts]
    if expression.operator == "not":
        return np.where(parts[0] < 0, -1, 1 - parts[0]).astype(np.int8)
    if expression.operator == "stated_or":
        return _stated(parts[0], parts[1], expression, say)
    answers = np.stack(parts)
    decides = 0 if expression.operator == "all" else 1
    settled = np.any(answers == decides, axis=0)
    return np.where(settled, decides, np.where(np.any(answers < 0, axis=0), -1, 1 - decides)).astype(np.int8)


def undecided(expression: Expression, met: Mapping[str, Met], person: int) -> list[str]:
    """Ids of the leaves whose answer could still decide for one person; none once the answer is known."""
    if evaluate(expression, {leaf: answer[person:person + 1] for leaf, answer in met.items()})[0] >= 0:
        return []
    if expression.operator is None:
        return [expression.leaf]
    return [leaf for part in expression.parts for leaf in undecided(part, met, person)]
