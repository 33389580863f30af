"""EMILIA's calibration: tumour, platelets, ALT, AST and other events, each to named rows of the T-DM1 arm."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import log

import numpy as np
import polars as pl

from tdm1 import evidence
from tdm1.trial.arm import run_arm
from tdm1.trial.calibration._newton import Block, Knob, Target, solve
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.calibration._targets import flag, lab_share, published, slope_block, worst
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.comparison import compare
from tdm1.trial.definition import TDM1Arm, TrialFile
from tdm1.trial.reading import load
from tdm1.trial.result import ArmResult
from tdm1.trial.summary import os_curve, pfs_curve, response_curve, response_flags, solved, summary
from tdm1.trial.survival_curve import Curve

_FILE = "calibrated_emilia.yaml"
_ARM = "T-DM1"
_INTERCEPT = "survival.intercept"


#: Analytes whose effect has a median and a spread to fit, with the published name of the abnormality.
_SLOPES = {
    "alt": "alt_increased", "ast": "ast_increased", "bilirubin": "bilirubin_increased",
    "neutrophils": "neutrophils_decreased", "haemoglobin": "hemoglobin_decreased", "potassium": "potassium_decreased",
}


def _asian_share() -> float:
    """Published share of Asian patients with thrombocytopenia of grade 3 or worse."""
    rows = evidence.table("adverse_reactions").filter(trial="EMILIA", arm="T-DM1 Asian", term="thrombocytopenia")
    return float(rows["g3plus_or_g3_pct"][0]) / 100.0


def _in_asian(arm: ArmResult) -> float:
    rows = solved(arm).filter(pl.col("asian"))
    return float((rows["grade_platelets"].to_numpy() >= 3).mean())


def _blocks(trial: TrialFile) -> tuple[Block, ...]:
    def row(endpoint: str) -> float:
        return published(trial, _ARM, endpoint)

    def lab(abnormality: str, *grades: str) -> float:
        return lab_share(trial, _ARM, abnormality, *grades)

    assert trial.visits.scan_every is not None
    half_scan = trial.visits.scan_every / MONTH_DAY / 2.0
    median, lasted = row("pfs_median_month"), row("dor_median_month")

    def near(curve_of: Callable[[ArmResult], Curve], month: float) -> Callable[[ArmResult], float]:
        # Progression is seen at scans only: the curve is read half a scan interval before and after.
        return lambda arm: 0.5 * (curve_of(arm).at(month - half_scan) + curve_of(arm).at(month + half_scan))

    blocks = [
        Block(
            "tumour",
            (
                Knob("tumour.kill_half_concentration", "log"),
                Knob("tumour.kill_half_concentration", "log", spread=True, highest=4.0),
                Knob("tumour.resistant_share", "logit"),
                Knob("emilia.accrual_pace", "log", lowest=0.5, highest=6.0),
            ),
            (
                Target(
                    "objective response",
                    row("orr_pct") / 100.0,
                    lambda arm: float(np.mean(response_flags(arm))),
                ),
                Target("median progression-free survival", 0.5, near(pfs_curve, median)),
                Target("median duration of response", 0.5, near(response_curve, lasted)),
                Target("share of progression events", row("pfs_event_pct") / 100.0, flag("pfs_event")),
            ),
        ),
        Block(
            "platelets",
            (
                Knob("platelets.slope", "log"),
                Knob("platelets.slope", "log", spread=True),
                Knob("platelets.pool_depletion", "log"),
                Knob("platelets.asian_on_slope", "plain"),
            ),
            (
                Target("any grade", lab("platelets_decreased", "any_pct"), worst("platelets_decreased", 1)),
                Target("grade 3 or 4", lab("platelets_decreased", "g3_pct", "g4_pct"), worst("platelets_decreased", 3)),
                Target("grade 4", lab("platelets_decreased", "g4_pct"), worst("platelets_decreased", 4)),
                Target("grade 3 or 4 in Asian patients", _asian_share(), _in_asian),
            ),
        ),
        Block(
            "other events",
            (
                Knob("emilia.other_delay", "log"),
                Knob("emilia.other_reduction", "log"),
                Knob("emilia.other_stop", "log"),
            ),
            (
                Target("delayed", row("dose_delayed_pct") / 100.0, flag("delayed")),
                Target("reduced", row("dose_reduced_pct") / 100.0, flag("reduced")),
                Target("stopped", row("stopped_for_ae_pct") / 100.0, flag("stopped_for_ae")),
            ),
        ),
    ]
    blocks += [slope_block(trial, _ARM, f"{name}.slope", abnormality) for name, abnormality in _SLOPES.items()]
    return tuple(blocks)


def calibrate_emilia(patients: int, seed: int, tell: Callable[[float, str], None], iterations: int = 8) -> Calibration:
    """Fit all unknown facts of EMILIA's T-DM1 arm.

    Source of the targets: the rows of the trial file marked calibrated.
    """
    started = time.perf_counter()

    def arm_with(knobs: dict[Knob, float], intercept: float | None = None) -> tuple[TrialFile, ArmResult]:
        values = {knob.fact: x for knob, x in knobs.items() if not knob.spread}
        if intercept is not None:
            values[_INTERCEPT] = intercept
        with evidence.what_if(values, {knob.fact: x for knob, x in knobs.items() if knob.spread}):
            trial = load("emilia")
            arm = trial.arms[_ARM]
            assert isinstance(arm, TDM1Arm)
            sized = arm.model_copy(update={"patients": patients})
            return trial, run_arm(trial, _ARM, sized, seed, None, lambda share: None)

    blocks = _blocks(load("emilia"))
    knobs = solve(blocks, lambda point: arm_with(point)[1], patients, iterations, tell)
    start = intercept = evidence.value(_INTERCEPT, "1")
    wanted = published(load("emilia"), _ARM, "os_median_month")
    for _ in range(3):
        tell(0.95, "overall survival")
        # The curve is log-normal in time, so a ratio of medians is a shift of the intercept.
        intercept += log(wanted / os_curve(arm_with(knobs, intercept)[1]).median)
    trial, arm = arm_with(knobs, intercept)
    fitted = [
        Fitted(k.fact, "1" if k.spread else evidence.fact(k.fact).unit, k.start(), x, k.spread)
        for k, x in knobs.items()
    ]
    fitted.append(Fitted(_INTERCEPT, "1", start, intercept))
    only = trial.model_copy(
        update={
            "published": [row for row in trial.published if row.arm == _ARM],
            "published_tables": [table for table in trial.published_tables if table.arm == _ARM],
        }
    )
    rows = compare(only, {_ARM: arm}, {_ARM: summary(arm)})
    said = f"tdm1 calibrate emilia ({patients} patients, seed {seed}), EMILIA's T-DM1 arm: "
    where: dict[str, str] = {}
    for block in blocks:
        targets = ", ".join(target.name for target in block.targets)
        where.update({knob.fact: said + targets for knob in block.knobs})
    where[_INTERCEPT] = f"{said}median overall survival, 2nd interim"
    text = facts_file(_FILE, "Values calibrated to named rows of EMILIA", fitted, where)
    return Calibration(fitted, time.perf_counter() - started, text, rows)
