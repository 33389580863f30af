"""The label's indications and warnings as data: what they need, nested over leaves, with sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import Field

from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility.criteria import Criterion, Strict, read
from tdm1.eligibility.expression import Expression, parse
from tdm1.eligibility.variables import VARIABLES
from tdm1.evidence import nearest

#: Whose text is asked. England is what is paid for there; the licence is the EU's text.
Region = Literal["US", "EU", "England"]
REGIONS: tuple[Region, ...] = ("US", "EU", "England")
#: What a warning is: no trial took such people, advised against, forbidden, a risk raised, harm to a child.
WarningKind = Literal["not_studied", "not_recommended", "contraindicated", "raised_risk", "harm"]

_INDICATIONS = ("label_us.yaml", "label_eu.yaml")
_WARNINGS = "label_warnings.yaml"


class _Sourced(Strict):
    text: str = Field(min_length=1)
    source: str = Field(min_length=1)
    where: str = Field(min_length=1)
    read: Literal["read", "secondary", "recall"]
    note: str = ""


class _IndicationEntry(_Sourced):
    region: Region
    setting: Literal["metastatic", "early"]
    needs: Any


class _WarningEntry(_Sourced):
    kind: WarningKind
    regions: tuple[Region, ...] = Field(strict=False, min_length=1)
    when: Any


@dataclass(frozen=True, slots=True)
class Question:
    """What an indication needs, or for whom a warning is meant: an expression over leaves, each a criterion."""

    id: str
    text: str
    expression: Expression
    leaves: dict[str, Criterion]
    source: str
    where: str
    read: str
    date: str
    note: str

    @property
    def asked(self) -> tuple[Criterion, ...]:
        """The leaves it asks, each once, in reading order."""
        return tuple(self.leaves[name] for name in dict.fromkeys(self.expression.leaves()))

    def say(self, leaf: str) -> str:
        """The variable of a leaf, for an error about two that contradict each other."""
        return self.leaves[leaf].variable


@dataclass(frozen=True, slots=True)
class Indication:
    """One indication of one region's label, for the metastatic or the early setting."""

    region: Region
    setting: Literal["metastatic", "early"]
    question: Question


@dataclass(frozen=True, slots=True)
class LabelWarning:
    """One warning of the label before the first dose."""

    kind: WarningKind
    regions: tuple[Region, ...]
    question: Question


def check_region(region: str) -> Region:
    """The region, if its text is here. Raises EligibilityError with the nearest one otherwise."""
    for known in REGIONS:
        if region == known:
            return known
    raise EligibilityError(
        f"there is no label text for region '{region}'{nearest(region, REGIONS)} (known: {', '.join(REGIONS)})"
    )


def _leaves(document: Mapping[str, Any]) -> dict[str, Criterion]:
    return {name: Criterion.model_validate({"id": name, **raw}) for name, raw in document["leaves"].items()}


def _question(name: str, entry: _Sourced, needs: Any, leaves: dict[str, Criterion], date: str) -> Question:
    expression = parse(needs, leaves, name)
    return Question(
        name, entry.text, expression, {leaf: leaves[leaf] for leaf in expression.leaves()},
        entry.source, entry.where, entry.read, date, entry.note,
    )


@cache
def _all_indications() -> tuple[Indication, ...]:
    found: list[Indication] = []
    for file in _INDICATIONS:
        document = read(file)
        leaves = _leaves(document)
        for name, raw in document["indications"].items():
            entry = _IndicationEntry.model_validate(raw)
            question = _question(name, entry, entry.needs, leaves, document["date"])
            found.append(Indication(entry.region, entry.setting, question))
    return tuple(found)


def indications(region: str) -> tuple[Indication, ...]:
    """The indications of a region, in the order of its label. Raises EligibilityError for an unknown region."""
    known = check_region(region)
    return tuple(one for one in _all_indications() if one.region == known)


@cache
def _all_warnings() -> tuple[LabelWarning, ...]:
    document = read(_WARNINGS)
    leaves = _leaves(document)
    found: list[LabelWarning] = []
    for name, raw in document["warnings"].items():
        entry = _WarningEntry.model_validate(raw)
        question = _question(name, entry, entry.when, leaves, document["date"])
        found.append(LabelWarning(entry.kind, entry.regions, question))
    return tuple(found)


def label_warnings(region: str) -> tuple[LabelWarning, ...]:
    """The warnings of a region before the first dose. Raises EligibilityError for an unknown region."""
    known = check_region(region)
    return tuple(one for one in _all_warnings() if known in one.regions)


def asked_of(region: str) -> tuple[str, ...]:
    """Variables that a region's indications and warnings ask about, in the order of the register."""
    questions = [one.question for one in indications(region)] + [one.question for one in label_warnings(region)]
    names = {leaf.variable for question in questions for leaf in question.asked}
    return tuple(name for name in VARIABLES if name in names)
