"""Where a label answers a worse ejection fraction milder over two visits: the finding, and its repeat."""

from __future__ import annotations

import numpy as np

from tdm1.safety._check_grid import lab_axes
from tdm1.safety.decisions import ACTION_NAMES, Action
from tdm1.safety.findings import Findings
from tdm1.safety.label import Label


def milder_at_the_repeat(label: Label) -> tuple[str, ...]:
    """Pairs of rows whose stop at the repeat is dropped when the first ejection fraction was worse, in words.

    Each row confirms its own finding only: a value under the first row's bound that rises just over it is a new
    finding of the next row, while the same repeat after a milder first value confirms that row and stops.
    """
    axes = dict(lab_axes(label))
    if "lvef" not in axes or "lvef_baseline" not in axes:
        return ()
    baselines, first, repeat = (
        array.ravel() for array in np.meshgrid(axes["lvef_baseline"], axes["lvef"], axes["lvef"], indexing="ij")
    )
    within = min((rule.repeat_within_day for rule in label.rules if rule.repeat_within_day is not None), default=1.0)
    before = label.decide(
        Findings.of(0.0, lvef=first, lvef_baseline=baselines), label.start(len(first)), dose_due=True, required=(),
    )
    after = label.decide(
        Findings.of(within, lvef=repeat, lvef_baseline=baselines), before.history, dose_due=True, required=(),
    )
    shape = (len(axes["lvef_baseline"]), len(axes["lvef"]), len(axes["lvef"]))
    stops = (after.action == Action.STOP).reshape(shape)
    found: dict[tuple[str, str], str] = {}
    # The axis of first values runs from good to bad: a stop that a worse first value drops.
    for at, number, again in np.argwhere(stops[:, :-1, :] & ~stops[:, 1:, :]):
        mild, worse = (int(np.ravel_multi_index((at, step, again), shape)) for step in (number, number + 1))
        rows = after.rule_id(mild), before.rule_id(worse)
        found.setdefault(rows, (
            f"with {baselines[mild]:g} before treatment, LVEF {first[mild]:g} and {repeat[mild]:g} at the repeat stop "
            f"({rows[0]}); {first[worse]:g} and then the same {repeat[mild]:g} are answered with "
            f"{ACTION_NAMES[after.action[worse]]} ({rows[1]} has recovered, {after.rule_id(worse)} begins)"
        ))
    return tuple(found.values())
