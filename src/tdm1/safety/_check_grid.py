"""The grids of findings on which a rule table is proven: axes from good to bad, and decisions on all their points."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from tdm1.safety._labs import BEFORE_EVERY_DOSE, HIGHEST_GRADE, LABS, SIGNS, OtherEvent
from tdm1.safety._rule import All
from tdm1.safety.decisions import Decisions
from tdm1.safety.findings import Findings
from tdm1.safety.label import Label

#: One axis of a grid: column of `Findings` and its values, from good to bad.
Axis = tuple[str, NDArray[np.float64]]

#: How far beside a bound a value is taken, as a share of it: less than any laboratory prints.
_BESIDE = 1e-4


def _inside(edges: set[float], beyond: float) -> NDArray[np.float64]:
    """Every edge, a point inside each interval, and one beyond each end (never under 0)."""
    ordered = sorted(edges)
    inside = [(low + high) / 2 for low, high in pairwise(ordered)]
    return np.array(sorted({*ordered, *inside, ordered[0] / 2, ordered[-1] + beyond}))


def _beside(edges: set[float], beyond: float) -> NDArray[np.float64]:
    """Every edge, a point close by on both of its sides, and one beyond each end (never under 0)."""
    close = {edge * (1 + side * _BESIDE) for edge in edges for side in (-1, 0, 1)}
    return np.array(sorted({*close, min(edges) / 2, max(edges) + beyond}))


def _conditions(label: Label) -> All:
    return tuple(one for rule in label.rules for part in (*rule.when, *rule.until) for one in part)


def lab_axes(label: Label, *, close: bool = False) -> list[Axis]:
    """The axes of the laboratory grid, each from good to bad; the baseline ejection fraction is one of them.

    `close` takes values just beside each bound instead of one inside each interval.
    """
    points = _beside if close else _inside
    axes: list[Axis] = []
    for lab in LABS.values():
        mine = [one for one in _conditions(label) if one.lab == lab.name]
        edges = {edge for one in mine if one.basis not in ("points_below_baseline", "grade") for edge in one.edges()}
        if not edges:
            continue
        values = points(edges, 1.0)
        axes.append((lab.column, values if lab.worse == "higher" else values[::-1]))
        if lab.name == "lvef":
            drops = {edge for one in mine if one.basis == "points_below_baseline" for edge in one.edges()}
            moved = {float(value + drop) for value in values for drop in (points(drops, 1.0) if drops else [0.0])}
            # A higher baseline is a larger drop: the worse end.
            axes.append(("lvef_baseline", np.array(sorted(moved))))
    return axes


def sign_axes() -> list[Axis]:
    """The axes of signs, grades and events, each from good to bad."""
    grades = np.arange(HIGHEST_GRADE + 1, dtype=np.float64)
    axes: list[Axis] = [(sign, np.array([0.0, 1.0])) for sign in SIGNS]
    axes += [(lab.column, grades) for lab in LABS.values() if lab.whole]
    return [*axes, ("other_event", np.array([float(event) for event in OtherEvent]))]


def pair_grids(label: Label) -> list[list[Axis]]:
    """Every two findings together, with values just beside each bound; an ejection fraction has its baseline."""
    axes = [*lab_axes(label, close=True), *sign_axes()]
    baseline = [axis for axis in axes if axis[0] == "lvef_baseline"]
    alone = [axis for axis in axes if axis[0] != "lvef_baseline"]
    return [[*pair, *(baseline if "lvef" in (pair[0][0], pair[1][0]) else [])] for pair in combinations(alone, 2)]


def grid(axes: list[Axis]) -> Findings:
    """The findings of every point of a grid, the last axis running fastest."""
    mesh = np.meshgrid(*(values for _, values in axes), indexing="ij")
    columns = {name: array.ravel() for (name, _), array in zip(axes, mesh, strict=True)}
    return Findings.of(time_day=0.0, **columns)


def decide_fresh(label: Label, findings: Findings) -> Decisions:
    """What the label says to patients seen for the first time, with a dose due; labs off the grid are not asked for."""
    required = tuple(name for name in BEFORE_EVERY_DOSE if findings.column(LABS[name].column) is not None)
    return label.decide(findings, label.start(len(findings)), dose_due=True, required=required)


def said(findings: Findings, index: int, axes: list[Axis]) -> str:
    """One point of a grid in words."""
    parts: list[str] = []
    for name, _ in axes:
        column = findings.column(name)
        if column is not None:
            parts.append(f"{name} {column[index]:g}")
    return ", ".join(parts)
