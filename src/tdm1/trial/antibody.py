"""Trastuzumab in a trial: when it is due, how much, and when its heart rules hold or end it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1.safety import Label
from tdm1.safety.history import History
from tdm1.trial.arms import SimulatedArm, TDM1Arm, Trastuzumab, TrastuzumabArm

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Findings that may come from the antibody itself: after a stop for one of them trastuzumab is not given either.
OF_THE_ANTIBODY = (
    "lvef", "symptomatic_heart_failure", "heart_failure_grade", "lv_dysfunction_grade", "pneumonitis",
    "radiation_pneumonitis_grade", "infusion_reaction_grade",
)


@dataclass
class Antibody:
    """Trastuzumab of N patients: the plan, doses so far, and what the heart rules remember.

    planned   the arm gives trastuzumab at all
    history   of the same label, fed with findings of heart and lung alone
    """

    plan: Trastuzumab | TrastuzumabArm | None
    total_cycles: float
    history: History
    given: NDArray[np.int_]
    may_follow: Flags
    """(R + 1,) per rule of the label: trastuzumab may follow a stop by this rule (the last entry: no rule)."""

    @classmethod
    def of(cls, arm: SimulatedArm, label: Label, patients: int) -> Antibody:
        """The trastuzumab of an arm for `patients` people."""
        plan = arm.then if isinstance(arm, TDM1Arm) else arm
        cycles = None if plan is None else plan.total_cycles if isinstance(plan, Trastuzumab) else plan.cycles
        theirs = [
            any(condition.lab in OF_THE_ANTIBODY for part in rule.when for condition in part) for rule in label.rules
        ]
        return cls(
            plan,
            float(cycles) if isinstance(cycles, int) else np.inf,
            label.start(patients),
            np.zeros(patients, int),
            np.array([*(not one for one in theirs), True]),
        )

    @property
    def planned(self) -> bool:
        """Whether the arm gives trastuzumab at all."""
        return self.plan is not None

    def finished(self, cycles_given: NDArray[np.int_]) -> Flags:
        """True where all planned cycles of both drugs have been given."""
        return cycles_given >= self.total_cycles

    def dose_mg(self, weight_kg: Array, days_since_last_dose: Array) -> Array:
        """Dose of each patient (mg): the loading dose where the last dose of either drug is long ago."""
        assert self.plan is not None
        level = np.where(days_since_last_dose > self.plan.reload_after, self.plan.loading_dose, self.plan.dose)
        return level * weight_kg

    def infusion_day(self, given: NDArray[np.int_]) -> Array:
        """Length of the next infusion (day)."""
        assert self.plan is not None
        return np.where(given == 0, self.plan.first_infusion, self.plan.later_infusion)
