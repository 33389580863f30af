"""The state of a chunk of patients while its course runs: bodies, history, treatment, calendar."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tdm1 import engine, evidence
from tdm1.mechanism.tumour import lesion_diameter_mm
from tdm1.population.individual import initial_states
from tdm1.regimen import Ledger, Schedule
from tdm1.safety import ACTION_NAMES, Label, rule_in_words
from tdm1.symptoms import Drivers, Symptoms
from tdm1.trial.antibody import Antibody
from tdm1.trial.arms import SimulatedArm, TDM1Arm
from tdm1.trial.clinic import ANALYTES, PANEL, Clinic
from tdm1.trial.course import Course
from tdm1.trial.definition import TrialFile
from tdm1.trial.observer import Observer
from tdm1.trial.panel_grades import PanelGrades
from tdm1.trial.people import People
from tdm1.trial.recurrence import Relapses

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MINUTE_PER_DAY = 24 * 60
#: What is measured or moves the symptoms.
BLOOD_AND_HEART = (*PANEL, "lvef", "conjugate", "nerve_exposure")


class Drug(IntEnum):
    """What a patient is being treated with."""

    T_DM1 = 0
    TRASTUZUMAB = 1
    NONE = 2


def _levels(arm: SimulatedArm, label: Label) -> tuple[float, ...]:
    """Dose levels of the arm. The label's own steps down hold for any start: those below it are what is left."""
    if not isinstance(arm, TDM1Arm):
        return label.levels_mg_per_kg
    lower = [level for level in label.levels_mg_per_kg if level < arm.dose]
    return (arm.dose, *(lower if arm.lower_doses is None else arm.lower_doses))


class Chunk:
    """N patients on one arm. `on_study` are those still followed; `drug` is what each is treated with."""

    def __init__(self, trial: TrialFile, arm: SimulatedArm, people: People, label: Label, seed: int) -> None:
        n = people.count
        self.trial, self.arm, self.people, self.seed = trial, arm, people, seed
        self.clinic = Clinic(seed, people)
        levels = _levels(arm, label)
        self.label = label.with_levels(levels)
        self.schedule = Schedule(
            levels_mg_per_kg=levels,
            interval_day=arm.every,
            first_infusion_minute=arm.first_infusion * _MINUTE_PER_DAY,
            later_infusion_minute=arm.later_infusion * _MINUTE_PER_DAY,
            max_cycles=arm.cycles if isinstance(arm.cycles, int) else None,
            recheck_day=trial.visits.recheck_every,
        )
        self.antibody = Antibody.of(arm, self.label, n)
        self.kernel = engine.compile(people.individuals.model)
        self.states = initial_states(people.individuals)
        self.history = self.label.start(n)
        self.on_study = np.ones(n, bool)
        self.drug = np.full(n, Drug.T_DM1 if isinstance(arm, TDM1Arm) else Drug.TRASTUZUMAB)
        self.due_day, self.planned_day, self.lvef_day = np.zeros(n), np.zeros(n), np.zeros(n)
        self.dose_day = np.full(n, -np.inf)
        self.auc_start, self.cmax, self.t_dm1_mg = np.zeros(n), np.zeros(n), np.zeros(n)
        self.has_tumour = trial.model == "t_dm1"
        if self.has_tumour:
            self.nadir_mm = people.covariates["sum_of_diameters_mm"].copy()
        self.relapses = None if trial.recurrence is None else Relapses.of(trial.recurrence, people, seed)
        self.grades = PanelGrades(trial, people.covariates["lvef_pct"])
        self.grades_before = np.zeros((len(ANALYTES), n), np.int8)
        self.symptoms = Symptoms.start(trial.setting, seed, people.first, n)
        self.course = Course(
            count=n,
            ledger=Ledger.empty(
                n,
                levels_mg_per_kg=levels,
                rule_ids=self.label.rule_ids,
                action_names=ACTION_NAMES,
                findings=tuple(rule_in_words(rule) for rule in self.label.rules),
            ),
        )
        model = people.individuals.model
        self._auc = model.states.index("conjugate_auc")
        self.day = 0
        self._blood, self._conjugate = Observer(model, BLOOD_AND_HEART), Observer(model, ["conjugate"])
        self._lesion = Observer(model, ["lesion_volume"]) if self.has_tumour else None
        self._measurable = self._blood(self.states, people.individuals.values)
        #: What can be measured now by name, each of shape (N,): rows of one array, which `advance` moves on.
        self.seen = dict(zip(BLOOD_AND_HEART, self._measurable, strict=True))
        self._followed = np.arange(n)
        self._values = people.individuals.values

    def sum_of_diameters_mm(self) -> Array:
        """True sum of diameters now, shape (N,): all lesions are like the representative one."""
        assert self._lesion is not None
        volume_cm3 = np.maximum(self._lesion(self.states, self.people.individuals.values)[0], 0.0)
        return self.people.covariates["n_target_lesions"] * lesion_diameter_mm(volume_cm3)

    @property
    def cycles_given(self) -> NDArray[np.int_]:
        """Doses of either drug so far, shape (N,)."""
        return self.course.ledger.given + self.antibody.given

    @property
    def at_risk(self) -> Flags:
        """Whose adverse events are collected: on treatment, or shortly after the last dose."""
        window = evidence.value("trial_practice.safety_follow_up", "day")
        return self.on_study & ((self.drug != Drug.NONE) | (self.day - self.dose_day <= window))

    def leave_t_dm1(self, day: int, who: NDArray[np.int_], may_switch: Flags, *, pause_day: float) -> None:
        """These patients get no more T-DM1; those who may go on to trastuzumab, where the arm has it, do so.

        Trastuzumab starts `pause_day` days later, and not sooner than one interval after the last dose.
        """
        goes_on = may_switch & self.antibody.planned & ~self.antibody.finished(self.cycles_given)[who]
        self.drug[who] = np.where(goes_on, Drug.TRASTUZUMAB, Drug.NONE)
        switched = who[goes_on]
        self.course.switched[switched] = True
        earliest = np.maximum(day + pause_day, self.dose_day[switched] + self.arm.every)
        self.due_day[switched] = self.planned_day[switched] = earliest

    def full_doses(self) -> Array:
        """T-DM1 received so far, as a number of doses of the label's full size, shape (N,)."""
        return self.t_dm1_mg / (evidence.value("label.us.dose_full", "mg/kg") * self.people.covariates["weight_kg"])

    def advance(self, day: int, rate: Array, length: Array, days: int) -> None:
        """Everyone still on study moves on by `days`; rate (N, 2) in mg/day of T-DM1 and trastuzumab."""
        who = np.flatnonzero(self.on_study)
        if len(who) < len(self._followed):
            self._followed, self._values = who, self.people.individuals.values[who]
        at_risk = self.at_risk
        before = self.states[:, self._auc].copy()
        moved = self.kernel.advance(self.states[who], self._values, rate[who], length[who], float(days))
        # Those who have left stay as they were.
        self.states[who] = moved.states
        self._measurable[:, who] = self._blood(moved.states, self._values)
        dosed = np.flatnonzero(rate[who, 0] > 0)
        if dosed.size:
            self.cmax[who[dosed]] = self._conjugate(moved.after_input[dosed], self._values[dosed])[0]
        failed = who[moved.status != 0]
        self.course.status[failed] = moved.status[moved.status != 0]
        self.on_study[failed] = False
        mean = (self.states[:, self._auc] - before) / days
        self.symptoms.step(
            float(days),
            Drivers(
                conjugate_mean=mean, nerve_exposure=self.seen["nerve_exposure"], platelets=self.seen["platelets"],
                neutrophils=self.seen["neutrophils"], haemoglobin=self.seen["haemoglobin"], lvef=self.seen["lvef"],
                infused=self.on_study & (length > 0), infusion_number=self.cycles_given.astype(float),
                on_t_dm1=self.drug == Drug.T_DM1, at_risk=at_risk & self.on_study,
            ),
        )
        self.day = day + days
