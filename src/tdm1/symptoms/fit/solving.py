"""All numbers of a setting from logged courses and published shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.symptoms._errors import SymptomError
from tdm1.symptoms.catalogue import Group, Setting, Symptom, catalogue
from tdm1.symptoms.fit.severe import chances, share_for
from tdm1.symptoms.fit.shares import background_and_drug, expected_share
from tdm1.symptoms.fit.targets import ARMS, ArmName, Target
from tdm1.symptoms.fit.told import chances_for
from tdm1.symptoms.log import Log
from tdm1.symptoms.model import Symptoms
from tdm1.symptoms.numbers import Numbers, ReportedNumbers, SymptomNumbers
from tdm1.symptoms.replay import exposure, replay, worst_measured

Array = NDArray[np.float64]
Logs = Mapping[ArmName, Sequence[Log]]
Targets = Mapping[ArmName, Mapping[str, Target]]
Runs = dict[ArmName, list[Symptoms]]


@dataclass(slots=True)
class _Solver:
    """What the stages of a solution share; `symptoms` and `reported` hold the numbers found so far."""

    setting: Setting
    logs: Logs
    targets: Targets
    other: Numbers
    said: str
    replicates: int
    symptoms: dict[str, SymptomNumbers]
    reported: dict[str, ReportedNumbers]
    background: dict[ArmName, Array]
    drug: dict[ArmName, Array]

    @property
    def numbers(self) -> Numbers:
        return Numbers(dict(self.symptoms), dict(self.reported))

    def arms(self, term: str, field: str) -> list[ArmName]:
        """The arms that were run and print this share of the term, T-DM1 first."""
        found: list[ArmName] = []
        for arm in ARMS:
            if arm in self.logs and term in self.targets[arm] and getattr(self.targets[arm][term], field):
                found.append(arm)
        return found

    def where(self, arms: Sequence[ArmName], term: str) -> str:
        """What a number of a term was fitted to."""
        return "; ".join([self.said, *(self.targets[arm][term].where for arm in arms)])

    def runs(self) -> Runs:
        """The logged courses with the numbers so far, each with several sets of random draws."""
        return {
            arm: [replay(log, self.numbers, log.seed + extra) for extra in range(self.replicates) for log in logs]
            for arm, logs in self.logs.items()
        }


def solve(
    setting: Setting, logs_by_arm: Logs, published: Targets, start: Numbers, other: Numbers, said: str,
    replicates: int = 8,
) -> Numbers:
    """Numbers of a setting for which its logged courses have the published shares.

    logs_by_arm   logs of the T-DM1 arm and, where there is one, of the trastuzumab arm
    published     from `targets`
    start         numbers to start from; terms without any published share keep them
    other         numbers of the other setting, for what this one's tables do not print
    said          what the entries say of how they were found
    replicates    sets of random draws for each logged patient
    Raises SymptomError for a log of another setting or arm.
    """
    _check(setting, logs_by_arm)
    exposed: dict[ArmName, list[tuple[Array, Array]]] = {
        arm: [exposure(log) for log in logs] for arm, logs in logs_by_arm.items()
    }
    background: dict[ArmName, Array] = {arm: np.concatenate([b for b, _ in found]) for arm, found in exposed.items()}
    drug: dict[ArmName, Array] = {arm: np.concatenate([d for _, d in found]) for arm, found in exposed.items()}
    solver = _Solver(
        setting, logs_by_arm, published, other, said, replicates, dict(start.symptoms), dict(start.reported),
        background, drug,
    )
    own = [term for term in catalogue().symptoms if setting in term.settings]
    _reported(solver)
    for column, term in enumerate(own):
        _printed_hazard(solver, column, term)
    runs = solver.runs()
    for column, term in enumerate(own):
        _printed_severe(solver, column, term, runs)
    runs = solver.runs()
    for column, term in enumerate(own):
        _rest_hazard(solver, column, term, runs, of_all=False)
    runs = solver.runs()
    for column, term in enumerate(own):
        _rest_severe(solver, column, term, runs)
    runs = solver.runs()
    for column, term in enumerate(own):
        _rest_hazard(solver, column, term, runs, of_all=True)
    return solver.numbers


def _check(setting: Setting, logs_by_arm: Logs) -> None:
    odd = [arm for arm in logs_by_arm if arm not in ARMS]
    if odd or not logs_by_arm.get("t_dm1"):
        raise SymptomError(f"logs of arms {list(logs_by_arm)}: give 't_dm1', and 'trastuzumab' where it was run")
    others = {log.setting for logs in logs_by_arm.values() for log in logs} - {setting}
    if others:
        raise SymptomError(f"logs of {', '.join(sorted(others))} disease cannot give the numbers of {setting} disease")


def _reported(solver: _Solver) -> None:
    """Chances that measured grades are reported."""
    measured = {arm: np.concatenate([worst_measured(log) for log in logs]) for arm, logs in solver.logs.items()}
    for column, term in enumerate(catalogue().reported):
        arms = solver.arms(term.name, "any_grade")
        if not arms:
            kept = solver.other.reported[term.name]
            solver.reported[term.name] = replace(
                kept, where=f"{solver.said}; not printed for this setting, taken from the other"
            )
            continue
        shares = [
            np.array([np.mean(measured[arm][:, column] == grade) for grade in (1, 2)]
                     + [np.mean(measured[arm][:, column] >= 3)])
            for arm in arms
        ]
        goals = [solver.targets[arm][term.name] for arm in arms]
        chance = chances_for(
            shares, [goal.any_grade or 0.0 for goal in goals], [goal.severe for goal in goals],
            [goal.n for goal in goals], solver.other.reported[term.name].grade3plus,
        )
        solver.reported[term.name] = ReportedNumbers(*map(float, chance), where=solver.where(arms, term.name))


def _hazard_shares(
    solver: _Solver, column: int, arms: Sequence[ArmName], share: Callable[[ArmName, Array], float]
) -> list[Callable[[float, float], float]]:
    """For each arm the share of patients with an event as a function of background and drug part."""

    def of(arm: ArmName) -> Callable[[float, float], float]:
        background, drug = solver.background[arm][:, column], solver.drug[arm][:, column]
        return lambda b, d: share(arm, b * background + d * drug)

    return [of(arm) for arm in arms]


def _printed_hazard(solver: _Solver, column: int, term: Symptom) -> None:
    """Hazard of a symptom that has a share of its own."""
    arms = solver.arms(term.name, "any_grade")
    if not arms or arms[0] != "t_dm1":
        return
    shares = _hazard_shares(solver, column, arms, lambda arm, hazard: expected_share(hazard))
    goals = [solver.targets[arm][term.name] for arm in arms]
    background, drug = background_and_drug(
        shares, [goal.any_grade or 0.0 for goal in goals], [goal.n for goal in goals],
        evidence.value("symptoms.background_share", "1"),
    )
    solver.symptoms[term.name] = replace(
        solver.symptoms[term.name], background_per_day=background, drug_per_day=drug,
        where=solver.where(arms, term.name),
    )


def _printed_severe(solver: _Solver, column: int, term: Symptom, runs: Runs) -> None:
    """Share of severe episodes of a symptom that has a severe share of its own, else the other setting's."""
    arms = solver.arms(term.name, "severe")
    if arms:
        goals = [solver.targets[arm][term.name] for arm in arms]
        found = [chances(runs[arm], column) for arm in arms]
        share = share_for(
            found, [np.zeros(len(multiple), bool) for multiple, _ in found], [goal.severe or 0.0 for goal in goals],
            [goal.n for goal in goals],
        )
    elif solver.arms(term.name, "any_grade") and term.name in solver.other.symptoms:
        share = solver.other.symptoms[term.name].share_grade3plus
    else:
        return
    solver.symptoms[term.name] = replace(solver.symptoms[term.name], share_grade3plus=share)


def _rest_of(solver: _Solver, term: Symptom, of_all: bool) -> Group | None:
    """The group whose rest beside its other members this hidden term is; None for terms with shares of their own."""
    if not term.own or term.only_severe != of_all or solver.arms(term.name, "any_grade"):
        return None
    return next((group for group in catalogue().groups if term.name in group.members), None)


def _others(runs: Sequence[Symptoms], group: Group, term: Symptom, least: int) -> NDArray[np.bool_]:
    """Patients of all runs in whom another member of the group has this grade or worse."""
    found: list[NDArray[np.bool_]] = []
    for run in runs:
        record = run.record()
        columns = [record.terms.index(name) for name in group.members if name != term.name and name in record.terms]
        found.append(record.worst[:, columns].max(axis=1) >= least)
    return np.concatenate(found)


def _rest_hazard(solver: _Solver, column: int, term: Symptom, runs: Runs, of_all: bool) -> None:
    """Hazard of a hidden term, so that its group has the published share."""
    group = _rest_of(solver, term, of_all)
    if group is None:
        return
    field, least = ("severe", 3) if group.least_grade >= 3 else ("any_grade", 1)
    arms = solver.arms(group.name, field)
    if not arms or arms[0] != "t_dm1":
        kept = solver.other.symptoms[term.name]
        solver.symptoms[term.name] = replace(kept, where=f"{solver.said}; taken from the other setting")
        return
    others = {arm: _others(runs[arm], group, term, least) for arm in arms}
    frailty = {arm: np.concatenate([run.state.frailty[:, column] for run in runs[arm]]) for arm in arms}

    def share(arm: ArmName, hazard: Array) -> float:
        event = -np.expm1(-frailty[arm] * np.tile(hazard, solver.replicates))
        return float(np.mean(np.where(others[arm], 1.0, event)))

    goals = [solver.targets[arm][group.name] for arm in arms]
    background, drug = background_and_drug(
        _hazard_shares(solver, column, arms, share), [getattr(goal, field) for goal in goals],
        [goal.n for goal in goals], evidence.value("symptoms.background_share", "1"),
    )
    severe = 1.0 if term.only_severe else solver.symptoms[term.name].share_grade3plus
    solver.symptoms[term.name] = SymptomNumbers(
        background, drug, severe, f"{solver.where(arms, group.name)}; the rest of {group.name}"
    )


def _rest_severe(solver: _Solver, column: int, term: Symptom, runs: Runs) -> None:
    """Share of severe episodes of a hidden term, so that its group has the published severe share."""
    group = _rest_of(solver, term, of_all=False)
    if group is None:
        return
    arms = solver.arms(group.name, "severe")
    if not arms:
        known = [solver.symptoms[name].share_grade3plus for name in group.members if name in solver.symptoms]
        share = min(known)
    else:
        goals = [solver.targets[arm][group.name] for arm in arms]
        share = share_for(
            [chances(runs[arm], column) for arm in arms], [_others(runs[arm], group, term, 3) for arm in arms],
            [goal.severe or 0.0 for goal in goals], [goal.n for goal in goals],
        )
    solver.symptoms[term.name] = replace(solver.symptoms[term.name], share_grade3plus=share)
