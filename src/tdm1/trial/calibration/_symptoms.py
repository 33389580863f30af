"""The symptoms' calibration: hazards, severity and reporting, to the published tables of EMILIA and KATHERINE."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import astuple, fields

from tdm1 import safety, symptoms
from tdm1.evidence.intervals import binomial_interval
from tdm1.symptoms.catalogue import SETTINGS, Setting
from tdm1.symptoms.fit import ArmName, Checked, as_yaml, check, solve, targets, trial_of
from tdm1.symptoms.record import SymptomRecord
from tdm1.symptoms.replay import replay
from tdm1.trial.calibration._result import Calibration, Fitted
from tdm1.trial.definition import TrialFile
from tdm1.trial.people import CHUNK, people
from tdm1.trial.protocol import run_course
from tdm1.trial.published_arm import PublishedArm
from tdm1.trial.reading import load
from tdm1.trial.result import ComparisonRow

_READ = {"yes": "read", "partial": "secondary", "recall": "recall"}
_UNITS = {"background_per_day": "1/day", "drug_per_day": "1/day"}
#: Sets of random draws behind each share of the comparison.
_REDRAWN = 8
Logs = dict[ArmName, list[symptoms.Log]]


def logged_courses(trial: TrialFile, setting: Setting, patients: int, seed: int) -> Logs:
    """Logs of the courses of `patients` (in whole chunks), by the arms that the symptoms are fitted to."""
    logs: Logs = {}
    for role, name in trial_of(setting)[1].items():
        arm = trial.arms[name]
        assert not isinstance(arm, PublishedArm)
        with symptoms.logging() as kept:
            for first in range(0, patients, CHUNK):
                who = people(trial, seed, first, CHUNK)
                run_course(trial, arm, who, safety.label.load(trial.setting, trial.region), seed)
        logs[role] = kept
    return logs


def calibrate_symptoms(
    patients: int, seed: int, tell: Callable[[float, str], None], rounds: int = 2
) -> Calibration:
    """Fit the symptoms of both settings; `facts_yaml` is the text of `evidence/symptoms/calibrated.yaml`.

    patients   in each arm, rounded up to whole chunks
    rounds     courses that are run again, because symptoms change doses and doses change symptoms
    Source of the targets: EMILIA's and KATHERINE's rows of adverse_reactions, and `symptoms/targets.yaml`.
    """
    started = time.perf_counter()
    before: dict[Setting, symptoms.Numbers] = {setting: symptoms.numbers(setting) for setting in SETTINGS}
    found: dict[Setting, symptoms.Numbers] = dict(before)
    said = f"tdm1 calibrate symptoms ({patients} patients an arm, seed {seed})"
    trials = {setting: load(trial_of(setting)[0].lower()) for setting in SETTINGS}
    steps = (rounds + 1) * len(SETTINGS)
    for number in range(rounds):
        for place, setting in enumerate(SETTINGS):
            tell((number * len(SETTINGS) + place) / steps, f"round {number + 1}, {setting} disease")
            with symptoms.what_if(setting, found[setting]):
                logs = logged_courses(trials[setting], setting, patients, seed)
            other: Setting = "early" if setting == "metastatic" else "metastatic"
            found[setting] = solve(setting, logs, targets(setting), found[setting], found[other], said)
    rows: list[ComparisonRow] = []
    for place, setting in enumerate(SETTINGS):
        tell((rounds * len(SETTINGS) + place) / steps, f"comparing, {setting} disease")
        with symptoms.what_if(setting, found[setting]):
            logs = logged_courses(trials[setting], setting, patients, seed)
        records: dict[ArmName, list[SymptomRecord]] = {
            arm: _redrawn(kept, found[setting]) for arm, kept in logs.items()
        }
        rows += [_row(setting, one) for one in check(setting, records)]
    fitted = [
        Fitted(f"{setting}.{name}.{item.name}", _UNITS.get(item.name, "1"), old, new)
        for setting in SETTINGS
        for kind in ("symptoms", "reported")
        for name, number in getattr(found[setting], kind).items()
        for item, old, new in zip(
            fields(number), astuple(getattr(before[setting], kind)[name]), astuple(number), strict=True
        )
        if item.name != "where"
    ]
    return Calibration(fitted, time.perf_counter() - started, as_yaml(found), rows)


def _redrawn(logs: list[symptoms.Log], numbers: symptoms.Numbers) -> list[SymptomRecord]:
    """Symptoms of the same courses with several sets of random draws: rare events need more patients."""
    return [replay(log, numbers, log.seed + extra).record() for extra in range(_REDRAWN) for log in logs]


def _row(setting: Setting, one: Checked) -> ComparisonRow:
    """A checked share as a row of a comparison; the intervals are exact, of the counts behind print and simulation."""
    trial, arms = trial_of(setting)
    low, high = binomial_interval(round(one.found_pct * one.patients / 100.0), one.patients)
    return ComparisonRow(
        arm=f"{trial}, {arms[one.row.arm]}", endpoint=f"{one.row.printed_term}, {one.column}", unit="%",
        published=one.printed_pct, lower95=one.lower_pct, upper95=one.upper_pct, derived_interval=True,
        simulated=one.found_pct, simulated_lower95=100.0 * low, simulated_upper95=100.0 * high, within=one.inside,
        role="calibrated" if one.fitted else "predicted", source=one.row.source, read=_READ[one.row.verified],
    )
