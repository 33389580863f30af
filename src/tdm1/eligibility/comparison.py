"""A trial's criteria beside the label's indication: where the trial was narrower, and what only one of them asks."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from tdm1 import evidence
from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility.assessment import load
from tdm1.eligibility.criteria import Criteria, Criterion
from tdm1.eligibility.expression import Expression
from tdm1.eligibility.labelfile import Indication, indications, label_warnings
from tdm1.eligibility.variables import UPPER_LIMITS, VARIABLES

#: How a trial's criterion stands to the label: as strict, stricter, less strict, partly both, or asked by one alone.
#: What only the trial asks makes the trial narrower. `one of several ways`: the label asks for it or for another thing.
Relation = Literal[
    "same", "narrower", "wider", "different", "only the trial asks", "only the label asks", "one of several ways"
]
_Role = Literal["needed", "alternative", "excluded"]


@dataclass(frozen=True, slots=True)
class ComparedCriterion:
    """One variable, as the trial and as the label's indication ask about it; an empty text: not asked.

    `warning` is the id of a label warning about the same variable, which the label gives without excluding anyone.
    """

    variable: str
    trial: str
    label: str
    relation: Relation
    warning: str


def _allowed(criterion: Criterion) -> tuple[tuple[float, bool], tuple[float, bool]] | frozenset[str]:
    """The eligible values: two ends with 'is open', in the variable's unit; or a set of answers."""
    if criterion.requires is not None:
        return frozenset({"yes" if criterion.requires else "no"})
    if criterion.one_of:
        return frozenset(criterion.one_of)
    times = criterion.basis == "x_uln" and criterion.variable in UPPER_LIMITS
    unit = VARIABLES[criterion.variable].unit
    limit = evidence.value(UPPER_LIMITS[criterion.variable], unit) if times else 1.0
    low = -inf if criterion.lower is None else criterion.lower * limit
    high = inf if criterion.upper is None else criterion.upper * limit
    return (low, criterion.lower_open), (high, criterion.upper_open)


def relation(trial: Criterion, label: Criterion) -> Relation:
    """How a trial's criterion stands to a label's leaf about the same variable.

    Raises EligibilityError when they are about different variables.
    """
    if trial.variable != label.variable:
        raise EligibilityError(f"'{trial.id}' asks about {trial.variable}, '{label.id}' about {label.variable}")
    ours, theirs = _allowed(trial), _allowed(label)
    if isinstance(ours, frozenset) or isinstance(theirs, frozenset):
        assert isinstance(ours, frozenset) and isinstance(theirs, frozenset)
        inside, outside = ours <= theirs, ours >= theirs
    else:
        # (bound, open): an open lower bound is the stricter of two equal ones, and so is an open upper one.
        (low, high), (low_label, high_label) = ours, theirs
        strict_high, strict_high_label = (-high[0], high[1]), (-high_label[0], high_label[1])
        inside = low >= low_label and strict_high >= strict_high_label
        outside = low <= low_label and strict_high <= strict_high_label
    if inside:
        return "same" if outside else "narrower"
    return "wider" if outside else "different"


def _roles(expression: Expression, role: _Role = "needed") -> dict[str, _Role]:
    """What each leaf is to the indication: needed, one of several ways, or something that must not be."""
    if expression.operator is None:
        return {expression.leaf: role}
    roles: dict[str, _Role] = {}
    for place, part in enumerate(expression.parts):
        below = role
        if expression.operator == "not":
            below = "excluded"
        elif expression.operator == "any" or (expression.operator == "stated_or" and place > 0):
            below = "alternative"
        roles |= _roles(part, below)
    return roles


def _as_stage(criterion: Criterion) -> Criterion:
    """A trial's question about early disease as one about the stage, which is what the label names."""
    if criterion.variable != "early_disease":
        return criterion
    words = VARIABLES["disease_stage"].categories
    early = tuple(word for word in words if (word == "early") == criterion.requires)
    return criterion.model_copy(update={"variable": "disease_stage", "requires": None, "one_of": early})


def _stands(ours: Criterion, theirs: Criterion, role: _Role) -> Relation:
    if role == "excluded":
        return "different"
    found = relation(ours, theirs)
    return "narrower" if found == "same" and role == "alternative" else found


def _setting(criteria: tuple[Criterion, ...]) -> Literal["metastatic", "early"]:
    early = any(c.variable == "early_disease" and c.requires for c in criteria)
    return "early" if early else "metastatic"


def _indication(criteria: tuple[Criterion, ...], region: str) -> Indication:
    setting = _setting(criteria)
    for one in indications(region):
        if one.setting == setting:
            return one
    raise EligibilityError(f"region {region} has no indication for the {setting} setting")


def compare(trial: str | Criteria, region: str = "US") -> tuple[ComparedCriterion, ...]:
    """A trial's criteria beside the region's indication for the same setting, variable by variable.

    `trial` is the name of a built-in trial or criteria; a trial that asks for early disease is set beside the early
    indication, every other beside the metastatic one. The trial's criteria come first, in their order. Raises
    EligibilityError for an unknown trial or region, and for a setting that the region has no indication for.
    """
    criteria = (load(trial) if isinstance(trial, str) else trial).all()
    question = _indication(criteria, region).question
    leaves, roles = {leaf.variable: leaf for leaf in question.asked}, _roles(question.expression)
    warned = {leaf.variable: one.question.id for one in label_warnings(region) for leaf in one.question.asked}
    staged = any(ours.variable == "disease_stage" for ours in criteria)
    rows: list[ComparedCriterion] = []
    for ours in (one if staged else _as_stage(one) for one in criteria):
        if ours.variable == "early_disease":
            continue
        theirs = leaves.get(ours.variable)
        stands: Relation = _stands(ours, theirs, roles[theirs.id]) if theirs else "only the trial asks"
        text = theirs.text if theirs else ""
        rows.append(ComparedCriterion(ours.variable, ours.text, text, stands, warned.get(ours.variable, "")))
    seen = {row.variable for row in rows}
    for leaf in question.asked:
        if leaf.variable not in seen:
            stands = "only the label asks" if roles[leaf.id] == "needed" else "one of several ways"
            rows.append(ComparedCriterion(leaf.variable, "", leaf.text, stands, warned.get(leaf.variable, "")))
    return tuple(rows)
