"""Effect of earlier lines of treatment on potency, to the subgroups of KAMILLA (single arm, same dose and rules)."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from tdm1 import evidence
from tdm1.population import BaselineSpec
from tdm1.trial.arm import run_arm
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.calibration._root import root
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.definition import TDM1Arm
from tdm1.trial.reading import load
from tdm1.trial.summary import pfs_curve

_FACT = "tumour.lines_on_half_concentration"
#: Subgroups of the published table and the lines they are taken to have had.
_SUBGROUPS = {"T-DM1, 0-1 prior lines": 1, "T-DM1, 4+ prior lines": 4}


def _published_ratio() -> float:
    rows = evidence.table("trials").filter(trial="KAMILLA_cohort1", endpoint="PFS_median")
    few, many = (float(rows.filter(arm=arm)["value"][0]) for arm in _SUBGROUPS)
    return many / few


def _median(lines: int, effect: float, patients: int, seed: int) -> float:
    """Median progression-free survival (month) of EMILIA patients with that many lines, between scans interpolated."""
    with evidence.what_if({_FACT: effect}):
        trial = load("emilia")
        population = BaselineSpec.model_validate(
            {"based_on": "emilia", "prior_lines": {"distribution": "constant", "value": float(lines)}}
        )
        arm = next(arm for arm in trial.arms.values() if isinstance(arm, TDM1Arm))
        sized = arm.model_copy(update={"patients": patients})
        changed = trial.model_copy(update={"population": population})
        result = run_arm(changed, "T-DM1", sized, seed, None, lambda share: None)
    curve = pfs_curve(result)
    # Progression is seen at scans: the curve is smoothed over half a scan interval on either side.
    half = trial.visits.scan_every / MONTH_DAY / 2.0
    months = np.arange(1.0, 30.0, 0.1)
    smooth = np.array([0.5 * (curve.at(month - half) + curve.at(month + half)) for month in months])
    return float(np.interp(0.5, smooth[::-1], months[::-1]))


def calibrate_lines(patients: int, seed: int, tell: Callable[[float, str], None]) -> Calibration:
    """One effect per line such that the medians of the two subgroups stand in their published ratio."""
    started = time.perf_counter()
    wanted = _published_ratio()

    def miss(effect: float) -> float:
        few, many = (_median(lines, effect, patients, seed) for lines in _SUBGROUPS.values())
        tell(0.5, f"effect {effect:.3f}: medians {few:.1f} and {many:.1f} months")
        return many / few - wanted

    best = root(miss, 0.0, 1.5, 0.02)
    fitted = [Fitted(_FACT, "1", evidence.value(_FACT, "1"), best)]
    said = (
        f"tdm1 calibrate lines ({patients} patients, seed {seed}): "
        "ratio of median progression-free survival, 4 or more to 0 or 1 lines"
    )
    text = facts_file(
        "calibrated_lines.yaml",
        "Effect of earlier lines of treatment, calibrated to subgroups of KAMILLA",
        fitted,
        {_FACT: said},
    )
    return Calibration(fitted, time.perf_counter() - started, text)
