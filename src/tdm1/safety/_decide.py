"""The decision itself, vectorised over patients: findings and history in, action and new history out.

Order of thought at each visit: what recovered, what a repeat confirmed, which episodes opened, what must stop,
whether the dose is held, which values are missing, whether a reduction is due, else give.
Here patients run along the last axis; `Decisions` and `History` show the same arrays with patients first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdm1.safety._labs import LABS
from tdm1.safety._match import known, met, settled
from tdm1.safety._rule import Rule
from tdm1.safety._table import ROWS, Bools, Table, table_of
from tdm1.safety.decisions import Action, Decisions
from tdm1.safety.findings import Findings
from tdm1.safety.history import History

# As arrays of one number, which numpy takes faster than plain numbers.
_GIVE, _REDUCE, _UNKNOWN, _HOLD, _STOP = np.array([[action] for action in Action], dtype=np.int8)
_NONE = np.array([-1], dtype=np.int16)
#: Sets of dose levels that are remembered as arrays.
_KEPT = 64
#: Patients decided at a time, so that what is in between stays in the processor's cache.
_BLOCK = 2048
_any = np.bitwise_or.reduce


@cache
def _rows(required: tuple[str, ...]) -> NDArray[np.intp]:
    return np.array([ROWS[LABS[name].column] for name in required], dtype=np.intp)


@lru_cache(maxsize=_KEPT)
def _levels(mg_per_kg: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array(mg_per_kg)


def _decide(
    table: Table,
    levels_mg_per_kg: tuple[float, ...],
    findings: Findings,
    history: History,
    dose_due: Bools,
    required: tuple[str, ...],
) -> Decisions:
    """The decisions of a block of patients."""
    numbers = known(findings)
    fired, lacking = met(table.finding, numbers)
    fired &= table.any_day | dose_due
    was_open = np.ascontiguousarray(history.open.T)
    # A repeat is a measurement of a later day; the same day's value is the finding itself.
    later = findings.time_day > history.lvef_asked_day
    seen = fired & table.tracked
    must_lower = (seen > was_open) & table.lowers
    at_last = history.level >= len(levels_mg_per_kg) - 1
    # A reduction that has no lower level is a stop, at once.
    stop_reasons = (fired & table.stopping) | (must_lower & at_last)
    still_open, unjudged = seen, was_open
    if np.count_nonzero(was_open):
        well, ill = settled(table.recovery, numbers)
        still_open = (was_open & ~(well & (later | table.unrepeated))) | seen
        repeated = was_open & table.confirms & later
        stop_reasons |= repeated & ill
        # A repeat that cannot be judged without the baseline answers nothing: the episode stays open.
        unjudged = repeated & ~(well | ill)
    asked = np.array((stop_reasons, still_open, must_lower, fired, fired, unjudged))
    first = table.first(asked, table.of_each)
    stop_reason, hold_rule, lower_rule, give_rule = first[:4]
    stops, holds, lowers, _, asks, waits = first > _NONE
    stop_now = stops > history.stopped
    stopped = history.stopped | stop_now

    was_delayed, delays, considered = history.delayed.T, history.delays, np.zeros(was_open.shape, dtype=np.bool_)
    waiting = (dose_due & holds) > stopped
    if np.count_nonzero(waiting):
        # A due dose that an open episode holds is one delay of that rule, however long it waits.
        newly_delayed = (still_open & table.holding & waiting) > was_delayed
        counted = delays.T + newly_delayed
        considered = newly_delayed & table.counts & (counted >= table.after_delays)
        was_delayed, delays = was_delayed | newly_delayed, np.where(considered, np.int16(0), counted).T
        # The label only says "consider", so at the last level it never ends treatment.
        lower_rule = table.first(must_lower | (considered > at_last), table.strictest)
        lowers = lower_rule > _NONE
    due = history.reduction_due | lowers
    due_rule = np.where(history.reduction_due, history.reduction_rule, lower_rule)

    undecided, asked_day = history.lvef_undecided, history.lvef_asked_day
    measured_lvef = ~np.isnan(numbers[ROWS["lvef"]])
    if np.count_nonzero(measured_lvef | asks):
        unanswered = measured_lvef & waits
        undecided = np.where(measured_lvef, lacking | unanswered, undecided)
        asked_day = np.where((measured_lvef & later) > unanswered, np.nan, asked_day)
        asked_day = np.where(asks & np.isnan(asked_day), findings.time_day, asked_day)

    # Values without which the label cannot decide: the required labs at a dose, and the LVEF baseline.
    unmeasured = np.isnan(numbers[_rows(required)]) & dose_due
    needs = np.concatenate((unmeasured, undecided[None])) > stopped
    # Whether a reduction is due is the number of its action, 0 for give and 1 for reduce.
    action = np.where(_any(needs), _UNKNOWN, due.view(np.int8))
    action = np.where(stopped, _STOP, np.where(holds, _HOLD, action))
    stop_rule = np.where(stop_now, stop_reason, history.stop_rule)
    # The rule behind each action, by its number.
    rule = action.choose((give_rule, due_rule, _NONE, hold_rule, stop_rule))
    reducing = dose_due & (action == _REDUCE)
    given = dose_due & (action <= _REDUCE)
    level = history.level + reducing
    due = due > reducing
    after = History(
        level=level, stopped=stopped, stop_rule=stop_rule, open=still_open.T, reduction_due=due,
        reduction_rule=np.where(due, due_rule, _NONE), delays=delays, delayed=(was_delayed & still_open).T,
        lvef_asked_day=asked_day, lvef_undecided=undecided, last_day=findings.time_day.copy(),
    )
    if np.count_nonzero(history.stopped):
        # Who has stopped stays as he was: nothing more is decided about him.
        after = after.put(history.stopped, history.take(history.stopped))
    dose = np.where(given, _levels(levels_mg_per_kg)[level], np.nan)
    return Decisions(
        action=action, rule=rule, level=level, dose_mg_per_kg=dose, given=given, fired=fired.T,
        considered=considered.T, needs=needs.T, newly_stopped=stop_now, dose_due=dose_due, history=after,
        findings=findings, rule_ids=table.ids, need_names=(*required, "lvef_baseline"),
    )


def decide(
    rules: tuple[Rule, ...],
    levels_mg_per_kg: tuple[float, ...],
    findings: Findings,
    history: History,
    dose_due: Bools,
    required: tuple[str, ...],
) -> Decisions:
    """One decision a patient; see `Label.decide` for the meaning. All arrays have been checked."""
    table, count = table_of(rules), len(findings)
    if count <= _BLOCK:
        return _decide(table, levels_mg_per_kg, findings, history, dose_due, required)
    blocks = [slice(begin, begin + _BLOCK) for begin in range(0, count, _BLOCK)]
    parts = [
        _decide(table, levels_mg_per_kg, Findings(**_sliced(findings, block)), History(**_sliced(history, block)),
                dose_due[block], required)
        for block in blocks
    ]
    whole = _joined(parts)
    whole |= {"history": History(**_joined([part.history for part in parts])), "findings": findings}
    return Decisions(**whole, rule_ids=parts[0].rule_ids, need_names=parts[0].need_names)


def _sliced(whole: Findings | History, block: slice) -> dict[str, Any]:
    """The arrays of a block of patients by name, as views; None where there is no array."""
    arrays = {field.name: getattr(whole, field.name) for field in fields(whole)}
    return {name: None if array is None else array[block] for name, array in arrays.items()}


def _joined(parts: Sequence[History] | Sequence[Decisions]) -> dict[str, Any]:
    """The arrays of all blocks by name, one after the other."""
    names = [field.name for field in fields(parts[0]) if isinstance(getattr(parts[0], field.name), np.ndarray)]
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
