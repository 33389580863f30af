"""Targets that several calibrations share: shares of worst grades and of flags, and what was published of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tdm1.trial.calibration._newton import Block, Knob, Target
from tdm1.trial.definition import TrialFile
from tdm1.trial.result import ArmResult
from tdm1.trial.summary import grades, solved

#: A share of an arm, and the arm it is taken from: calibrations that run several arms pick theirs by name.
Share = Callable[[ArmResult], float]
Arms = dict[str, ArmResult]


def published(trial: TrialFile, arm: str, endpoint: str) -> float:
    """A published value of the trial file, by arm and endpoint."""
    return next(row for row in trial.rows() if (row.arm, row.endpoint) == (arm, endpoint)).resolve().value


def worst(abnormality: str, least: int) -> Share:
    """Share of patients whose worst grade is `least` or more."""

    def share(arm: ArmResult) -> float:
        found = grades(arm, abnormality)
        return float(np.mean(found >= least)) if found is not None else float("nan")

    return share


def flag(column: str) -> Share:
    """Share of patients with a truth value in a column of the subjects."""
    return lambda arm: float(np.mean(solved(arm)[column].to_numpy()))


def on(arm: str, share: Share) -> Callable[[Arms], float]:
    """The share of one arm among several."""
    return lambda arms: share(arms[arm])


def lab_share(trial: TrialFile, arm: str, abnormality: str, *columns: str) -> float:
    """Published share (0 to 1) of the grades in `columns`, added up; a printed `<1` counts as a half percent."""
    return sum(published(trial, arm, f"labs.{abnormality}.{column}") for column in columns) / 100.0


def slope_block(trial: TrialFile, arm: str, fact: str, abnormality: str) -> Block:
    """Median and spread of one effect, to any grade and to grades 3 and 4 of its analyte (one arm is run)."""
    return Block(
        fact.partition(".")[0],
        (Knob(fact, "log"), Knob(fact, "log", spread=True, highest=3.0)),
        (
            Target("any grade", lab_share(trial, arm, abnormality, "any_pct"), worst(abnormality, 1)),
            Target("grade 3 or 4", lab_share(trial, arm, abnormality, "g3_pct", "g4_pct"), worst(abnormality, 3)),
        ),
    )
