"""Effects of earlier lines and of brain metastases on potency and survival, to KAMILLA's subgroups (single arm)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tdm1 import evidence
from tdm1.population import BaselineSpec
from tdm1.trial.arm import run_arm
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.calibration._root import root
from tdm1.trial.clock import MONTH_DAY
from tdm1.trial.definition import TDM1Arm
from tdm1.trial.reading import load
from tdm1.trial.summary import os_curve, pfs_curve


@dataclass(frozen=True, slots=True)
class _Effect:
    """One effect: the fact, the covariate it belongs to, its value in the two subgroups of the table, and the words."""

    fact: str
    covariate: str
    subgroups: dict[str, float]
    words: str
    lowest: float
    highest: float
    endpoint: Literal["PFS_median", "OS_median"] = "PFS_median"


#: Subgroups of the published table and the value of the covariate that they are taken to have.
_EFFECTS = (
    _Effect(
        "tumour.lines_on_half_concentration", "prior_lines", {"T-DM1, 0-1 prior lines": 1, "T-DM1, 4+ prior lines": 4},
        "4 or more to 0 or 1 lines", 0.0, 1.5,
    ),
    _Effect(
        "tumour.cns_on_half_concentration", "cns_metastases",
        {"T-DM1, no CNS metastases": 0, "T-DM1, CNS metastases at baseline": 1}, "with to without brain metastases",
        0.0, 3.0,
    ),
    _Effect(
        "survival.lines", "prior_lines", {"T-DM1, 0-1 prior lines": 1, "T-DM1, 4+ prior lines": 4},
        "4 or more to 0 or 1 lines", -0.4, 0.2, "OS_median",
    ),
)


def _published_ratio(effect: _Effect) -> float:
    rows = evidence.table("trials").filter(trial="KAMILLA_cohort1", endpoint=effect.endpoint)
    reference, other = (float(rows.filter(arm=arm)["value"][0]) for arm in effect.subgroups)
    return other / reference


def _median(
    effect: _Effect, covariate: float, value: float, fitted: Mapping[str, float], patients: int, seed: int
) -> float:
    """Median survival (month) of EMILIA patients of one subgroup; free of progression, interpolated between scans."""
    with evidence.what_if({**fitted, effect.fact: value}):
        trial = load("emilia")
        population = BaselineSpec.model_validate(
            {"based_on": "emilia", effect.covariate: {"distribution": "constant", "value": float(covariate)}}
        )
        arm = next(arm for arm in trial.arms.values() if isinstance(arm, TDM1Arm))
        sized = arm.model_copy(update={"patients": patients})
        changed = trial.model_copy(update={"population": population})
        result = run_arm(changed, "T-DM1", sized, seed, None, lambda share: None)
    if effect.endpoint == "OS_median":
        return os_curve(result).median
    curve = pfs_curve(result)
    # Progression is seen at scans: the curve is smoothed over half a scan interval on either side.
    assert trial.visits.scan_every is not None
    half = trial.visits.scan_every / MONTH_DAY / 2.0
    months = np.arange(1.0, 30.0, 0.1)
    smooth = np.array([0.5 * (curve.at(month - half) + curve.at(month + half)) for month in months])
    return float(np.interp(0.5, smooth[::-1], months[::-1]))


def _fit(
    effect: _Effect, fitted: Mapping[str, float], patients: int, seed: int, say: Callable[[str], None]
) -> float:
    wanted = _published_ratio(effect)

    def miss(value: float) -> float:
        reference, other = (_median(effect, at, value, fitted, patients, seed) for at in effect.subgroups.values())
        say(f"{effect.covariate}: effect {value:.3f}, medians {reference:.1f} and {other:.1f} months")
        return other / reference - wanted

    return root(miss, effect.lowest, effect.highest, 0.01)


def calibrate_lines(patients: int, seed: int, tell: Callable[[float, str], None]) -> Calibration:
    """Effects such that the medians of each pair of subgroups stand in their published ratio."""
    started = time.perf_counter()
    fitted: list[Fitted] = []
    where: dict[str, str] = {}
    for place, effect in enumerate(_EFFECTS):
        known = {item.fact: item.value for item in fitted}
        best = _fit(effect, known, patients, seed, lambda text, place=place: tell((place + 0.5) / len(_EFFECTS), text))
        fitted.append(Fitted(effect.fact, "1", evidence.value(effect.fact, "1"), best))
        where[effect.fact] = (
            f"tdm1 calibrate lines ({patients} patients, seed {seed}): "
            f"ratio of medians ({effect.endpoint.partition('_')[0]}), {effect.words}"
        )
    subject = "Effects of earlier lines and of brain metastases, calibrated to subgroups of KAMILLA"
    text = facts_file("calibrated_lines.yaml", subject, fitted, where)
    return Calibration(fitted, time.perf_counter() - started, text)
