"""Whether the label's indications hold: yes, no, or unknown with what is missing. For one person and for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.eligibility._measure import People, people
from tdm1.eligibility._questions import Answers, QuestionTable
from tdm1.eligibility.assessment import WORDS, Answer, Reason
from tdm1.eligibility.expression import either
from tdm1.eligibility.labelfile import Indication, indications
from tdm1.eligibility.person import read


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
class IndicationTable:
    """The indications of a region put to N people.

    `met` has shape (N, indications) in the order of `ids`, and `verdict` shape (N,): 1 yes, 0 no, -1 unknown.
    """

    region: str
    ids: tuple[str, ...]
    met: NDArray[np.int8]
    verdict: NDArray[np.int8]
    indications: tuple[Indication, ...]
    answers: Answers

    def answer(self, person: int) -> IndicationAnswer:
        """The whole answer for one person, numbered from 0."""
        found = tuple(
            IndicationVerdict(
                one.question.id, one.region, one.setting, one.question.text, told.verdict, told.reasons,
                told.missing, one.question.source, one.question.where, one.question.read, one.question.note,
            )
            for one, told in zip(self.indications, self.answers.of(person), strict=True)
        )
        verdict = WORDS[int(self.verdict[person])]
        missing = dict.fromkeys(name for one in found for name in one.missing) if verdict == "unknown" else {}
        holds = tuple(one.id for one in found if one.verdict == "yes")
        return IndicationAnswer(self.region, verdict, holds, found, tuple(missing))


@cache
def _asked(region: str) -> tuple[tuple[Indication, ...], tuple[str, ...], QuestionTable]:
    """The indications of a region, their ids, and their questions ready to be put."""
    found = indications(region)
    ids = tuple(one.question.id for one in found)
    return found, ids, QuestionTable.of([one.question for one in found])


def put_indications(region: str, known: People, uln: Mapping[str, float]) -> IndicationTable:
    """Puts the indications of a region to people whose values have been read and checked."""
    found, ids, questions = _asked(region)
    answers = questions.put(known, uln)
    return IndicationTable(region, ids, answers.verdicts.T, either(answers.verdicts), found, answers)


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
    return put_indications(region, people(columns, limits), limits)


def indication(
    person: Mapping[str, Any], region: str = "US", *, uln: Mapping[str, float] | None = None
) -> IndicationAnswer:
    """Whether one of the label's indications holds for a person, why, and what would have to be known.

    `person` holds values by variable name (see `person.one_person`); what is left out is not known. `region` is US,
    EU or England (what is paid for there). An indication that holds says nothing about warnings: see `warnings`.
    Raises EligibilityError for what is misspelt, cannot be, or contradicts itself.
    """
    limits = dict(uln or {})
    return put_indications(region, read(person, limits), limits).answer(0)
