"""What a comparison of regimens cannot tell: sentences that stand beside every result."""

from __future__ import annotations

from collections.abc import Mapping

from tdm1 import evidence
from tdm1.safety import label
from tdm1.trial.arms import SimulatedArm, TDM1Arm
from tdm1.trial.definition import TrialFile

_DAYS_PER_WEEK = 7
#: Rounding of a dose taken in proportion must not make it another dose.
_SAME = 1e-9


def dose_levels_mg_per_kg(arm: SimulatedArm, trial: TrialFile) -> list[float]:
    """The starting dose of an arm and those it can be reduced to (mg/kg)."""
    if not isinstance(arm, TDM1Arm):
        return [arm.dose]
    below = [level for level in label.load(trial.setting, trial.region).levels_mg_per_kg if level < arm.dose]
    return [arm.dose, *(below if arm.lower_doses is None else arm.lower_doses)]


def _names(found: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in found)


def _of_doses(trial: TrialFile, arms: Mapping[str, TDM1Arm]) -> list[str]:
    cycle = evidence.value("label.us.cycle", "day")
    levels = label.load(trial.setting, trial.region).levels_mg_per_kg
    highest, lowest = levels[0], levels[-1]
    found: list[str] = []
    outside = [name for name, arm in arms.items() if arm.every != cycle or not lowest <= arm.dose <= highest]
    if outside:
        weekly = ", ".join(f"{arms[name].dose / arms[name].every * _DAYS_PER_WEEK:.3g}" for name in outside)
        found.append(
            f"Extrapolation: {_names(outside)} ({weekly} mg/kg a week). The effects on tumour, blood and nerves were "
            f"fitted to patients who got {lowest:g} to {highest:g} mg/kg every {cycle:g} days "
            f"({lowest / cycle * _DAYS_PER_WEEK:.3g} to {highest / cycle * _DAYS_PER_WEEK:.3g} mg/kg a week); nothing "
            "that was fitted or compared supports them beyond."
        )
    low = {
        name: [level for level in dose_levels_mg_per_kg(arm, trial) if level < lowest - _SAME]
        for name, arm in arms.items()
    }
    for name, doses in low.items():
        if doses:
            start = arms[name].dose < lowest - _SAME
            found.append(
                f"Doses below {lowest:g} mg/kg: '{name}' {'starts' if start else 'can be reduced to one'} there "
                f"({', '.join(f'{dose:.3g}' for dose in doses)} mg/kg). The plasma model holds at {lowest:g} mg/kg and "
                "above; below, the conjugate is cleared faster than it says, so effect and toxicity are overstated."
            )
    other = [name for name, arm in arms.items() if arm.every != cycle]
    if other:
        found.append(
            f"Label rules on another schedule: {_names(other)}. The rules were written for a dose every {cycle:g} "
            "days. That they are asked before every dose of another schedule, with dose levels in proportion, is our "
            "assumption; more doses are also more chances of a delay."
        )
    return found


def limits(trial: TrialFile, arms: Mapping[str, SimulatedArm], patients: int) -> list[str]:
    """Sentences for the arms by regimen, the ones about certain regimens first."""
    t_dm1 = {name: arm for name, arm in arms.items() if isinstance(arm, TDM1Arm)}
    found = _of_doses(trial, t_dm1)
    planned = [name for name, arm in t_dm1.items() if isinstance(arm.cycles, int)]
    if planned and trial.model == "t_dm1":
        found.append(
            f"A planned number of doses: {_names(planned)}. Nothing published was compared with what tumours do after "
            "T-DM1 ends while it still works."
        )
    if len(t_dm1) < len(arms) or any(arm.then is not None for arm in t_dm1.values()):
        what = (
            "it shrinks no tumour, so what it adds after T-DM1 is not predicted"
            if trial.model == "t_dm1"
            else "what it does against recurrence is part of the fitted risk, so more or less of it changes nothing"
        )
        found.append(
            f"Trastuzumab in the model touches the heart and can bring infusion reactions; {what}. Patients of "
            "a regimen that names it also get it after a stop for toxicity, at the regimen's interval, with the dose "
            "in proportion."
        )
    if trial.model == "t_dm1":
        week = evidence.value("survival.landmark", "day") / _DAYS_PER_WEEK
        found.append(
            f"Overall survival follows from the tumour at entry and its change by week {week:g}: what a regimen does "
            "later does not move it."
        )
    else:
        found.append(
            "Recurrence: every milligram per kilogram of T-DM1 kills alike, by one number fitted to the trial; no "
            "other dose or number of doses was there to test it."
        )
    found += [
        "Adverse events that are not simulated from exposure or blood come at the same rate in time under every "
        "regimen, whatever the dose: true differences in them are missed.",
        f"The 95 % intervals say what chance does in {patients} patients. Doubt about the model's own numbers is not "
        "in them, so they are too narrow as statements about real patients.",
    ]
    return found
