"""One visit: blood and heart measured, the label asked, the dose given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.regimen import apply
from tdm1.safety import Action, Decisions, Findings
from tdm1.trial.arms import TDM1Arm
from tdm1.trial.chunk import Chunk, Drug
from tdm1.trial.clinic import ANALYTES, findings

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Index = NDArray[np.int_]

#: What the label may be told of symptoms in patients on trastuzumab: heart and lung alone.
_OF_ANTIBODY = ("symptomatic_heart_failure", "heart_failure_grade", "pneumonitis")


def visit(chunk: Chunk, day: int) -> tuple[Array, Array]:
    """Blood, decision and dose of the day. Returns rates (N, 2) in mg/day, T-DM1 first, and lengths (N,) in day."""
    count, visits = chunk.people.count, chunk.trial.visits
    rate, length = np.zeros((count, 2)), np.zeros(count)
    _finish_planned(chunk, day)
    treated = chunk.on_study & (chunk.drug != Drug.NONE)
    due = treated & (day >= chunk.due_day)
    since = day - chunk.dose_day + 1
    seen_often = chunk.cycles_given <= visits.weekly_labs_cycles
    on_lab_day = np.any([since == lab_day for lab_day in visits.labs_on_cycle_days if lab_day > 1], axis=0)
    between = treated & ~due & seen_often & on_lab_day
    seen = due | between
    if not seen.any():
        return rate, length
    values = chunk.clinic.labs(day, chunk.seen, seen)
    chunk.course.lab_visits.append((day, seen, values))
    lvef = _heart_test(chunk, day, seen, chunk.seen["lvef"])
    _report(chunk, day, seen, values, lvef)
    event = _other_events(chunk, day, due)
    signs = chunk.symptoms.signs()
    baseline = chunk.people.covariates["lvef_pct"]
    found = findings(day, values, lvef, baseline, event, signs)
    on_t_dm1 = np.flatnonzero(seen & (chunk.drug == Drug.T_DM1))
    if on_t_dm1.size:
        _t_dm1(chunk, day, on_t_dm1, due[on_t_dm1], found.take(on_t_dm1), rate, length)
    on_antibody = np.flatnonzero(seen & (chunk.drug == Drug.TRASTUZUMAB) & (day >= chunk.due_day))
    if on_antibody.size:
        only = Findings.of(
            np.full(count, float(day)), lvef=lvef, lvef_baseline=baseline, other_event=event,
            **{name: signs[name] for name in _OF_ANTIBODY},
        )
        _trastuzumab(chunk, day, on_antibody, only.take(on_antibody), rate, length)
    return rate, length


def _report(chunk: Chunk, day: int, seen: Flags, values: dict[str, Array], lvef: Array) -> None:
    """Grades that may be written down as events: those worse than before treatment (CTCAE: an event is a worsening)."""
    if day == 0:
        chunk.grades_before = chunk.grades.of_visit(seen, values, chunk.people.covariates["lvef_pct"])
        return
    now = chunk.grades.of_visit(seen, values, lvef)
    emerged = np.where((now < 0) | (now > chunk.grades_before), now, np.int8(0))
    chunk.symptoms.report_labs(float(day), dict(zip(ANALYTES, emerged, strict=True)))


def _finish_planned(chunk: Chunk, day: int) -> None:
    """Who has had all planned doses goes on to what is planned next, when the next dose would be due."""
    due = day >= chunk.due_day
    done = due & (chunk.drug == Drug.T_DM1) & chunk.schedule.finished(chunk.course.ledger.given)
    if done.any():
        who = np.flatnonzero(done)
        chunk.leave_t_dm1(day, who, np.ones(len(who), bool), pause_day=0.0)
    over = due & (chunk.drug == Drug.TRASTUZUMAB) & chunk.antibody.finished(chunk.cycles_given)
    chunk.drug[over] = Drug.NONE


def _heart_test(chunk: Chunk, day: int, seen: Flags, true_pct: Array) -> Array:
    """Measured ejection fraction (%), NaN where nobody looked: every few months, or when a repeat is asked for."""
    interval = evidence.value("lvef.test_interval", "day")
    asked = np.isfinite(chunk.history.lvef_asked_day) | np.isfinite(chunk.antibody.history.lvef_asked_day)
    heart = seen & (((day - chunk.lvef_day >= interval) & (day > 0)) | asked)
    if not heart.any():
        return np.full(len(seen), np.nan)
    measured = np.where(heart, chunk.clinic.lvef(day, true_pct), np.nan)
    chunk.lvef_day = np.where(heart, day, chunk.lvef_day)
    chunk.course.heart_tests.append((day, heart, measured))
    return measured


def _other_events(chunk: Chunk, day: int, due: Flags) -> Array:
    """Other adverse events of the cycle just ended, asked about once, when its next dose was planned.

    Withdrawals happen then too.
    """
    first_asked = due & (day == chunk.planned_day)
    if not first_asked.any() or day == 0:
        return np.zeros(len(due))
    # Chances belong to the drug that the arm is about; who has switched has had her event.
    own = Drug.T_DM1 if isinstance(chunk.arm, TDM1Arm) else Drug.TRASTUZUMAB
    cycle = np.where(first_asked & (chunk.drug == own), chunk.cycles_given, 0).astype(float)
    leaves = chunk.clinic.withdraws(chunk.arm.other_events.withdrawal, cycle)
    chunk.course.withdrew |= leaves
    chunk.drug[leaves] = Drug.NONE
    return chunk.clinic.other_event(chunk.arm.other_events, cycle)


def _decide(chunk: Chunk, day: int, found: Findings, who: Index, due: Flags) -> Decisions:
    """What the label asks for in patients on T-DM1; their history moves on."""
    before = chunk.history.take(who)
    decisions = chunk.label.decide(found, before, dose_due=due)
    chunk.history = chunk.history.put(who, decisions.history)
    unknown = decisions.action == Action.UNKNOWN
    if unknown.any():
        count = int(unknown.sum())
        raise RuntimeError(f"day {day}: the clinic did not measure what the label needs for {count} people")
    chunk.course.reduced[who] |= decisions.history.level > before.level
    stopped = decisions.newly_stopped
    rules = np.array([*chunk.label.rule_ids, "label"])
    chunk.course.stop_reason[who[stopped]] = rules[decisions.rule[stopped]]
    chunk.course.stop_day[who[stopped]] = day
    may_follow = chunk.antibody.may_follow[decisions.rule[stopped]]
    chunk.leave_t_dm1(day, who[stopped], may_follow, pause_day=chunk.trial.visits.recheck_every)
    return decisions


def _t_dm1(
    chunk: Chunk, day: int, who: Index, due: Flags, found: Findings, rate: Array, length: Array
) -> None:
    """The label's decision and the dose of T-DM1 of patients seen today."""
    decisions = _decide(chunk, day, found, who, due)
    given = decisions.given & (chunk.drug[who] == Drug.T_DM1)
    dosed = who[given]
    _close_cycles(chunk, dosed)
    _note_delays(chunk, day, who[due & ~given & ~decisions.history.stopped], dosed)
    chunk.course.ledger, infusions = apply(
        chunk.course.ledger,
        chunk.schedule,
        patient=who,
        time_day=float(day),
        action=decisions.action,
        rule=decisions.rule,
        level=decisions.level,
        given=given,
        weight_kg=chunk.people.covariates["weight_kg"][who],
        tolerated=np.asarray(found.infusion_reaction_grade) < 1.0,
    )
    rate[who, 0], length[who] = infusions.rate_mg_per_day, infusions.length_day
    chunk.t_dm1_mg[who] += infusions.dose_mg


def _note_delays(chunk: Chunk, day: int, held: Index, dosed: Index) -> None:
    """Delays of this visit; a dose held for too long ends the drug. What ended the drug before stays the reason."""
    late = dosed[day > chunk.planned_day[dosed]]
    counted = ~chunk.course.switched
    chunk.course.delayed[held] |= counted[held]
    chunk.course.delayed[late] |= counted[late]
    chunk.due_day[held] = day + chunk.trial.visits.recheck_every
    over = held[(day - chunk.planned_day[held] >= chunk.arm.longest_delay) & ~chunk.course.withdrew[held]]
    first = over[chunk.course.stop_reason[over] == ""]
    chunk.course.stop_reason[first] = "longest delay"
    chunk.course.stop_day[first] = day
    on_t_dm1 = chunk.drug[over] == Drug.T_DM1
    may_follow = np.ones(int(on_t_dm1.sum()), bool)
    chunk.leave_t_dm1(day, over[on_t_dm1], may_follow, pause_day=chunk.trial.visits.recheck_every)
    chunk.drug[over[~on_t_dm1]] = Drug.NONE
    chunk.due_day[dosed] = chunk.planned_day[dosed] = day + chunk.arm.every
    chunk.dose_day[dosed] = day


def _close_cycles(chunk: Chunk, dosed: Index) -> None:
    """Exposure of the cycle of T-DM1 that ends with this dose."""
    given = chunk.course.ledger.given
    again = dosed[given[dosed] > 0]
    area = chunk.people.individuals.model.states.index("conjugate_auc")
    if again.size:
        auc = chunk.states[again, area]
        trough = chunk.seen["conjugate"][again]
        chunk.course.exposure.append((again, given[again], auc - chunk.auc_start[again], chunk.cmax[again], trough))
    chunk.auc_start[dosed] = chunk.states[dosed, area]


def _trastuzumab(chunk: Chunk, day: int, who: Index, found: Findings, rate: Array, length: Array) -> None:
    """Trastuzumab of patients who are due: the label's rules for heart and lung hold for it too."""
    antibody = chunk.antibody
    before = antibody.history.take(who)
    decisions = chunk.label.decide(found, before, dose_due=True, required=())
    antibody.history = antibody.history.put(who, decisions.history)
    stopped = who[decisions.newly_stopped]
    chunk.drug[stopped] = Drug.NONE
    first = stopped[chunk.course.stop_reason[stopped] == ""]
    rules = np.array([*chunk.label.rule_ids, "label"])
    of_first = decisions.rule[np.isin(who, first)]
    chunk.course.stop_reason[first], chunk.course.stop_day[first] = rules[of_first], day
    given = decisions.given & (chunk.drug[who] == Drug.TRASTUZUMAB)
    dosed = who[given]
    # The next day is set below: it goes by the interval of trastuzumab.
    _note_delays(chunk, day, who[~given & (chunk.drug[who] == Drug.TRASTUZUMAB)], np.empty(0, int))
    if dosed.size == 0:
        return
    assert antibody.plan is not None
    dose = antibody.dose_mg(chunk.people.covariates["weight_kg"][dosed], day - chunk.dose_day[dosed])
    minutes = antibody.infusion_day(antibody.given[dosed])
    rate[dosed, 1], length[dosed] = dose / minutes, minutes
    antibody.given[dosed] += 1
    chunk.course.trastuzumab_doses.append((day, dosed, dose))
    late = (day > chunk.planned_day[dosed]) & ~chunk.course.switched[dosed]
    chunk.course.delayed[dosed[late]] = True
    chunk.due_day[dosed] = chunk.planned_day[dosed] = day + antibody.plan.every
    chunk.dose_day[dosed] = day
