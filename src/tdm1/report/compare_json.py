"""The fixed JSON form of a comparison of regimens. Scripts of users read it: keys do not change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdm1.report.as_json import plain

if TYPE_CHECKING:
    from tdm1.trial.comparing import RegimenComparison, RegimenDifference, RegimenEstimate


def _regimen(comparison: RegimenComparison, place: int) -> dict[str, Any]:
    from tdm1.trial.arms import TDM1Arm

    name, arm = list(comparison.arms.items())[place]
    standing = comparison.standings[place]
    return {
        "name": name,
        "asked": comparison.texts[place],
        "drug": "T-DM1" if isinstance(arm, TDM1Arm) else "trastuzumab",
        "dose_mg_per_kg": arm.dose,
        "lower_doses_mg_per_kg": list(comparison.dose_levels_mg_per_kg[name][1:]),
        "every_day": arm.every,
        "cycles": arm.cycles,
        "then_trastuzumab": isinstance(arm, TDM1Arm) and arm.then is not None,
        "dominated_by": list(standing.dominated_by),
        "dominated_in_resamples_pct": standing.dominated_pct,
    }


def _estimate(one: RegimenEstimate) -> dict[str, Any]:
    return {
        "regimen": one.regimen,
        "outcome": one.outcome,
        "value": one.value,
        "lower95": one.lower95,
        "upper95": one.upper95,
    }


def _difference(one: RegimenDifference) -> dict[str, Any]:
    needed = one.number_needed
    return {
        "regimen": one.regimen,
        "reference": one.reference,
        "outcome": one.outcome,
        "value": one.value,
        "lower95": one.lower95,
        "upper95": one.upper95,
        "number_needed": None
        if needed is None
        else {
            "value": needed.value,
            "lower95": needed.lower,
            "upper95": needed.upper,
            "shown": needed.shown,
            "words": str(needed),
        },
    }


def comparison_json(comparison: RegimenComparison) -> dict[str, Any]:
    """A finished comparison in the fixed form; numbers that are infinite or not defined are null.

    Shares in %, times in months, doses as their keys say. A number needed is positive to benefit, negative to harm;
    where `shown` is false its interval runs from lower95 through infinity to upper95.
    """
    from tdm1.trial.paired_bootstrap import RESAMPLES

    return plain(
        {
            "trial": comparison.trial,
            "seed": comparison.seed,
            "patients": comparison.compared_patients,
            "failed_solves": comparison.failed_solves,
            "seconds": comparison.seconds,
            "resamples": RESAMPLES,
            "reference": comparison.reference,
            "regimens": [_regimen(comparison, place) for place in range(len(comparison.arms))],
            "outcomes": [
                {"name": one.name, "words": one.words, "unit": one.unit, "kind": one.kind, "better": one.better}
                for one in comparison.outcomes
            ],
            "estimates": [_estimate(one) for one in comparison.estimates],
            "differences": [_difference(one) for one in comparison.differences],
            "frontier": {"efficacy": comparison.efficacy.name, "toxicity": comparison.toxicity.name},
            "limits": comparison.limits,
        }
    )
