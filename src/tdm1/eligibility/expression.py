"""Questions nested in all, any, not and stated_or, answered in Kleene's logic of yes, no and unknown.

Answers are arrays of shape (N,): 1 yes, 0 no, -1 unknown. `stated_or: [a, b]` is a where a is known and b elsewhere;
where both are known they must agree, because they say the same thing in two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from tdm1.eligibility._errors import EligibilityError
from tdm1.evidence import nearest

Met = NDArray[np.int8]
Operator = Literal["all", "any", "not", "stated_or"]
#: From an answer to the number that stands for it in a `Circuit`, and by the same list back again.
_SWAP = np.array([-1, 1, 0], dtype=np.int8)
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


@dataclass(frozen=True, slots=True)
class Node:
    """Where the answer of an expression stands: its row, the sign with which it is read there, its leaf or parts."""

    row: int
    sign: np.int8
    leaf: str
    parts: tuple[Node, ...]

    def of(self, answers: Met) -> Met:
        """(N,) its answers, among those of `Circuit.answers`."""
        return answers[self.row] * self.sign

    def undecided(self, answers: Sequence[int]) -> list[str]:
        """Leaves whose answer could still decide, from one person's answers by row; none once the answer is known."""
        if answers[self.row]:
            return []
        return [leaf for part in self.parts for leaf in part.undecided(answers)] if self.parts else [self.leaf]


@dataclass(frozen=True, slots=True)
class _Smallest:
    """Rows that are the smallest of some earlier rows, each with its sign; members and signs are (longest, rows)."""

    rows: NDArray[np.intp]
    members: NDArray[np.intp]
    signs: NDArray[np.int8]

    @classmethod
    def of(cls, wanted: Sequence[tuple[int, tuple[Node, ...], np.int8]]) -> _Smallest:
        """The step of rows with their parts and the sign before all of them; shorter rows repeat their first part."""
        longest = max(len(parts) for _, parts, _ in wanted)
        filled = [(*parts, *parts[:1] * (longest - len(parts))) for _, parts, _ in wanted]
        signs = [[turn * part.sign for part in parts] for parts, (_, _, turn) in zip(filled, wanted, strict=True)]
        return cls(
            np.array([row for row, _, _ in wanted]), np.array([[part.row for part in parts] for parts in filled]).T,
            np.array(signs, dtype=np.int8).T[:, :, None],
        )

    def put(self, answers: Met) -> None:
        answers[self.rows] = np.minimum.reduce(answers[self.members] * self.signs)


@dataclass(frozen=True, slots=True)
class _Stated:
    """A row that is one expression where that is known, else the other; both in words, for a contradiction."""

    row: int
    one: Node
    other: Node
    words: tuple[str, str]

    def put(self, answers: Met) -> None:
        one, other = self.one.of(answers), self.other.of(answers)
        odd = one * other < 0
        if np.count_nonzero(odd):
            person = int(np.argmax(odd))
            said = {1: "yes", -1: "no"}
            raise EligibilityError(
                f"person {person}: {self.words[0]} says {said[int(one[person])]}, but {self.words[1]} says "
                f"{said[int(other[person])]}; correct one of them"
            )
        answers[self.row] = np.where(one, one, other)


class Circuit:
    """Expressions over the same leaves, made ready to be answered together for N people in a few steps.

    Inside, yes is 1, no -1 and unknown 0: `not` is a minus, `all` the smallest of its parts, and `any` the opposite of
    the smallest of the opposites, so that every row is the smallest of some others, each with its sign.
    """

    def __init__(
        self, expressions: Sequence[Expression], leaves: Sequence[str], say: Callable[[str], str] = str
    ) -> None:
        """Takes the expressions and the ids of all leaves; `say` turns an id into words for the error."""
        self._leaf_rows = {leaf: row for row, leaf in enumerate(leaves)}
        self._say = say
        self._known: dict[object, Node] = {}
        self._heights = [0] * len(leaves)
        self._wanted: list[list[tuple[int, tuple[Node, ...], np.int8]]] = []
        self._stated: list[_Stated] = []
        #: Where the answer of each expression stands.
        self.roots = tuple(self._node(expression) for expression in expressions)
        self._steps: list[_Smallest | _Stated] = []
        for height, wanted in enumerate(self._wanted, 1):
            self._steps += [_Smallest.of(wanted)] if wanted else []
            self._steps += [one for one in self._stated if self._heights[one.row] == height]
        self._rows = np.array([root.row for root in self.roots], dtype=np.intp)
        self._signs = np.array([[root.sign] for root in self.roots], dtype=np.int8)

    def _node(self, expression: Expression) -> Node:
        if expression.operator is None:
            return Node(self._leaf_rows[expression.leaf], np.int8(1), expression.leaf, ())
        parts = tuple(self._node(part) for part in expression.parts)
        if expression.operator == "not":
            return Node(parts[0].row, -parts[0].sign, "", parts)
        key = expression.operator, tuple((part.row, part.sign) for part in parts)
        if key not in self._known:
            row, turn = len(self._heights), np.int8(-1 if expression.operator == "any" else 1)
            self._heights.append(1 + max(self._heights[part.row] for part in parts))
            while len(self._wanted) < self._heights[row]:
                self._wanted.append([])
            if expression.operator == "stated_or":
                one, other = (" with ".join(dict.fromkeys(map(self._say, part.leaves()))) for part in expression.parts)
                self._stated.append(_Stated(row, parts[0], parts[1], (one, other)))
            else:
                self._wanted[self._heights[row] - 1].append((row, parts, turn))
            self._known[key] = Node(row, turn, "", parts)
        return self._known[key]

    def answers(self, met: Met) -> Met:
        """(rows, N) the answer of every leaf and part as 1, -1 and 0, from those of the leaves, (leaves, N).

        Raises EligibilityError, naming the first such person, when the sides of a `stated_or` contradict each other.
        """
        found = np.empty((len(self._heights), met.shape[1]), dtype=np.int8)
        found[:len(met)] = _SWAP[met]
        for step in self._steps:
            step.put(found)
        return found

    def verdicts(self, answers: Met) -> Met:
        """(expressions, N) 1 yes, 0 no, -1 unknown, from what `answers` gave."""
        return _SWAP[answers[self._rows] * self._signs]


def either(verdicts: Met) -> Met:
    """(N,) yes where one of several answers (K, N) is yes, no where all are no, else unknown."""
    return _SWAP[np.maximum.reduce(_SWAP[verdicts])]


def _circuit(expression: Expression, met: Mapping[str, Met], say: Callable[[str], str]) -> tuple[Circuit, Met]:
    leaves = tuple(dict.fromkeys(expression.leaves()))
    circuit = Circuit((expression,), leaves, say)
    return circuit, circuit.answers(np.array([met[leaf] for leaf in leaves], dtype=np.int8))


def evaluate(expression: Expression, met: Mapping[str, Met], say: Callable[[str], str] = str) -> Met:
    """The answer for each person from the answers to the leaves, all of shape (N,).

    `say` turns the id of a leaf into words for the error. Raises EligibilityError, naming the first such person, when
    the two sides of `stated_or` contradict each other.
    """
    circuit, answers = _circuit(expression, met, say)
    return circuit.verdicts(answers)[0]


def undecided(expression: Expression, met: Mapping[str, Met], person: int) -> list[str]:
    """Ids of the leaves whose answer could still decide for one person; none once the answer is known."""
    circuit, answers = _circuit(expression, {leaf: answer[person:person + 1] for leaf, answer in met.items()}, str)
    return circuit.roots[0].undecided(answers[:, 0].tolist())
