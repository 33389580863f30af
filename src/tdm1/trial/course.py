"""The course of the patients of one chunk, visit after visit: it reads like the protocol.

    measure -> decide -> give -> advance -> scan

All patients of the chunk are simulated whatever number is asked for, and those who left are taken out
of the engine's blocks by one fixed rule, so that results are the same for any number of patients.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tdm1 import engine, evidence
from tdm1.mechanism.tumour import lesion_diameter_mm
from tdm1.population.individual import initial_states
from tdm1.regimen import Ledger, Schedule, apply
from tdm1.safety import ACTION_NAMES, Action, Decisions, Label, rule_in_words
from tdm1.trial.clinic import Clinic, findings
from tdm1.trial.definition import TDM1Arm, TrialFile
from tdm1.trial.people import People
from tdm1.trial.recist import progression
from tdm1.trial.survival import death_day

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MINUTE_PER_DAY = 24 * 60


@dataclass
class Course:
    """What happened to the N patients of a chunk. Times are days; NaN or infinity where nothing happened."""

    ledger: Ledger
    lab_visits: list[tuple[int, Flags, dict[str, Array]]] = field(default_factory=list)
    scans: list[tuple[int, Array]] = field(default_factory=list)
    exposure: list[tuple[NDArray[np.int_], NDArray[np.int_], Array, Array, Array]] = field(default_factory=list)
    progression_day: Array = field(default_factory=lambda: np.empty(0))
    death_day: Array = field(default_factory=lambda: np.empty(0))
    last_scan_day: Array = field(default_factory=lambda: np.empty(0))
    delayed: Flags = field(default_factory=lambda: np.empty(0, bool))
    reduced: Flags = field(default_factory=lambda: np.empty(0, bool))
    stop_reason: NDArray[np.str_] = field(default_factory=lambda: np.empty(0, str))
    stop_day: Array = field(default_factory=lambda: np.empty(0))
    status: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))


class _Chunk:
    """State of a chunk while its course runs."""

    def __init__(self, trial: TrialFile, arm: TDM1Arm, people: People, label: Label, seed: int) -> None:
        n = people.count
        self.trial, self.arm, self.people, self.seed = trial, arm, people, seed
        self.clinic = Clinic(seed, people)
        # The label's own steps down hold for any start: those below it are what is left of them.
        labels = [level for level in label.levels_mg_per_kg if level < arm.dose]
        levels = (arm.dose, *(labels if arm.lower_doses is None else arm.lower_doses))
        self.label = label.with_levels(levels)
        self.schedule = Schedule(
            levels_mg_per_kg=levels,
            interval_day=arm.every,
            first_infusion_minute=arm.first_infusion * _MINUTE_PER_DAY,
            later_infusion_minute=arm.later_infusion * _MINUTE_PER_DAY,
            max_cycles=arm.cycles if isinstance(arm.cycles, int) else None,
            recheck_day=trial.visits.recheck_every,
        )
        self.kernel = engine.compile(people.individuals.model)
        self.states = initial_states(people.individuals)
        self.history = self.label.start(n)
        self.on_study = np.ones(n, bool)
        self.ended = np.zeros(n, bool)
        self.due_day = np.zeros(n)
        self.planned_day = np.zeros(n)
        self.dose_day = np.full(n, -np.inf)
        self.lvef_day = np.zeros(n)
        self.nadir_mm = people.covariates["sum_of_diameters_mm"].copy()
        self.auc_start, self.cmax = np.zeros(n), np.zeros(n)
        self.course = Course(
            ledger=Ledger.empty(
                n,
                levels_mg_per_kg=levels,
                rule_ids=self.label.rule_ids,
                action_names=ACTION_NAMES,
                findings=tuple(rule_in_words(rule) for rule in self.label.rules),
            ),
            progression_day=np.full(n, np.inf),
            death_day=np.full(n, np.inf),
            last_scan_day=np.zeros(n),
            delayed=np.zeros(n, bool),
            reduced=np.zeros(n, bool),
            stop_reason=np.full(n, "", dtype="U32"),
            stop_day=np.full(n, np.inf),
            status=np.zeros(n, np.int8),
        )
        outputs = people.individuals.model.outputs
        self._column = {name: outputs.index(name) for name in ("conjugate", "lesion_volume", "platelets", "alt", "ast")}
        self._auc = people.individuals.model.states.index("conjugate_auc")

    def observe(self, states: Array, name: str) -> Array:
        """One output of the model for all patients, shape (N,), without an infusion running."""
        inputs = np.zeros((len(states), 1))
        return self.kernel.observe(states, self.people.individuals.values, inputs)[:, self._column[name]]

    def sum_of_diameters_mm(self) -> Array:
        """True sum of diameters now, shape (N,): all lesions are like the representative one."""
        volume_cm3 = np.maximum(self.observe(self.states, "lesion_volume"), 0.0)
        return self.people.covariates["n_target_lesions"] * lesion_diameter_mm(volume_cm3)

    @property
    def treated(self) -> Flags:
        """On study and still to be treated."""
        done = self.schedule.finished(self.course.ledger.given)
        return self.on_study & ~self.history.stopped & ~self.ended & ~done

    def visit(self, day: int) -> tuple[Array, Array]:
        """Blood, decision and dose of the day. Returns the infusion rates (mg/day) and their lengths (day)."""
        n, visits = self.people.count, self.trial.visits
        rate, length = np.zeros(n), np.zeros(n)
        treated = self.treated
        dose_due = treated & (day >= self.due_day)
        since = day - self.dose_day + 1
        seen_often = self.course.ledger.given <= visits.weekly_labs_cycles
        between = treated & ~dose_due & seen_often & np.isin(since, [d for d in visits.labs_on_cycle_days if d > 1])
        seen = dose_due | between
        if not seen.any():
            return rate, length
        values = self.clinic.labs(day, *(self.observe(self.states, name) for name in ("platelets", "alt", "ast")))
        self.course.lab_visits.append((day, seen, values))
        decisions = self._decide(day, seen, dose_due, values)
        who = np.flatnonzero(seen)
        given = decisions.given
        self._note_delays(day, who, dose_due[who], given)
        self._close_cycles(day, who[given])
        self.course.ledger, infusions = apply(
            self.course.ledger,
            self.schedule,
            patient=who,
            time_day=float(day),
            action=decisions.action,
            rule=decisions.rule,
            level=decisions.level,
            given=given,
            weight_kg=self.people.covariates["weight_kg"][who],
        )
        rate[who], length[who] = infusions.rate_mg_per_day, infusions.length_day
        return rate, length

    def _decide(self, day: int, seen: Flags, dose_due: Flags, values: dict[str, Array]) -> Decisions:
        """What the label asks for in the patients seen, from the measured values; their history moves on."""
        interval = evidence.value("lvef.test_interval", "day")
        asked = np.isfinite(self.history.lvef_asked_day)
        heart = seen & (((day - self.lvef_day >= interval) & (day > 0)) | asked)
        lvef = np.where(heart, self.clinic.lvef(day), np.nan) if heart.any() else np.full(len(seen), np.nan)
        self.lvef_day = np.where(heart, day, self.lvef_day)
        # An event belongs to the cycle just ended and is asked about once, when its next dose was planned.
        first_asked = dose_due & (day == self.planned_day)
        event = np.zeros(len(seen))
        if first_asked.any() and day > 0:
            cycle = np.where(first_asked, self.course.ledger.given, 0).astype(float)
            event = self.clinic.other_event(self.arm.other_events, cycle)
        who = np.flatnonzero(seen)
        found = findings(day, values, lvef, self.people.covariates["lvef_pct"], event).take(who)
        before = self.history.take(who)
        decisions = self.label.decide(found, before, dose_due=dose_due[who])
        self.history = self.history.put(who, decisions.history)
        self.course.reduced[who] |= decisions.history.level > before.level
        stopped = who[decisions.newly_stopped]
        rules = np.array([*self.label.rule_ids, "label"])
        self.course.stop_reason[stopped] = rules[decisions.rule[decisions.newly_stopped]]
        self.course.stop_day[stopped] = day
        unknown = decisions.action == Action.UNKNOWN
        if unknown.any():
            raise RuntimeError(
                f"day {day}: the clinic did not measure what the label needs for {int(unknown.sum())} patients"
            )
        return decisions

    def _note_delays(self, day: int, who: NDArray[np.int_], due: Flags, given: Flags) -> None:
        held = who[due & ~given & ~self.history.stopped[who]]
        late = who[given & (day > self.planned_day[who])]
        self.course.delayed[held] = True
        self.course.delayed[late] = True
        self.due_day[held] = day + self.trial.visits.recheck_every
        over = held[day - self.planned_day[held] >= self.arm.longest_delay]
        self.ended[over] = True
        self.course.stop_reason[over] = "longest delay"
        self.course.stop_day[over] = day
        dosed = who[given]
        self.due_day[dosed] = day + self.arm.every
        self.planned_day[dosed] = self.due_day[dosed]
        self.dose_day[dosed] = day

    def _close_cycles(self, day: int, dosed: NDArray[np.int_]) -> None:
        """Exposure of the cycle that ends with this dose."""
        again = dosed[self.course.ledger.given[dosed] > 0]
        if again.size:
            auc = self.states[again, self._auc]
            trough = self.observe(self.states, "conjugate")[again]
            self.course.exposure.append(
                (again, self.course.ledger.given[again], auc - self.auc_start[again], self.cmax[again], trough)
            )
        self.auc_start[dosed] = self.states[dosed, self._auc]

    def advance(self, rate: Array, length: Array, days: int) -> None:
        """Everyone still on study moves on by `days`."""
        who = np.flatnonzero(self.on_study)
        moved = self.kernel.advance(
            self.states[who], self.people.individuals.values[who], rate[who, None], length[who], float(days)
        )
        self.states[who] = moved.states
        dosed = who[length[who] > 0]
        if dosed.size:
            peak = self.states.copy()
            peak[who] = moved.after_input
            self.cmax[dosed] = self.observe(peak, "conjugate")[dosed]
        failed = who[moved.status != 0]
        self.course.status[failed] = moved.status[moved.status != 0]
        self.on_study[failed] = False

    def look(self, day: int) -> None:
        """Landmark, scan, progression, death and the end of follow-up."""
        landmark = evidence.value("survival.landmark", "day")
        baseline = self.people.covariates["sum_of_diameters_mm"]
        if day >= landmark and not np.isfinite(self.course.death_day).any():
            change = self.sum_of_diameters_mm() / baseline - 1.0
            self.course.death_day = death_day(self.people, self.seed, change)
        in_follow_up = self.on_study & (day <= self.people.follow_up.data_cut_day)
        died = in_follow_up & (self.course.death_day <= day)
        in_follow_up &= ~died
        if day % round(self.trial.visits.scan_every) == 0:
            measured = np.where(in_follow_up, self.clinic.scan(day, self.sum_of_diameters_mm()), np.nan)
            self.course.scans.append((day, measured))
            progressed = in_follow_up & progression(measured[:, None], self.nadir_mm)[:, 0]
            self.course.progression_day[progressed] = day
            self.course.last_scan_day[in_follow_up] = day
            self.nadir_mm = np.fmin(self.nadir_mm, measured)
            in_follow_up &= ~progressed
        self.on_study = in_follow_up


def run_course(trial: TrialFile, arm: TDM1Arm, people: People, label: Label, seed: int) -> Course:
    """Treat and follow the patients of one chunk until all have progressed, died or reached the data cut."""
    chunk = _Chunk(trial, arm, people, label, seed)
    tick = trial.tick_day(arm)
    day = 0
    while chunk.on_study.any():
        rate, length = chunk.visit(day)
        chunk.advance(rate, length, tick)
        day += tick
        chunk.look(day)
    return chunk.course
