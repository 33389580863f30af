"""Whether the label's indications hold: yes, no, or unknown with what is missing. For one person and for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.eligibility._measure import Floats, meets, people
from tdm1.eligibility.assessment import Answer, Reason
from tdm1.eligibility.expression import Met, evaluate, undecided
from tdm1.eligibility.labelfile import Indication, Question, indications
from tdm1.eligibility.person import one_person

WORDS: dict[int, Answer] = {1: "yes", 0: "no", -1: "unknown"}


@dataclass(frozen=True, slots=True)
class IndicationVerdict:
    """One indication for one person: its verdict, every leaf, and the variables that could still change it."""

    id: str
    region: str
    setting: str
    text: str
    verdict: Answer
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    source: str
    where: str
    read: str
    note: str


@dataclass(frozen=True, slots=True)
class IndicationAnswer:
    """The label's answer for one person: yes when an indication holds, no when none can.

    `holds` are the ids of those that hold; `missing` the variables that could still change the verdict.
    """

    region: str
    verdict: Answer
    holds: tuple[str, ...]
    indications: tuple[IndicationVerdict, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of N people to one question: `verdict` (N,), and each leaf's answer (N,) by id."""

    question: Question
    verdict: Met
    met: dict[str, Met]
    values: dict[str, Floats]

    def reasons(self, person: int) -> tuple[Reason, ...]:
        """Every leaf for one person, numbered from 0."""
        return tuple(
            Reason(leaf.id, leaf.text, WORDS[int(self.met[leaf.id][person])], leaf.variable,
                   float(self.values[leaf.id][person]), leaf.source, leaf.read)
            for leaf in self.question.asked
        )

    def missing(self, person: int) -> tuple[str, ...]:
        """Variables that could still change the verdict for one person; none once it is yes or no."""
        open_leaves = undecided(self.question.expression, self.met, person)
        return tuple(dict.fromkeys(self.question.leaves[leaf].variable for leaf in open_leaves))


def answer(question: Question, columns: Mapping[str, Floats], count: int, uln: Mapping[str, float]) -> Answers:
    """A question put to N people whose columns are checked. Raises EligibilityError for a contradiction."""
    unknown = np.full(count, np.nan)
    values = {leaf.id: columns.get(leaf.variable, unknown) for leaf in question.asked}
    met = {leaf.id: meets(leaf, values[leaf.id], uln) for leaf in question.asked}
    return Answers(question, evaluate(question.expression, met, question.say), met, values)


@dataclass(frozen=True, slots=True)
class IndicationTable:
    """The indications of a region put to N people.

    `met` has shape (N, indications) in the order of `ids`, and `verdict` shape (N,): 1 yes, 0 no, -1 unknown.
    """

    region: str
    ids: tuple[str, ...]
    met: NDArray[np.int8]
    verdict: NDArray[np.int8]
    asked: tuple[tuple[Indication, Answers], ...]

    def answer(self, person: int) -> IndicationAnswer:
        """The whole answer for one person, numbered from 0."""
        found = tuple(
            IndicationVerdict(
                one.question.id, one.region, one.setting, one.question.text, WORDS[int(answers.verdict[person])],
                answers.reasons(person), answers.missing(person), one.question.source, one.question.where,
                one.question.read, one.question.note,
            )
            for one, answers in self.asked
        )
        verdict = WORDS[int(self.verdict[person])]
        missing = dict.fromkeys(name for one in found for name in one.missing) if verdict == "unknown" else {}
        holds = tuple(one.id for one in found if one.verdict == "yes")
        return IndicationAnswer(self.region, verdict, holds, found, tuple(missing))


def _table(region: str, columns: Mapping[str, Floats], count: int, uln: Mapping[str, float]) -> IndicationTable:
    asked = tuple((one, answer(one.question, columns, count, uln)) for one in indications(region))
    met = np.stack([answers.verdict for _, answers in asked], axis=1)
    verdict = np.where(np.any(met == 1, axis=1), 1, np.where(np.any(met < 0, axis=1), -1, 0)).astype(np.int8)
    return IndicationTable(region, tuple(one.question.id for one, _ in asked), met, verdict, asked)


def indication_table(
    columns: Mapping[str, ArrayLike | Sequence[float]], region: str = "US", *, uln: Mapping[str, float] | None = None
) -> IndicationTable:
    """Puts the indications of a region's label to N people at once.

    `columns` holds one number a person by variable name, in the units of `VARIABLES`: 1 or 0 for yes or no, the place
    of the word for a category; NaN, or a variable left out, is not known. `uln` replaces the upper limit of normal
    (U/L) of `alt_u_per_l` or `ast_u_per_l`. Sources: the evidence files label_us.yaml and label_eu.yaml.
    Raises EligibilityError as `assess`, for an unknown region, and for values that contradict each other.
    """
    limits = dict(uln or {})
    given, count = people(columns, limits)
    return _table(region, given, count, limits)


def indication(
    person: Mapping[str, Any], region: str = "US", *, uln: Mapping[str, float] | None = None
) -> IndicationAnswer:
    """Whether one of the label's indications holds for a person, why, and what would have to be known.

    `person` holds values by variable name (see `person.one_person`); what is left out is not known. `region` is US,
    EU or England (what is paid for there). An indication that holds says nothing about warnings: see `warnings`.
    Raises EligibilityError for what is misspelt, cannot be, or contradicts itself.
    """
    limits = dict(uln or {})
    return _table(region, one_person(person, limits), 1, limits).answer(0)
