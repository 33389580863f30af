"""EMILIA's calibration: tumour, platelets, ALT, AST and other events, each to named rows of the T-DM1 arm."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import log

import numpy as np
from scipy.optimize import brentq

from tdm1 import evidence
from tdm1.evidence.units import factor
from tdm1.trial.arm import run_arm
from tdm1.trial.calibration._newton import Block, Knob, Target, solve
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.comparison import compare
from tdm1.trial.control import run_control
from tdm1.trial.definition import PublishedArm, TDM1Arm, TrialFile
from tdm1.trial.people import people
from tdm1.trial.reading import load
from tdm1.trial.result import ArmResult
from tdm1.trial.summary import grades, os_curve, pfs_curve, response_curve, response_flags, solved, summary

_FILE = "calibrated_emilia.yaml"
_ARM, _CONTROL = "T-DM1", "lapatinib+capecitabine"
_PACE = "emilia.accrual_pace"


def _row(trial: TrialFile, endpoint: str, arm: str = _ARM) -> float:
    """A published value of the trial file, by arm and endpoint."""
    return next(row for row in trial.published if (row.arm, row.endpoint) == (arm, endpoint)).resolve().value


def _worst(abnormality: str, least: int) -> Callable[[ArmResult], float]:
    def share(arm: ArmResult) -> float:
        worst = grades(arm, abnormality)
        return float(np.mean(worst >= least)) if worst is not None else float("nan")

    return share


def _flag(column: str) -> Callable[[ArmResult], float]:
    return lambda arm: float(np.mean(solved(arm)[column].to_numpy()))


def _blocks(trial: TrialFile) -> tuple[Block, ...]:
    def lab(abnormality: str, grade: str) -> float:
        return _row(trial, f"labs.{abnormality}.{grade}") / 100.0

    half_scan = trial.visits.scan_every / MONTH_DAY / 2.0
    median, lasted = _row(trial, "pfs_median_month"), _row(trial, "dor_median_month")

    def near(curve_of: Callable[[ArmResult], object], month: float) -> Callable[[ArmResult], float]:
        # Progression is seen at scans only: the curve is read half a scan interval before and after.
        return lambda arm: 0.5 * (curve_of(arm).at(month - half_scan) + curve_of(arm).at(month + half_scan))  # type: ignore[attr-defined]

    blocks = [
        Block("tumour", (
            Knob("tumour.kill_rate", "log"), Knob("tumour.kill_rate", "log", spread=True, highest=3.0),
            Knob("tumour.resistant_share", "logit"),
        ), (
            Target("objective response", _row(trial, "orr_pct") / 100.0, lambda arm: float(np.mean(response_flags(arm)))),
            Target("median progression-free survival", 0.5, near(pfs_curve, median)),
            Target("median duration of response", 0.5, near(response_curve, lasted)),
        )),
        Block("platelets", (
            Knob("platelets.slope", "log"), Knob("platelets.slope", "log", spread=True), Knob("platelets.pool_depletion", "log"),
        ), (
            Target("any grade", lab("platelets_decreased", "any_pct"), _worst("platelets_decreased", 1)),
            Target("grade 3 or 4", lab("platelets_decreased", "g3_pct") + lab("platelets_decreased", "g4_pct"),
                   _worst("platelets_decreased", 3)),
            Target("grade 4", lab("platelets_decreased", "g4_pct"), _worst("platelets_decreased", 4)),
        )),
        Block("other events", (
            Knob("emilia.other_delay", "log"), Knob("emilia.other_reduction", "log"), Knob("emilia.other_stop", "log"),
        ), (
            Target("delayed", _row(trial, "dose_delayed_pct") / 100.0, _flag("delayed")),
            Target("reduced", _row(trial, "dose_reduced_pct") / 100.0, _flag("reduced")),
            Target("stopped", _row(trial, "stopped_for_ae_pct") / 100.0, _flag("stopped_for_ae")),
        )),
    ]
    for enzyme in ("alt", "ast"):
        name = f"{enzyme}_increased"
        blocks.append(Block(enzyme, (
            Knob(f"{enzyme}.slope", "log"), Knob(f"{enzyme}.slope", "log", spread=True),
        ), (
            Target("any grade", lab(name, "any_pct"), _worst(name, 1)),
            Target("grade 3", lab(name, "g3_pct"), _worst(name, 3)),
        )))
    return tuple(blocks)


def static_half_concentration(kill_rate_per_day: float) -> float:
    """Unbound payload (nM) at half the largest killing for which the tumour is static at the published concentration.

    At the tumour-static concentration (Betts 2020, geometric mean of its range) uptake, release and efflux are at
    rest and killing equals growth, in a typical lesion. Source: the equations of mechanism/tumour.py.
    """
    value = evidence.value
    low, high = value("tumour.static_concentration.low", "ug/mL"), value("tumour.static_concentration.high", "ug/mL")
    plasma_nm = (low * high) ** 0.5 / value("plasma.molar_mass", "g/mol") * 1e6
    radius_cm = value("population.sum_of_diameters", "cm") / 3.0 / 2.0
    exchange = (
        2.0 * value("tumour.conjugate_permeability", "um/day") * value("tumour.capillary_radius", "um")
        / value("tumour.krogh_radius", "um") ** 2
        + 6.0 * value("tumour.conjugate_diffusivity", "cm**2/day") / radius_cm**2
    ) * value("tumour.conjugate_void_fraction", "1")
    growth = log(2.0) / value("tumour.doubling_time", "day")
    per_hour = factor("1/h", "1/day") * log(2.0)
    inside = per_hour / value("tumour.internalisation_half_life", "h")
    degrade = per_hour / value("tumour.degradation_half_life", "h")
    efflux = per_hour / value("tumour.efflux_half_life", "h")
    released = exchange * plasma_nm * inside / (inside + growth) * degrade / (degrade + growth)
    # Tubulin binds little of it (KD far above its own concentration): its share is left out.
    payload = value("plasma.drug_antibody_ratio", "1") * released / (efflux + growth)
    return payload * (kill_rate_per_day / growth - 1.0)


def _fit_pace(trial: TrialFile, patients: int, seed: int) -> float:
    """Pace of accrual at which the control arm shows its published share of progression events."""
    arm = trial.arms[_CONTROL]
    assert isinstance(arm, PublishedArm)
    sized = arm.model_copy(update={"patients": patients})
    wanted = _row(trial, "pfs_event_pct", _CONTROL)

    def miss(pace: float) -> float:
        moved = trial.model_copy(update={"period": trial.period.model_copy(update={"pace": pace})})
        who = people(moved, seed, 0, patients)
        result = run_control(_CONTROL, sized, who.covariates, who.follow_up, seed)
        return 100.0 * float(result.subjects["pfs_event"].mean()) - wanted  # type: ignore[arg-type]

    return float(brentq(miss, 0.5, 20.0, xtol=0.01))


def calibrate_emilia(patients: int, seed: int, tell: Callable[[float, str], None], iterations: int = 8) -> Calibration:
    """Fit all unknown facts of EMILIA's T-DM1 arm. Source of the targets: the rows of the trial file marked calibrated."""
    started = time.perf_counter()
    tell(0.0, "pace of accrual")
    fitted = [Fitted(_PACE, "1", evidence.value(_PACE, "1"), _fit_pace(load("emilia"), patients, seed))]
    values: dict[str, float] = {_PACE: fitted[0].value}

    def arm_with(knobs: dict[Knob, float], more: dict[str, float]) -> tuple[TrialFile, ArmResult]:
        point = {**values, **more, **{knob.fact: x for knob, x in knobs.items() if not knob.spread}}
        kill = point.get("tumour.kill_rate", evidence.value("tumour.kill_rate", "1/day"))
        point["tumour.kill_half_concentration"] = static_half_concentration(kill)
        with evidence.what_if(point, {knob.fact: x for knob, x in knobs.items() if knob.spread}):
            trial = load("emilia")
            arm = trial.arms[_ARM]
            assert isinstance(arm, TDM1Arm)
            sized = arm.model_copy(update={"patients": patients})
            return trial, run_arm(trial, _ARM, sized, seed, None, lambda share: None)

    knobs = solve(_blocks(load("emilia")), lambda point: arm_with(point, {})[1], patients, iterations, tell)
    intercept = evidence.value("survival.intercept", "1")
    wanted = _row(load("emilia"), "os_median_month")
    for _ in range(3):
        # The curve is log-normal in time, so a ratio of medians is a shift of the intercept.
        arm = arm_with(knobs, {"survival.intercept": intercept})[1]
        intercept += log(wanted / os_curve(arm).median)
    trial, arm = arm_with(knobs, {"survival.intercept": intercept})
    kill = next(x for knob, x in knobs.items() if knob.fact == "tumour.kill_rate" and not knob.spread)
    half = "tumour.kill_half_concentration"
    fitted += [Fitted(k.fact, "1" if k.spread else evidence.fact(k.fact).unit, k.start(), x, k.spread) for k, x in knobs.items()]
    fitted += [
        Fitted(half, "nM", evidence.value(half, "nM"), static_half_concentration(kill)),
        Fitted("survival.intercept", "1", evidence.value("survival.intercept", "1"), intercept),
    ]
    with evidence.what_if({}):
        only = trial.model_copy(update={"published": [row for row in trial.published if row.arm == _ARM]})
        rows = compare(only, {_ARM: arm}, {_ARM: summary(arm)})
    said = f"tdm1 calibrate emilia ({patients} patients, seed {seed}): "
    by_block = {knob.fact: block for block in _blocks(load("emilia")) for knob in block.knobs}
    where = {fact: f"{said}EMILIA, T-DM1 arm: {', '.join(t.name for t in block.targets)}" for fact, block in by_block.items()}
    where[half] = f"{said}tumour static at the geometric mean of Betts 2020's range, given the killing rate"
    where["survival.intercept"] = f"{said}EMILIA, T-DM1 arm: median overall survival, 2nd interim"
    where[_PACE] = f"{said}EMILIA, control arm: share of progression events at the data cut"
    text = facts_file(_FILE, "Values calibrated to named rows of EMILIA", fitted, where)
    return Calibration(fitted, time.perf_counter() - started, text, rows)
