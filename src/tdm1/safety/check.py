"""Proves a rule table on the full grid of findings: nothing undecided, no contradiction, a worse lab never milder.

The grid has, for each laboratory value, every bound of the table, a point inside each interval between bounds, and a
point beyond both ends; two findings in the same cell meet the same rules, so the grid stands for all findings.
Every two findings together, signs and grades included, are decided again with values just beside each bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from tdm1.safety._check_grid import Axis, decide_fresh, grid, lab_axes, pair_grids, said, sign_axes
from tdm1.safety._check_repeat import milder_at_the_repeat
from tdm1.safety._labs import LABS
from tdm1.safety._match import all_hold
from tdm1.safety._rule import All, Rule
from tdm1.safety.decisions import Action
from tdm1.safety.label import Label

Kind = Literal["undecided", "contradiction", "milder when worse", "never reached", "hold that recovers at once"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of a table: what kind, which rules, and one finding that shows it."""

    kind: Kind
    rules: tuple[str, ...]
    finding: str


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """What was proven: how many findings were decided, every defect found, and where the label itself is uneven.

    `uneven` lists, in words, where the text of the label answers a worse course milder over two visits. It is the
    label's own wording, kept as it stands, and no defect of the table.
    """

    findings: int
    problems: tuple[Problem, ...]
    uneven: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True when the table has no defect."""
        return not self.problems


def _monotone(label: Label, axes: list[Axis]) -> tuple[int, list[Problem]]:
    """Each of stop, hold, and 'a level lower' may only be added as one finding worsens, all others equal."""
    findings = grid(axes)
    decided = decide_fresh(label, findings)
    shape = tuple(len(values) for _, values in axes)
    stop = decided.action == Action.STOP
    undecided = decided.action == Action.UNKNOWN
    demands = {
        "stop": stop,
        "hold": stop | (decided.action == Action.HOLD),
        "lower": stop | decided.history.reduction_due | (decided.action == Action.REDUCE),
    }
    problems = [Problem("undecided", (), said(findings, int(np.argmax(undecided)), axes))] if undecided.any() else []
    for number, (name, _) in enumerate(axes):
        if name == "other_event":
            continue  # kinds of request, not steps of a scale
        for demand in demands.values():
            cube = demand.reshape(shape)
            good = np.take(cube, range(shape[number] - 1), axis=number)
            bad = np.take(cube, range(1, shape[number]), axis=number)
            wrong = good & ~bad
            if wrong.any():
                place = list(np.unravel_index(int(np.argmax(wrong)), wrong.shape))
                index = int(np.ravel_multi_index(tuple(place), shape))
                rules = (decided.rule_id(index),)
                seen = f"{said(findings, index, axes)}; then {name} worsens"
                problems.append(Problem("milder when worse", rules, seen))
                break
    return len(findings), problems


def _demand(rule: Rule) -> tuple[object, ...]:
    return (rule.action, rule.until, rule.resume, rule.repeat_within_day, rule.stop_if_not_recovered,
            rule.lower_after_delays)


def _columns(part: All) -> frozenset[str]:
    return frozenset(LABS[one.lab].column if one.lab in LABS else one.lab for one in part)


def _rows(label: Label) -> Iterator[tuple[frozenset[str], Rule, All]]:
    for rule in label.rules:
        for part in rule.when:
            yield _columns(part), rule, part


def _single_findings(label: Label) -> list[Problem]:
    """Rows about the same finding must not disagree; coverage of one lab must have no hole towards its bad end."""
    problems: list[Problem] = []
    axes = dict([*lab_axes(label), *sign_axes()])
    rows = list(_rows(label))
    for columns in sorted({columns for columns, _, _ in rows}, key=sorted):
        names = sorted(columns | ({"lvef_baseline"} if "lvef" in columns else frozenset[str]()))
        mine = [(name, axes[name]) for name in names if name in axes]
        findings = grid(mine)
        met = [(rule, all_hold(part, findings)[0]) for found, rule, part in rows if found == columns]
        for (one, seen_one), (two, seen_two) in combinations(met, 2):
            both = seen_one & seen_two
            if both.any() and _demand(one) != _demand(two):
                problems.append(Problem("contradiction", (one.id, two.id), said(findings, int(np.argmax(both)), mine)))
        problems += [
            Problem("never reached", (rule.id,), "no finding of the grid meets it")
            for rule, seen in met if not seen.any()
        ]
        lab = next((lab for lab in LABS.values() if columns == frozenset({lab.column})), None)
        if lab is not None:
            covered = np.any([seen for _, seen in met], axis=0).reshape([len(values) for _, values in mine])
            axis = names.index(lab.column)
            along = np.moveaxis(covered, axis, -1).reshape(-1, covered.shape[axis])
            hole = along[:, :-1] & ~along[:, 1:]
            if lab.name in label.every_value_has_a_row:
                hole = ~along
            if hole.any():
                at = int(np.argmax(hole.any(axis=0)))
                value = axes[lab.column][at if lab.name in label.every_value_has_a_row else at + 1]
                problems.append(Problem("undecided", (), f"{lab.column} {value:g} meets no row"))
    return problems


def _recoveries(label: Label) -> list[Problem]:
    """A hold whose recovery is already there at its own finding would hold nothing."""
    problems: list[Problem] = []
    axes = dict([*lab_axes(label), *sign_axes()])
    for rule in label.rules:
        for part in rule.when:
            for until in rule.until:
                names = sorted(_columns(part) | _columns(until) | {"lvef", "lvef_baseline"} & axes.keys())
                mine = [(name, axes[name]) for name in names]
                findings = grid(mine)
                both = all_hold(part, findings)[0] & all_hold(until, findings)[0]
                if both.any():
                    seen = said(findings, int(np.argmax(both)), mine)
                    problems.append(Problem("hold that recovers at once", (rule.id,), seen))
    return problems


def check_rules(label: Label) -> RuleCheck:
    """Checks the whole table of `label` and returns every defect found.

    Decided on the full grid of laboratory values, then on every two findings of all kinds: every finding has a
    decision; no two rows about the same finding ask for different things; as one finding worsens and all others stay,
    no demand (stop, hold, lower dose) is dropped; every row is met by some finding; no row's recovery is already there
    at its finding. All at a first visit with a dose due; over two visits see `RuleCheck.uneven`.
    """
    decided = 0
    problems: list[Problem] = [*_single_findings(label), *_recoveries(label)]
    for axes in (lab_axes(label), *pair_grids(label)):
        if axes:
            count, found = _monotone(label, axes)
            decided += count
            problems += found
    return RuleCheck(findings=decided, problems=tuple(dict.fromkeys(problems)), uneven=milder_at_the_repeat(label))
