"""Questions of the label as arrays, made once for each region, and what people answer to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tdm1.eligibility._measure import People
from tdm1.eligibility._table import CriterionTable, Floats
from tdm1.eligibility.assessment import WORDS, Answer, Reason
from tdm1.eligibility.expression import Circuit, Met
from tdm1.eligibility.labelfile import Question


@dataclass(frozen=True, slots=True)
class Answered:
    """One question for one person: the verdict, every leaf, and the variables that could still change the verdict.

    `place` is the number of the question in its table.
    """

    place: int
    verdict: Answer
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """Questions over the same leaves, ready to be put to N people: the leaves as criteria, the questions over them.

    `rows` and `roots` tell for each question which criteria it asks, in reading order, and where its answer stands.
    """

    questions: tuple[Question, ...]
    criteria: CriterionTable
    circuit: Circuit
    rows: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, questions: Sequence[Question]) -> QuestionTable:
        """The table of some questions, whose leaves of one id are the same."""
        leaves = {leaf.id: leaf for question in questions for leaf in question.asked}
        place = {name: row for row, name in enumerate(leaves)}
        circuit = Circuit([one.expression for one in questions], tuple(leaves), lambda leaf: leaves[leaf].variable)
        rows = tuple(tuple(place[leaf.id] for leaf in question.asked) for question in questions)
        return cls(tuple(questions), CriterionTable(tuple(leaves.values())), circuit, rows)

    def put(self, known: People, uln: Mapping[str, float]) -> Answers:
        """The questions put to N people. Raises EligibilityError for a contradiction."""
        values = known.take(self.criteria.variables)
        met = self.criteria.meets(values, uln)
        answers = self.circuit.answers(met)
        return Answers(self, self.circuit.verdicts(answers), met, values, answers)


@dataclass(frozen=True, slots=True)
class Answers:
    """What N people answer to Q questions.

    `verdicts` (Q, N) and `met` (leaves, N) are 1 yes, 0 no, -1 unknown; `values` (variables, N) is what was asked, and
    `parts` the answers to all parts of the questions as `Circuit.answers` gives them.
    """

    table: QuestionTable
    verdicts: Met
    met: Met
    values: Floats
    parts: Met

    def of(self, person: int, without: int | None = None) -> list[Answered]:
        """The questions for one person, numbered from 0, in their order; those with the verdict `without` left out."""
        table, parts = self.table, self.parts[:, person].tolist()
        met, values = self.met[:, person].tolist(), self.values[:, person].tolist()
        found: list[Answered] = []
        for place, verdict in enumerate(self.verdicts[:, person].tolist()):
            if verdict == without:
                continue
            question, root = table.questions[place], table.circuit.roots[place]
            reasons = [
                Reason(leaf.id, leaf.text, WORDS[met[row]], leaf.variable, values[asked], leaf.source, leaf.read)
                for row in table.rows[place] for leaf, asked in (table.criteria.placed[row],)
            ]
            missing = dict.fromkeys([question.leaves[leaf].variable for leaf in root.undecided(parts)])
            found.append(Answered(place, WORDS[verdict], tuple(reasons), tuple(missing)))
        return found
