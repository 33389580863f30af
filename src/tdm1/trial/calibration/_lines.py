"""Effects of earlier lines and of brain metastases on potency, to the subgroups of KAMILLA (single arm, same dose)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class _Effect:
    """One effect: the fact, the covariate it belongs to, its value in the two subgroups of the table, and the words."""

    fact: str
    covariate: str
    subgroups: dict[str, float]
    words: str
    highest: float


#: Subgroups of the published table and the value of the covariate that they are taken to have.
_EFFECTS = (
    _Effect(
        "tumour.lines_on_half_concentration", "prior_lines", {"T-DM1, 0-1 prior lines": 1, "T-DM1, 4+ prior lines": 4},
        "4 or more to 0 or 1 lines", 1.5,
    ),
    _Effect(
        "tumour.cns_on_half_concentration", "cns_metastases",
        {"T-DM1, no CNS metastases": 0, "T-DM1, CNS metastases at baseline": 1}, "with to without brain metastases",
        3.0,
    ),
)


def _published_ratio(effect: _Effect) -> float:
    rows = evidence.table("trials").filter(trial="KAMILLA_cohort1", endpoint="PFS_median")
    reference, other = (float(rows.filter(arm=arm)["value"][0]) for arm in effect.subgroups)
    return other / reference


def _median(effect: _Effect, covariate: float, value: float, patients: int, seed: int) -> float:
    """Median progression-free survival (month) of EMILIA patients of one subgroup, between scans interpolated."""
    with evidence.what_if({effect.fact: value}):
        trial = load("emilia")
        population = BaselineSpec.model_validate(
            {"based_on": "emilia", effect.covariate: {"distribution": "constant", "value": float(covariate)}}
        )
        arm = next(arm for arm in trial.arms.values() if isinstance(arm, TDM1Arm))
        sized = arm.model_copy(update={"patients": patients})
        changed = trial.model_copy(update={"population": population})
        result = run_arm(changed, "T-DM1", sized, seed, None, lambda share: None)
    curve = pfs_curve(result)
    # Progression is seen at scans: the curve is smoothed over half a scan interval on either side.
    assert trial.visits.scan_every is not None
    half = trial.visits.scan_every / MONTH_DAY / 2.0
    months = np.arange(1.0, 30.0, 0.1)
    smooth = np.array([0.5 * (curve.at(month - half) + curve.at(month + half)) for month in months])
    return float(np.interp(0.5, smooth[::-1], months[::-1]))


def _fit(effect: _Effect, patients: int, seed: int, say: Callable[[str], None]) -> float:
    wanted = _published_ratio(effect)

    def miss(value: float) -> float:
        reference, other = (_median(effect, at, value, patients, seed) for at in effect.subgroups.values())
        say(f"{effect.covariate}: effect {value:.3f}, medians {reference:.1f} and {other:.1f} months")
        return other / reference - wanted

    return root(miss, 0.0, effect.highest, 0.02)


def calibrate_lines(patients: int, seed: int, tell: Callable[[float, str], None]) -> Calibration:
    """Effects such that the medians of each pair of subgroups stand in their published ratio."""
    started = time.perf_counter()
    fitted: list[Fitted] = []
    where: dict[str, str] = {}
    for place, effect in enumerate(_EFFECTS):
        best = _fit(effect, patients, seed, lambda text, place=place: tell((place + 0.5) / len(_EFFECTS), text))
        fitted.append(Fitted(effect.fact, "1", evidence.value(effect.fact, "1"), best))
        where[effect.fact] = (
            f"tdm1 calibrate lines ({patients} patients, seed {seed}): "
            f"ratio of median progression-free survival, {effect.words}"
        )
    subject = "Effects of earlier lines and of brain metastases, calibrated to subgroups of KAMILLA"
    text = facts_file("calibrated_lines.yaml", subject, fitted, where)
    return Calibration(fitted, time.perf_counter() - started, text)
