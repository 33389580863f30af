"""KATHERINE's calibration: laboratory values, treatment and recurrence after surgery, each to named rows of both arms.

Where the drug's effect in early disease differs from EMILIA's, one factor per analyte says so. The values before
treatment were not read: they are fitted to the trastuzumab arm, whose abnormal values are background.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import polars as pl

from tdm1 import evidence
from tdm1.trial.arm import run_arm
from tdm1.trial.calibration._newton import Block, Knob, Target, solve
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.calibration._targets import Arms, Share, flag, lab_share, on, published, worst
from tdm1.trial.comparison import compare
from tdm1.trial.definition import TrialFile
from tdm1.trial.published_arm import PublishedArm
from tdm1.trial.reading import load
from tdm1.trial.result import ArmResult
from tdm1.trial.summary import idfs_curve, os_curve, solved, summary

_FILE = "calibrated_katherine.yaml"
_T_DM1, _ANTIBODY = "T-DM1", "trastuzumab"
_SETTING = "katherine"

#: Analytes with the published name of the abnormality, and whether the value before treatment is fitted too.
_ANALYTES = {
    "alt": ("alt_increased", True),
    "ast": ("ast_increased", True),
    "bilirubin": ("bilirubin_increased", False),
    "neutrophils": ("neutrophils_decreased", True),
    "haemoglobin": ("hemoglobin_decreased", True),
    "potassium": ("potassium_decreased", True),
}


def _analyte(trial: TrialFile, name: str, abnormality: str, baseline: bool) -> Block:
    knobs = [Knob(f"{name}.early_on_slope", "plain", lowest=-8.0, highest=3.0)]
    targets = [
        Target(
            "any grade on T-DM1", lab_share(trial, _T_DM1, abnormality, "any_pct"), on(_T_DM1, worst(abnormality, 1))
        )
    ]
    if baseline:
        knobs.append(Knob(f"population.katherine.{name}", "log"))
        targets.append(
            Target(
                "any grade on trastuzumab", lab_share(trial, _ANTIBODY, abnormality, "any_pct"),
                on(_ANTIBODY, worst(abnormality, 1)),
            )
        )
    if name in ("haemoglobin", "neutrophils"):
        knobs.append(Knob(f"{name}.early_slope_spread", "log", highest=4.0))
        severe = lab_share(trial, _T_DM1, abnormality, "g3_pct")
        targets.append(Target("grade 3 on T-DM1", severe, on(_T_DM1, worst(abnormality, 3))))
    return Block(name, tuple(knobs), tuple(targets))


def _after_platinum() -> float:
    """Published share of patients with thrombocytopenia of grade 3 or 4 after a neoadjuvant platinum."""
    rows = evidence.table("adverse_reactions").filter(trial="KATHERINE", arm="T-DM1 prior platinum")
    return float(rows["g3plus_or_g3_pct"][0]) / 100.0


def _severe_after_platinum(arm: ArmResult) -> float:
    rows = solved(arm).filter(pl.col("prior_platinum"))
    return float((rows["grade_platelets"].to_numpy() >= 3).mean())


def _platelets(trial: TrialFile) -> Block:
    name = "platelets_decreased"
    return Block(
        "platelets",
        (
            Knob("platelets.early_on_slope", "plain", lowest=-3.0, highest=3.0),
            Knob("platelets.early_on_depletion", "plain", lowest=-3.0, highest=3.0),
            Knob("platelets.early_slope_spread", "log", highest=3.0),
            Knob("platelets.platinum_on_slope", "plain", lowest=0.0, highest=3.0),
            Knob("population.katherine.platelets", "log"),
        ),
        (
            Target("any grade on T-DM1", lab_share(trial, _T_DM1, name, "any_pct"), on(_T_DM1, worst(name, 1))),
            Target(
                "grade 3 or 4 on T-DM1", lab_share(trial, _T_DM1, name, "g3_pct", "g4_pct"), on(_T_DM1, worst(name, 3))
            ),
            Target("grade 4 on T-DM1", lab_share(trial, _T_DM1, name, "g4_pct"), on(_T_DM1, worst(name, 4))),
            Target("grade 3 or 4 after a platinum", _after_platinum(), on(_T_DM1, _severe_after_platinum)),
            Target(
                "any grade on trastuzumab", lab_share(trial, _ANTIBODY, name, "any_pct"), on(_ANTIBODY, worst(name, 1))
            ),
        ),
    )


def _treatment(trial: TrialFile) -> tuple[Block, ...]:
    def target(name: str, arm: str, endpoint: str, column: str) -> Target:
        return Target(name, published(trial, arm, endpoint) / 100.0, on(arm, flag(column)))

    return (
        Block(
            "treatment",
            (
                Knob("katherine.other_stop", "log"), Knob("katherine.other_reduction", "log"),
                Knob("katherine.withdrawal", "log"),
            ),
            (
                target("stopped T-DM1", _T_DM1, "stopped_for_ae_pct", "stopped_for_ae"),
                target("reduced", _T_DM1, "dose_reduced_pct", "reduced"),
                target("completed 14 cycles of T-DM1", _T_DM1, "completed_pct", "completed"),
            ),
        ),
        Block(
            "stops on trastuzumab",
            (Knob("katherine.trastuzumab_stop", "log"),),
            (target("stopped trastuzumab", _ANTIBODY, "stopped_for_ae_pct", "stopped_for_ae"),),
        ),
    )


def _recurrence(trial: TrialFile) -> Block:
    def free(arm: str, month: int) -> Target:
        share: Share = lambda result: idfs_curve(result).at(month)  # noqa: E731
        return Target(f"free at {month} months on {arm}", published(trial, arm, f"idfs_pct.{month}") / 100.0,
                      on(arm, share))

    def cns(result: object) -> float:
        return float((solved(result)["recurrence_site"] == "cns").mean())  # type: ignore[arg-type]

    return Block(
        "recurrence",
        (
            Knob("recurrence.clonogens", "log"), Knob("recurrence.brain_clonogens", "log"),
            Knob("recurrence.mean_time", "log"), Knob("recurrence.log_kill_per_dose", "log"),
            Knob("recurrence.survival_median", "log"),
        ),
        (
            free(_T_DM1, 36), free(_T_DM1, 84), free(_ANTIBODY, 36), free(_ANTIBODY, 84),
            Target(
                "first event in the brain on T-DM1", published(trial, _T_DM1, "cns_recurrence_pct") / 100.0,
                on(_T_DM1, cns),
            ),
            Target(
                "alive at 84 months on T-DM1", published(trial, _T_DM1, "os_pct.84") / 100.0,
                on(_T_DM1, lambda result: os_curve(result).at(84)),
            ),
        ),
    )


def _blocks(trial: TrialFile) -> tuple[Block, ...]:
    analytes = [_analyte(trial, name, abnormality, both) for name, (abnormality, both) in _ANALYTES.items()]
    return (*analytes, _platelets(trial), *_treatment(trial), _recurrence(trial))


def calibrate_katherine(
    patients: int, seed: int, tell: Callable[[float, str], None], iterations: int = 8
) -> Calibration:
    """Fit the facts of early disease, `patients` in each arm.

    Source of the targets: the rows of the trial file marked calibrated, and the trastuzumab arm's laboratory table.
    """
    started = time.perf_counter()

    def arms_with(knobs: dict[Knob, float]) -> tuple[TrialFile, Arms]:
        values = {knob.fact: x for knob, x in knobs.items() if not knob.spread}
        with evidence.what_if(values, {knob.fact: x for knob, x in knobs.items() if knob.spread}):
            trial = load(_SETTING)
            found: Arms = {}
            for name, arm in trial.arms.items():
                assert not isinstance(arm, PublishedArm)
                sized = arm.model_copy(update={"patients": patients})
                found[name] = replace(run_arm(trial, name, sized, seed, None, lambda share: None), bands=None)
            return trial, found

    blocks = _blocks(load(_SETTING))
    knobs = solve(blocks, lambda point: arms_with(point)[1], patients, iterations, tell)
    trial, arms = arms_with(knobs)
    fitted = [
        Fitted(k.fact, "1" if k.spread else evidence.fact(k.fact).unit, k.start(), x, k.spread)
        for k, x in knobs.items()
    ]
    rows = compare(trial, arms, {name: summary(arm) for name, arm in arms.items()})
    said = f"tdm1 calibrate katherine ({patients} patients an arm, seed {seed}): "
    where = {
        knob.fact: said + ", ".join(target.name for target in block.targets) for block in blocks for knob in block.knobs
    }
    text = facts_file(_FILE, "Values calibrated to named rows of KATHERINE", fitted, where)
    return Calibration(fitted, time.perf_counter() - started, text, rows)
