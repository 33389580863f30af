"""The label's warnings before the first dose: whom no trial took, who should not have it. Apart from indications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.eligibility._measure import People, people
from tdm1.eligibility._questions import Answers, QuestionTable
from tdm1.eligibility.assessment import Answer, Reason
from tdm1.eligibility.labelfile import LabelWarning, WarningKind, label_warnings
from tdm1.eligibility.person import read


@dataclass(frozen=True, slots=True)
class Caution:
    """One warning for one person. `applies` is unknown where `missing` variables could still bring it about."""

    id: str
    kind: WarningKind
    text: str
    applies: Answer
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    source: str
    where: str
    read: str
    note: str


@dataclass(frozen=True, slots=True)
class Cautions:
    """What the label warns of for one person.

    `given` are warnings that apply, `needed` those that cannot be told yet, and `missing` what would settle them.
    """

    region: str
    given: tuple[Caution, ...]
    needed: tuple[Caution, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WarningTable:
    """The warnings of a region put to N people: `applies` has shape (N, warnings): 1 yes, 0 no, -1 unknown."""

    region: str
    ids: tuple[str, ...]
    applies: NDArray[np.int8]
    warnings: tuple[LabelWarning, ...]
    answers: Answers

    def answer(self, person: int) -> Cautions:
        """The whole answer for one person, numbered from 0."""
        # A warning that does not apply is told nobody.
        found = [
            Caution(
                one.question.id, one.kind, one.question.text, told.verdict, told.reasons, told.missing,
                one.question.source, one.question.where, one.question.read, one.question.note,
            )
            for told in self.answers.of(person, without=0) for one in (self.warnings[told.place],)
        ]
        needed = tuple([one for one in found if one.applies == "unknown"])
        missing = dict.fromkeys([name for one in needed for name in one.missing])
        return Cautions(self.region, tuple([one for one in found if one.applies == "yes"]), needed, tuple(missing))


@cache
def _asked(region: str) -> tuple[tuple[LabelWarning, ...], tuple[str, ...], QuestionTable]:
    """The warnings of a region, their ids, and their questions ready to be put."""
    found = label_warnings(region)
    ids = tuple(one.question.id for one in found)
    return found, ids, QuestionTable.of([one.question for one in found])


def put_warnings(region: str, known: People, uln: Mapping[str, float]) -> WarningTable:
    """Puts the warnings of a region to people whose values have been read and checked."""
    found, ids, questions = _asked(region)
    answers = questions.put(known, uln)
    return WarningTable(region, ids, answers.verdicts.T, found, answers)


def warning_table(
    columns: Mapping[str, ArrayLike], region: str = "US", *, uln: Mapping[str, float] | None = None
) -> WarningTable:
    """Puts the warnings of a region to N people at once; `columns`, `uln` and errors as for `indication_table`."""
    limits = dict(uln or {})
    return put_warnings(region, people(columns, limits), limits)


def warnings(person: Mapping[str, Any], region: str = "US", *, uln: Mapping[str, float] | None = None) -> Cautions:
    """What the label warns of before the first dose, for one person; it makes nobody ineligible.

    Conditions that no trial took (N1 to N3), use not recommended (N4), the EU's contraindication (N5), a raised risk
    (N6), pregnancy (P1) and breastfeeding (P4). `person` and `uln` as for `indication`; what is not known is listed as
    needed. Source: the evidence file label_warnings.yaml. Raises EligibilityError as `indication`.
    """
    limits = dict(uln or {})
    return put_warnings(region, read(person, limits), limits).answer(0)
