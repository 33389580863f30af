"""A rule table as arrays, made once for each table: every bound of every rule stands in one column.

Patients run along the last axis, so that a visit of many is judged row by row and a visit of one in as few steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tdm1.safety._labs import LABS, SIGNS
from tdm1.safety._rule import All, Condition, Rule

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int16]
Places = NDArray[np.intp]
Weights = Integers

#: The columns of `Findings` that a condition may look at.
COLUMNS: tuple[str, ...] = (*(lab.column for lab in LABS.values()), "lvef_baseline", *SIGNS, "other_event")
#: Rows of what is judged: the columns, the drop of the ejection fraction, and one that is never known.
ROWS: dict[str, int] = {name: row for row, name in enumerate((*COLUMNS, "lvef_drop", "nothing"))}

#: Met by whatever ejection fraction was measured: the repeat itself is the recovery.
_MEASURED_LVEF: All = (Condition("lvef", "absolute"),)
#: Stands where a rule has no alternative; it is never met and never fails.
_NEVER: All = (Condition("nothing", "absolute"),)
#: Tables kept at a time; a process uses few, a mutation test makes many.
_KEPT = 64


def column_of(condition: Condition) -> str:
    """The column of `Findings` that a condition looks at."""
    return LABS[condition.lab].column if condition.lab in LABS else condition.lab


def _row(condition: Condition) -> int:
    return ROWS["lvef_drop" if condition.basis == "points_below_baseline" else column_of(condition)]


def _closed(condition: Condition) -> tuple[float, float]:
    """The least and the greatest number that meet a condition: an open bound begins at the next number there is."""
    if condition.basis == "sign":
        return 1.0, 1.0
    if condition.basis == "event":
        return float(condition.event or 0), float(condition.event or 0)
    low, high = condition.lower, condition.upper
    return (
        -np.inf if low is None else low if condition.lower_closed else float(np.nextafter(low, np.inf)),
        np.inf if high is None else high if condition.upper_closed else float(np.nextafter(high, -np.inf)),
    )


def _numbered(groups: Sequence[Sequence[object]]) -> list[list[int]]:
    """The numbers that the members of each group have when all members are counted through."""
    ends = np.cumsum([len(group) for group in groups]).tolist()
    return [list(range(end - len(group), end)) for group, end in zip(groups, ends, strict=True)]


def _padded(groups: Sequence[Sequence[int]]) -> Places:
    """(longest, G) the members of each group down a column, the first one repeated; and/or do not mind the repeats."""
    longest = max(map(len, groups), default=0)
    filled = [[*group, *[group[0]] * (longest - len(group))] for group in groups]
    return np.array(filled, dtype=np.intp).reshape(len(groups), longest).T.copy()


@dataclass(frozen=True, slots=True)
class Conditions:
    """For each of R rules alternatives, each a part of conditions that must all hold: C conditions and P parts in all.

    row              (C,) row of `ROWS` that a condition looks at
    least, greatest  (C, 1) its bounds, both closed
    of_drop          (C, 1) it needs the ejection fraction before treatment
    parts            (longest, P) conditions of each part
    drop_parts       (longest, D) conditions of the parts in which one is `of_drop`
    rules            (longest, R) parts of each rule
    """

    row: Places
    least: Floats
    greatest: Floats
    of_drop: Bools
    parts: Places
    drop_parts: Places
    rules: Places

    @classmethod
    def of(cls, rules: Sequence[Sequence[All]]) -> Conditions:
        """The arrays of the alternatives of each rule."""
        parts = [part for alternatives in rules for part in alternatives]
        every = [condition for part in parts for condition in part]
        of_drop = np.array([condition.basis == "points_below_baseline" for condition in every], dtype=np.bool_)
        bounds = np.array([_closed(condition) for condition in every], dtype=np.float64)
        members = _numbered(parts)
        return cls(
            row=np.array([_row(condition) for condition in every], dtype=np.intp),
            least=bounds[:, :1].copy(), greatest=bounds[:, 1:].copy(), of_drop=of_drop[:, None],
            parts=_padded(members), drop_parts=_padded([part for part in members if of_drop[part].any()]),
            rules=_padded(_numbered(rules)),
        )


@dataclass(frozen=True, slots=True)
class Table:
    """R rules as arrays; masks of rules have shape (R, 1).

    finding, recovery    what is seen, and what settles it
    any_day          counts on other days than that of a planned dose, too
    stopping         stops treatment
    holding          holds the dose until it has recovered
    tracked          opens an episode
    lowers           the dose after it is one level lower
    unrepeated       does not ask for the ejection fraction again
    confirms         a repeat that has not recovered stops treatment
    counts           the label says to consider a lower dose after `after_delays` delays
    rule_of          rule of each weight, -1 for none
    strictest        weights for `first`: the strictest rule goes before the others, then the earlier row
    of_each          (6, R, 1) weights for `first` of what a visit asks of every rule, 0 for rules without a say: the
                     earlier row that stops, the strictest that holds, the strictest that lowers, the earlier row that
                     gives, any that asks for a repeat, any that a repeat confirms
    """

    ids: tuple[str, ...]
    finding: Conditions
    recovery: Conditions
    any_day: Bools
    stopping: Bools
    holding: Bools
    tracked: Bools
    lowers: Bools
    unrepeated: Bools
    confirms: Bools
    counts: Bools
    after_delays: Integers
    rule_of: Integers
    strictest: Weights
    of_each: Weights

    def first(self, among: Bools, weights: Weights) -> Integers:
        """Index of the rule in `among` (R, N) or (K, R, N) with the greatest weight, (N,) or (K, N); -1 for none."""
        return self.rule_of[np.maximum.reduce(among * weights, among.ndim - 2)]


def _weights(order: Sequence[int]) -> Weights:
    """(R, 1) the greater the earlier a rule stands in `order`; modulo R + 1 the weight is the index of the rule + 1."""
    weights = np.zeros((len(order), 1), dtype=np.int16)
    for place, rule in enumerate(order):
        weights[rule] = (len(order) - place) * (len(order) + 1) + rule + 1
    return weights


def _build(rules: tuple[Rule, ...]) -> Table:
    recovery = [rule.until or (_NEVER if rule.repeat_within_day is None else _MEASURED_LVEF,) for rule in rules]

    def mask(holds: Callable[[Rule], bool]) -> Bools:
        return np.array([holds(rule) for rule in rules], dtype=np.bool_).reshape(-1, 1)

    strictest = _weights(sorted(range(len(rules)), key=lambda index: (-rules[index].strictness, index)))
    earliest = _weights(range(len(rules)))
    holding, giving = mask(lambda rule: rule.action == "hold"), mask(lambda rule: rule.action == "give")
    repeats = mask(lambda rule: rule.repeat_within_day is not None)
    confirms = mask(lambda rule: rule.stop_if_not_recovered)
    return Table(
        ids=tuple(rule.id for rule in rules), finding=Conditions.of([rule.when or (_NEVER,) for rule in rules]),
        recovery=Conditions.of(recovery), any_day=mask(lambda rule: not rule.dose_day_only),
        stopping=mask(lambda rule: rule.action == "stop"), holding=holding,
        tracked=holding | mask(lambda rule: rule.action == "reduce") | repeats, lowers=mask(lambda rule: rule.lowers),
        unrepeated=~repeats, confirms=confirms, counts=mask(lambda rule: bool(rule.lower_after_delays)),
        after_delays=np.array([rule.lower_after_delays or 0 for rule in rules], dtype=np.int16)[:, None],
        rule_of=(np.arange(strictest.max() + len(rules) + 1) % (len(rules) + 1) - 1).astype(np.int16),
        strictest=strictest,
        of_each=np.array([earliest, strictest * holding, strictest, earliest * giving, earliest * repeats,
                          earliest * confirms]),
    )


class _Same:
    """A rule table as a key: the same object. To compare a table by its words at each visit would cost more than it."""

    __slots__ = ("rules",)

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.rules is other.rules


@lru_cache(maxsize=_KEPT)
def _kept(same: _Same) -> Table:
    return _build(same.rules)


def table_of(rules: tuple[Rule, ...]) -> Table:
    """The arrays of a rule table, made once as long as the table is in use."""
    return _kept(_Same(rules))
