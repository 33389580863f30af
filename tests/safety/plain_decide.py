"""The decision as a plain loop over rules and their conditions: the oracle of the one that is made of arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tdm1.safety import LABS, Action, Condition, Decisions, Findings, History, Rule

All = tuple[Condition, ...]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int16]

#: Differences of printed percentages carry rounding noise near 1e-14; a bound of 10 points must not feel it.
_POINTS_DECIMALS = 6


def column_of(condition: Condition) -> str:
    """The column of `Findings` that a condition looks at."""
    return LABS[condition.lab].column if condition.lab in LABS else condition.lab


def _value(condition: Condition, findings: Findings) -> Floats | None:
    """The number the condition bounds, NaN where it cannot be known."""
    found = findings.column(column_of(condition))
    if found is None or condition.basis != "points_below_baseline":
        return found
    baseline = findings.lvef_baseline
    if baseline is None:
        return np.full(len(findings), np.nan)
    return np.round(baseline - found, _POINTS_DECIMALS)


def holds_plainly(condition: Condition, findings: Findings) -> Bools:
    """(N,) True where the condition is measured and met."""
    value = _value(condition, findings)
    if value is None:
        return np.zeros(len(findings), dtype=np.bool_)
    if condition.basis == "sign":
        return value == 1.0
    if condition.basis == "event":
        return value == float(condition.event or 0)
    met = ~np.isnan(value)
    if condition.lower is not None:
        met &= value >= condition.lower if condition.lower_closed else value > condition.lower
    if condition.upper is not None:
        met &= value <= condition.upper if condition.upper_closed else value < condition.upper
    return met


def lacks_baseline(condition: Condition, findings: Findings) -> Bools:
    """(N,) True where the ejection fraction is measured but the drop cannot be known without its baseline."""
    none = np.zeros(len(findings), dtype=np.bool_)
    if condition.basis != "points_below_baseline" or findings.lvef is None:
        return none
    measured = ~np.isnan(findings.lvef)
    return measured if findings.lvef_baseline is None else measured & np.isnan(findings.lvef_baseline)


def all_hold_plainly(conditions: All, findings: Findings) -> tuple[Bools, Bools]:
    """((N,) all met, (N,) only the LVEF baseline is lacking to judge it)."""
    met = np.ones(len(findings), dtype=np.bool_)
    rest_met = met.copy()
    lacking = np.zeros(len(findings), dtype=np.bool_)
    for condition in conditions:
        now, lacks = holds_plainly(condition, findings), lacks_baseline(condition, findings)
        met &= now
        rest_met &= now | lacks
        lacking |= lacks
    return met, rest_met & lacking


def fired(rules: Sequence[Rule], findings: Findings, dose_due: Bools) -> tuple[Bools, Bools]:
    """((N, R) rules whose finding is there now, (N,) an ejection fraction cannot be judged without its baseline)."""
    met = np.zeros((len(findings), len(rules)), dtype=np.bool_)
    lacking = np.zeros(len(findings), dtype=np.bool_)
    for index, rule in enumerate(rules):
        for conditions in rule.when:
            if any(findings.column(column_of(condition)) is None for condition in conditions):
                continue
            now, lacks = all_hold_plainly(conditions, findings)
            met[:, index] |= now
            lacking |= lacks
        if rule.dose_day_only:
            met[:, index] &= dose_due
    return met, lacking


def _fails(conditions: All, findings: Findings) -> Bools:
    """(N,) True where a condition is measured and not met, whatever the others are."""
    fails = np.zeros(len(findings), dtype=np.bool_)
    for condition in conditions:
        value = _value(condition, findings)
        if value is not None:
            fails |= ~np.isnan(value) & ~holds_plainly(condition, findings)
    return fails


def recovered(rules: Sequence[Rule], findings: Findings) -> tuple[Bools, Bools]:
    """((N, R) what the rule wants recovered is measured and has recovered, (N, R) measured and has not).

    Where too little is measured both are False: nothing is known, nothing changes. A rule that only asks for
    a repeat counts as recovered by the repeat itself.
    """
    yes = np.zeros((len(findings), len(rules)), dtype=np.bool_)
    no = yes.copy()
    for index, rule in enumerate(rules):
        if rule.until:
            yes[:, index] = np.any([all_hold_plainly(part, findings)[0] for part in rule.until], axis=0)
            no[:, index] = np.all([_fails(part, findings) for part in rule.until], axis=0)
        elif rule.repeat_within_day is not None and findings.lvef is not None:
            yes[:, index] = ~np.isnan(findings.lvef)
    return yes, no


def _flags(rules: Sequence[Rule], *, action: str) -> Bools:
    return np.array([rule.action == action for rule in rules], dtype=np.bool_)


def _strictest(rules: Sequence[Rule], among: Bools) -> Integers:
    """(N,) index of the strictest rule set in `among`; the earlier row on a tie; -1 for none."""
    order = np.array(sorted(range(len(rules)), key=lambda index: (-rules[index].strictness, index)))
    ordered = among[:, order]
    chosen = order[np.argmax(ordered, axis=1)].astype(np.int16)
    return np.where(ordered.any(axis=1), chosen, np.int16(-1)).astype(np.int16)


def decide_plainly(
    rules: Sequence[Rule],
    levels_mg_per_kg: tuple[float, ...],
    findings: Findings,
    history: History,
    dose_due: Bools,
    required: tuple[str, ...],
) -> Decisions:
    """One decision a patient; see `Label.decide` for the meaning. All arrays have been checked."""
    lowers = np.array([rule.lowers for rule in rules], dtype=np.bool_)
    holding, stopping = _flags(rules, action="hold"), _flags(rules, action="stop")
    repeats = np.array([rule.repeat_within_day is not None for rule in rules], dtype=np.bool_)
    confirms = np.array([rule.stop_if_not_recovered for rule in rules], dtype=np.bool_)
    tracked = holding | _flags(rules, action="reduce") | repeats
    live = ~history.stopped

    met, lacking = fired(rules, findings, dose_due)
    well, ill = recovered(rules, findings)
    # A repeat is a measurement of a later day; the same day's value is the finding itself.
    later = findings.time_day > history.lvef_asked_day
    well &= ~repeats | later[:, None]
    confirmed = history.open & confirms & ill & later[:, None]

    opened = met & tracked & ~history.open
    still_open = (history.open & ~well) | (met & tracked)
    must_lower = opened & lowers
    at_last = history.level >= len(levels_mg_per_kg) - 1
    # A reduction that has no lower level is a stop, at once.
    stop_reasons = (met & stopping) | confirmed | (must_lower & at_last[:, None])
    stop_now = live & stop_reasons.any(axis=1)
    hold_rule = _strictest(rules, still_open & holding)

    # A due dose that an open episode holds is one delay of that rule, however long it waits.
    waiting = (live & ~stop_now & dose_due)[:, None]
    newly_delayed = still_open & holding & waiting & ~history.delayed
    delays = (history.delays + newly_delayed).astype(np.int16)
    after_delays = np.array([rule.lower_after_delays or 0 for rule in rules], dtype=np.int16)
    considered = newly_delayed & (after_delays > 0) & (delays >= after_delays)
    # The label only says "consider", so at the last level it never ends treatment.
    lowering = must_lower | (considered & ~at_last[:, None])
    due = history.reduction_due | lowering.any(axis=1)
    due_rule = np.where(history.reduction_due, history.reduction_rule, _strictest(rules, lowering)).astype(np.int16)

    measured_lvef = np.zeros(len(findings), dtype=np.bool_) if findings.lvef is None else ~np.isnan(findings.lvef)
    # A repeat that cannot be judged without the baseline answers nothing: the episode stays open.
    unanswered = measured_lvef & later & (history.open & confirms & ~well & ~ill).any(axis=1)
    undecided = np.where(measured_lvef, lacking | unanswered, history.lvef_undecided)
    stopped = history.stopped | stop_now
    needs = _needs(findings, dose_due, required, undecided) & ~stopped[:, None]
    action = np.select(
        [stopped, hold_rule >= 0, needs.any(axis=1), due],
        [np.int8(Action.STOP), np.int8(Action.HOLD), np.int8(Action.UNKNOWN), np.int8(Action.REDUCE)],
        default=np.int8(Action.GIVE),
    ).astype(np.int8)
    stop_rule = np.where(stop_now, _first(stop_reasons), history.stop_rule).astype(np.int16)
    reducing = dose_due & (action == Action.REDUCE)
    given = reducing | (dose_due & (action == Action.GIVE))
    level = (history.level + reducing).astype(np.int8)
    give_rule = _first(met & _flags(rules, action="give"))
    rule = np.select(
        [action == Action.STOP, action == Action.HOLD, action == Action.REDUCE, action == Action.GIVE],
        [stop_rule, hold_rule, due_rule, give_rule], default=np.int16(-1),
    ).astype(np.int16)
    asks = (met & repeats).any(axis=1)
    answered = measured_lvef & later & ~unanswered
    asked_day = np.where(answered, np.nan, history.lvef_asked_day)
    asked_day = np.where(asks & np.isnan(asked_day), findings.time_day, asked_day)
    due &= ~reducing
    after = History(
        level=level, stopped=stopped, stop_rule=stop_rule, open=still_open, reduction_due=due,
        reduction_rule=np.where(due, due_rule, np.int16(-1)).astype(np.int16),
        delays=np.where(considered, np.int16(0), delays), delayed=(history.delayed | newly_delayed) & still_open,
        lvef_asked_day=asked_day, lvef_undecided=undecided, last_day=findings.time_day.copy(),
    )
    if history.stopped.any():
        # Who has stopped stays as he was: nothing more is decided about him.
        after = after.put(history.stopped, history.take(history.stopped))
    levels = np.asarray(levels_mg_per_kg)
    return Decisions(
        action=action, rule=rule, level=level, dose_mg_per_kg=np.where(given, levels[level], np.nan), given=given,
        fired=met, considered=considered, needs=needs, newly_stopped=stop_now, dose_due=dose_due, history=after,
        findings=findings, rule_ids=tuple(one.id for one in rules), need_names=(*required, "lvef_baseline"),
    )


def _first(among: Bools) -> Integers:
    """(N,) index of the first rule of the table in `among`, -1 for none."""
    return np.where(among.any(axis=1), np.argmax(among, axis=1), -1).astype(np.int16)


def _needs(findings: Findings, dose_due: Bools, required: tuple[str, ...], undecided: Bools) -> Bools:
    """(N, K) values without which the label cannot decide: the required labs at a dose, then the LVEF baseline."""
    missing: list[Bools] = []
    for name in required:
        column = findings.column(LABS[name].column)
        missing.append(dose_due if column is None else dose_due & np.isnan(column))
    return np.stack([*missing, undecided], axis=1)
