"""Properties of the decision, for any findings and any history."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import safety
from tdm1.safety import Action, Findings, History

LABEL = safety.label.load("metastatic", "US")
EARLY = safety.label.load("early", "US")

RANGES = {
    "platelets": (0, 400), "alt_x_uln": (0, 25), "ast_x_uln": (0, 25), "bilirubin_x_uln": (0, 12), "lvef": (20, 75),
    "lvef_baseline": (45, 75),
}
values = {name: st.one_of(st.none(), st.floats(low, high)) for name, (low, high) in RANGES.items()}
values |= {name: st.sampled_from([None, 0, 0, 0, 1]) for name in safety.SIGNS}
GRADES = [lab.name for lab in safety.LABS.values() if lab.whole]
values |= {name: st.sampled_from([None, 0, 0, 1, 2, 3, 4]) for name in GRADES}
values["other_event"] = st.sampled_from([None, 0, 0, 1, 2, 3, 4])
labels = st.sampled_from([LABEL, EARLY])
visits = st.lists(st.tuples(st.sampled_from([0, 3, 7, 21]), st.booleans(), st.fixed_dictionaries(values)), min_size=1,
                  max_size=8)


def _live(label: safety.Label, history: list) -> list[safety.Decisions]:
    state, day, lived = label.start(1), 0.0, []
    for later, due, seen in history:
        day += later
        decided = label.decide(Findings.of(day, **seen), state, dose_due=due)
        state = decided.history
        lived.append(decided)
    return lived


@given(labels, visits)
def test_level_never_goes_up_and_falls_by_one_at_a_dose(label, history):
    before = 0
    for decided in _live(label, history):
        level = int(decided.level[0])
        assert level in (before, before + 1)
        assert level == before or (decided.action[0] == Action.REDUCE and decided.given[0])
        before = level


@given(labels, visits)
def test_stop_is_for_good(label, history):
    stopped = ""
    for decided in _live(label, history):
        if stopped:
            assert decided.action[0] == Action.STOP and decided.rule_id(0) == stopped and not decided.newly_stopped[0]
        if decided.action[0] == Action.STOP:
            stopped = decided.rule_id(0)
            assert stopped


@given(labels, visits)
def test_a_dose_is_given_only_when_due_complete_and_recovered(label, history):
    for decided in _live(label, history):
        given_now, due = bool(decided.given[0]), bool(decided.dose_due[0])
        assert given_now == (due and decided.action[0] in (Action.GIVE, Action.REDUCE))
        assert np.isnan(decided.dose_mg_per_kg[0]) == (not given_now)
        if given_now:
            assert not decided.needs.any()
            holds = [rule.action == "hold" for rule in label.rules]
            assert not (decided.history.open[0] & holds).any()
            assert decided.dose_mg_per_kg[0] == label.levels_mg_per_kg[int(decided.level[0])]


@given(labels, visits)
def test_strictest_rule_that_is_seen_wins(label, history):
    for decided in _live(label, history):
        seen = [label.rules[index] for index in np.flatnonzero(decided.fired[0])]
        if any(rule.action == "stop" for rule in seen):
            assert decided.action[0] == Action.STOP
        elif any(rule.action == "hold" for rule in seen):
            assert decided.action[0] >= Action.HOLD


@given(labels, visits, st.integers(0, 40))
def test_a_visit_without_measurements_changes_nothing(label, history, later):
    state = _live(label, history)[-1].history
    empty = label.decide(Findings.of(state.last_day[0] + later), state, dose_due=False)
    for name in History.__slots__:
        if name != "last_day":
            np.testing.assert_array_equal(getattr(empty.history, name), getattr(state, name), err_msg=name)
    with_dose = label.decide(Findings.of(state.last_day[0] + later), state, dose_due=True)
    assert with_dose.action[0] in (Action.UNKNOWN, Action.HOLD, Action.STOP)


@given(labels, visits)
def test_the_same_values_twice_on_one_day_change_nothing(label, history):
    *_, last = _live(label, history)
    again = label.decide(last.findings, last.history, dose_due=False)
    for name in ("open", "stopped", "level", "reduction_due", "lvef_undecided"):
        np.testing.assert_array_equal(getattr(again.history, name), getattr(last.history, name), err_msg=name)


WORSE = {"platelets": -1, "alt_x_uln": 1, "ast_x_uln": 1, "bilirubin_x_uln": 1, "lvef": -1, "lvef_baseline": 1,
         **dict.fromkeys(GRADES, 1), **dict.fromkeys(safety.SIGNS, 1)}
complete = st.fixed_dictionaries({
    **{name: st.floats(*RANGES[name]) for name in RANGES}, **{name: st.sampled_from([0, 1]) for name in safety.SIGNS},
    **{name: st.integers(0, 4) for name in GRADES}, "other_event": st.integers(0, 4),
})


@given(labels, complete, st.sampled_from(sorted(WORSE)), st.floats(0, 1))
def test_a_worse_finding_is_never_answered_milder(label, seen, name, share):
    low, high = RANGES.get(name, (0, 4 if name in GRADES else 1))
    end = high if WORSE[name] > 0 else low
    worse = seen[name] + share * (end - seen[name])
    if name not in RANGES:
        worse = max(seen[name], round(worse))
    both = {key: [value, worse if key == name else value] for key, value in seen.items()}
    decided = label.decide(Findings.of(0, **both), label.start(2), dose_due=True)
    stop, hold = decided.action == Action.STOP, decided.action >= Action.HOLD
    lower = stop | decided.history.reduction_due | (decided.action == Action.REDUCE)
    for demand in (stop, hold, lower):
        assert not (demand[0] and not demand[1])


@given(st.lists(complete, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_a_patient_is_decided_alone_whatever_the_company(people, order):
    columns = {name: [person[name] for person in people] for name in people[0]}
    together = LABEL.decide(Findings.of(0, **columns), LABEL.start(len(people)), dose_due=True)
    shuffled = order.sample(range(len(people)), len(people))
    some, start = Findings.of(0, **columns).take(shuffled), LABEL.start(len(people)).take(shuffled)
    part = LABEL.decide(some, start, dose_due=True)
    np.testing.assert_array_equal(part.action, together.action[shuffled])
    np.testing.assert_array_equal(part.rule, together.rule[shuffled])
    back = LABEL.start(len(people)).put(shuffled, part.history)
    np.testing.assert_array_equal(back.open, together.history.open)


@pytest.mark.parametrize(("column", "value", "told"), [
    ("platelets", -1.0, "patient 1: platelets is -1; it cannot be negative"),
    ("platelets", 150_000.0, "patient 1: platelets is 150000; more than 5000 is not taken as real; give it in 10*9/L"),
    ("alt_x_uln", np.inf, "patient 1: alt_x_uln is inf; give a finite number"),
    ("lvef", 101.0, "patient 1: lvef is 101; more than 100 is not taken as real"),
    ("lvef_baseline", 620.0, "patient 1: lvef_baseline is 620"),
    ("neuropathy_grade", 2.5, "patient 1: neuropathy_grade is 2.5; give a whole number from 0 to 5"),
    ("neuropathy_grade", 6.0, "give a whole number from 0 to 5"),
    ("pneumonitis", 2.0, "give a whole number from 0 to 1"),
    ("other_event", 5.0, "give a whole number from 0 to 4"),
])
def test_an_impossible_finding_is_refused_with_patient_and_mend(column, value, told):
    with pytest.raises(safety.FindingError, match=re.escape(told)):
        Findings.of([0.0, 0.0], **{column: [np.nan, value]})


def test_findings_that_do_not_fit_are_refused():
    with pytest.raises(safety.FindingError, match="no finding 'platlets'; did you mean 'platelets'"):
        Findings.of(0, platlets=100)
    with pytest.raises(safety.FindingError, match="has shape"):
        Findings.of([0.0, 0.0], platelets=[1.0, 2.0, 3.0])
    with pytest.raises(safety.FindingError, match="a visit needs its day"):
        Findings.of(np.nan, platelets=100)
    with pytest.raises(safety.FindingError, match="findings of 2 patients, but the history of 1"):
        LABEL.decide(Findings.of([0.0, 0.0]), LABEL.start(1), dose_due=True)
    with pytest.raises(safety.FindingError, match="under another label"):
        LABEL.decide(Findings.of(0), History.start(1, 3), dose_due=True)
    with pytest.raises(safety.FindingError, match="'plateletes' is not a lab that a dose can require; did you mean"):
        LABEL.decide(Findings.of(0), LABEL.start(1), dose_due=True, required=("plateletes",))
    late = LABEL.decide(Findings.of(21), LABEL.start(1), dose_due=False).history
    with pytest.raises(safety.FindingError, match="patient 0: a visit on day 8 after one on day 21"):
        LABEL.decide(Findings.of(8), late, dose_due=False)
    with pytest.raises(safety.FindingError, match="no patient 1"):
        safety.explain(LABEL, LABEL.decide(Findings.of(0), LABEL.start(1), dose_due=True), 1)


def test_without_any_baseline_no_lvef_row_is_taken_as_met():
    decided = LABEL.decide(Findings.of(84, lvef=43), LABEL.start(1), dose_due=False)
    assert decided.action[0] == Action.UNKNOWN and not decided.fired.any() and not decided.history.open.any()
    assert np.isnan(decided.history.lvef_asked_day[0])


def test_a_repeat_that_is_asked_for_stays_open_until_it_is_done():
    place = LABEL.rule_ids.index("M14")
    asked = LABEL.decide(Findings.of(84, lvef=44, lvef_baseline=50), LABEL.start(1), dose_due=False).history
    waiting = LABEL.decide(Findings.of(90, platelets=200), asked, dose_due=False).history
    done = LABEL.decide(Findings.of(100, lvef=50, lvef_baseline=50), waiting, dose_due=False).history
    assert [state.open[0, place] for state in (asked, waiting, done)] == [True, True, False]
    np.testing.assert_array_equal(LABEL.lvef_repeat_due_day(waiting), [105])
    assert np.isnan(LABEL.lvef_repeat_due_day(done)).all()


def test_the_first_row_of_a_table_can_hold():
    label = replace(LABEL, rules=(LABEL.rule("M9"),))
    decided = label.decide(Findings.of(8, platelets=40), label.start(1), dose_due=False)
    assert decided.action[0] == Action.HOLD and decided.rule_id(0) == "M9"


def test_a_dose_day_rule_acts_on_dose_days_only():
    rules = tuple(replace(rule, dose_day_only=True) if rule.id == "M9" else rule for rule in LABEL.rules)
    label = replace(LABEL, rules=rules)
    decided = label.decide(Findings.of([8.0, 8.0], platelets=40), label.start(2), dose_due=[False, True])
    assert decided.action.tolist() == [Action.GIVE, Action.HOLD]


def _platelets(state: History, day: float, platelets: float, *, due: bool = True) -> safety.Decisions:
    fine = {"alt_x_uln": 1, "ast_x_uln": 1, "bilirubin_x_uln": 0.5}
    return EARLY.decide(Findings.of(day, platelets=platelets, **fine), state, dose_due=due)


def test_a_delay_is_an_episode_that_held_a_due_dose():
    place = EARLY.rule_ids.index("E10")
    first = _platelets(EARLY.start(1), 21, 60)
    # The same dose still waiting is the same delay; a visit between doses is none.
    same = _platelets(_platelets(first.history, 24, 60, due=False).history, 28, 60)
    assert [int(one.history.delays[0, place]) for one in (first, same)] == [1, 1]
    second = _platelets(_platelets(same.history, 35, 90).history, 56, 60)
    assert second.considered[0, place] and second.history.reduction_due[0]
    assert EARLY.rule_ids[int(second.history.reduction_rule[0])] == "E10"
    assert second.history.delays[0, place] == 0
    again = _platelets(second.history, 63, 60)
    assert not again.considered.any() and again.history.delays[0, place] == 0


def test_other_holds_are_counted_for_themselves_and_never_lower_by_their_number():
    state, place = EARLY.start(1), EARLY.rule_ids.index("E3")
    for cycle in range(4):
        for day, ast in ((21, 4.0), (28, 1.0)):
            seen = Findings.of(cycle * 28 + day, platelets=200, alt_x_uln=1, ast_x_uln=ast, bilirubin_x_uln=0.5)
            decided = EARLY.decide(seen, state, dose_due=True)
            state = decided.history
    assert state.delays[0, place] == 4 and decided.level[0] == 0 and not decided.considered.any()


def test_a_grade_four_count_waiting_for_recovery_lowers_once_even_as_the_second_delay():
    state = _platelets(_platelets(EARLY.start(1), 21, 60).history, 28, 90).history
    state = _platelets(_platelets(state, 49, 20).history, 56, 60).history
    decided = _platelets(state, 63, 90)
    assert decided.action[0] == Action.REDUCE and decided.level[0] == 1
    assert decided.rule_id(0) == "E11" and not decided.history.reduction_due[0]
    assert decided.history.reduction_rule[0] == -1 and EARLY.start(1).reduction_rule[0] == -1


def test_a_reduction_that_is_only_considered_never_stops_but_one_that_is_asked_for_does():
    state = replace(EARLY.start(1), level=np.array([2], dtype=np.int8))
    delayed = _platelets(_platelets(_platelets(state, 21, 60).history, 28, 90).history, 49, 60)
    assert delayed.action[0] == Action.HOLD and delayed.considered.any() and not delayed.history.reduction_due[0]
    assert _platelets(delayed.history, 56, 90).action[0] == Action.GIVE
    assert _platelets(state, 21, 20).action[0] == Action.STOP


def test_nothing_is_counted_after_a_stop():
    stopped = EARLY.decide(Findings.of(21, pneumonitis=1, platelets=60), EARLY.start(1), dose_due=True)
    assert stopped.action[0] == Action.STOP and not stopped.history.delays.any() and not stopped.considered.any()
    later = _platelets(stopped.history, 42, 60)
    assert not later.history.delays.any() and not later.considered.any()


def test_a_dose_day_row_of_the_early_label_waits_for_the_day():
    column = {"E1": ("alt_x_uln", 5.0), "E3": ("ast_x_uln", 4.0), "E4": ("ast_x_uln", 9.0),
              "E6": ("bilirubin_x_uln", 1.5), "E10": ("platelets", 60.0)}
    assert {rule.id for rule in EARLY.rules if rule.dose_day_only} == set(column)
    assert not [rule.id for rule in LABEL.rules if rule.dose_day_only]
    for name, (lab, value) in column.items():
        decided = EARLY.decide(Findings.of([8.0, 8.0], **{lab: value}), EARLY.start(2), dose_due=[False, True])
        assert decided.action.tolist() == [Action.GIVE, Action.HOLD] and decided.rule_id(1) == name
        assert decided.fired.any(axis=1).tolist() == [False, True]
        assert "on the day of a planned dose" in safety.rule_in_words(EARLY.rule(name))


def test_who_has_stopped_stays_as_she_was_beside_others_who_go_on():
    findings = Findings.of([21.0, 21.0], pneumonitis=[1.0, 0.0], platelets=[24.0, 200.0])
    before = EARLY.decide(findings, EARLY.start(2), dose_due=True).history
    labs = {"platelets": 60, "alt_x_uln": 4, "ast_x_uln": 4, "bilirubin_x_uln": 0.5, "lvef": 44}
    seen = Findings.of([42.0, 42.0], **labs, other_event=2)
    decided = EARLY.decide(seen, before, dose_due=True)
    assert decided.action.tolist() == [Action.STOP, Action.HOLD]
    for name in History.__slots__:
        np.testing.assert_array_equal(getattr(decided.history, name)[0], getattr(before, name)[0], err_msg=name)
    assert decided.history.open[1].any() and decided.history.last_day[1] == 42


def test_a_missing_lab_is_named_only_when_the_label_still_has_to_decide():
    incomplete = Findings.of([21.0, 21.0, 21.0], platelets=[200.0, 200.0, 200.0], pneumonitis=[0.0, 1.0, 0.0])
    decided = EARLY.decide(incomplete, EARLY.start(3), dose_due=[True, True, False])
    assert decided.needs.any(axis=1).tolist() == [True, False, False]
    assert decided.needs[0].tolist() == [False, True, True, True, False]


def test_a_row_may_lower_after_its_first_delay():
    rules = tuple(replace(rule, lower_after_delays=1) if rule.id == "E10" else rule for rule in EARLY.rules)
    label = replace(EARLY, rules=rules)
    held = label.decide(Findings.of(21, platelets=60), label.start(1), dose_due=True)
    assert held.considered.any() and held.history.reduction_due[0]
