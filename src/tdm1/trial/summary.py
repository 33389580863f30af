"""An arm in numbers: the fixed summary that JSON shows and the comparison reads."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1.evidence.intervals import binomial_interval
from tdm1.trial.clinic import ABNORMALITIES
from tdm1.trial.endpoints import PFS_MONTHS
from tdm1.trial.result import ArmResult
from tdm1.trial.survival_curve import Curve, kaplan_meier

Array = NDArray[np.float64]


def solved(arm: ArmResult) -> pl.DataFrame:
    """The patients whose integration succeeded: the others count as failed, never as data."""
    if "solve_status" not in arm.subjects.columns:
        return arm.subjects
    return arm.subjects.filter(pl.col("solve_status") == 0)


def failures(arm: ArmResult) -> int:
    """Patients whose integration failed."""
    return arm.n - solved(arm).height


def _share(flags: NDArray[np.bool_]) -> float:
    return 100.0 * float(np.mean(flags)) if len(flags) else float("nan")


def response_flags(arm: ArmResult) -> NDArray[np.bool_]:
    """Objective response of each patient with measurable disease."""
    rows = solved(arm).filter(pl.col("measurable"))
    return rows["best_response"].is_in(["CR", "PR"]).to_numpy()


def response_curve(arm: ArmResult) -> Curve:
    """Duration of response: from first response to progression or death."""
    rows = solved(arm).filter(pl.col("measurable") & pl.col("best_response").is_in(["CR", "PR"]))
    lasted = np.maximum(rows["pfs_month"].to_numpy() - rows["response_month"].to_numpy(), 0.0)
    return kaplan_meier(lasted, rows["pfs_event"].to_numpy())


def pfs_curve(arm: ArmResult) -> Curve:
    """Progression-free survival of all patients."""
    rows = solved(arm)
    return kaplan_meier(rows["pfs_month"].to_numpy(), rows["pfs_event"].to_numpy())


def os_curve(arm: ArmResult) -> Curve:
    """Overall survival of all patients; empty where the arm has none."""
    rows = solved(arm)
    if "os_month" not in rows.columns:
        return kaplan_meier(np.empty(0), np.empty(0, bool))
    return kaplan_meier(rows["os_month"].to_numpy(), rows["os_event"].to_numpy())


def grades(arm: ArmResult, abnormality: str) -> NDArray[np.int64] | None:
    """Worst grade of each measured patient for a published abnormality, or None where the arm has none."""
    inside = {published: name for name, published in ABNORMALITIES.items()}
    for column in (f"grade_{inside.get(abnormality, abnormality)}", f"grade_{abnormality}"):
        if column in arm.subjects.columns:
            found = solved(arm)[column].to_numpy()
            return found[found >= 0]
    return None


def summary(arm: ArmResult) -> dict[str, object]:
    """The fixed summary of an arm. Percentages in %, times in months; None where an arm has no such value."""
    rows = solved(arm)
    pfs, survival = pfs_curve(arm), os_curve(arm)

    def flag(name: str) -> float | None:
        return _share(rows[name].to_numpy()) if name in rows.columns else None

    def median(name: str) -> float | None:
        if name not in rows.columns:
            return None
        return float(np.median(rows[name].to_numpy())) if rows.height else float("nan")

    labs: dict[str, object] = {}
    for abnormality in ABNORMALITIES.values():
        worst = grades(arm, abnormality)
        if worst is not None:
            labs[abnormality] = {
                "any_pct": _share(worst >= 1),
                "g3_pct": _share(worst == 3),
                "g4_pct": _share(worst == 4),
            }
    return {
        "n": arm.n,
        "orr_pct": _share(response_flags(arm)),
        "dor_median_month": response_curve(arm).median,
        "pfs_median_month": pfs.median,
        "pfs_pct": {str(month): 100.0 * pfs.at(month) for month in PFS_MONTHS},
        "pfs_event_pct": _share(rows["pfs_event"].to_numpy()),
        "os_median_month": survival.median,
        "idfs_pct": {},
        "labs": labs,
        "adverse_events": {},
        "dose_reduced_pct": flag("reduced"),
        "dose_delayed_pct": flag("delayed"),
        "stopped_for_ae_pct": flag("stopped_for_ae"),
        "relative_dose_intensity_median_pct": median("relative_dose_intensity_pct"),
        "cycles_median": median("cycles"),
        "treatment_median_month": median("treatment_month"),
    }


def interval(arm: ArmResult, endpoint: str) -> tuple[float, float]:
    """95 % interval of a simulated endpoint as if the arm were a real one: exact for shares, log-log for medians."""
    curves = {"pfs_median_month": pfs_curve, "os_median_month": os_curve, "dor_median_month": response_curve}
    if endpoint in curves:
        return curves[endpoint](arm).median_interval
    rows = solved(arm)
    flags: NDArray[np.bool_]
    if endpoint == "orr_pct":
        flags = response_flags(arm)
    elif endpoint.startswith("labs."):
        _, abnormality, grade = endpoint.split(".")
        worst = grades(arm, abnormality)
        if worst is None:
            return float("nan"), float("nan")
        flags = {"any_pct": worst >= 1, "g3_pct": worst == 3, "g4_pct": worst == 4}[grade]
    else:
        column = {
            "dose_reduced_pct": "reduced",
            "dose_delayed_pct": "delayed",
            "stopped_for_ae_pct": "stopped_for_ae",
            "pfs_event_pct": "pfs_event",
        }.get(endpoint)
        if column is None:
            return float("nan"), float("nan")
        flags = rows[column].to_numpy()
    low, high = binomial_interval(int(flags.sum()), len(flags))
    return 100.0 * low, 100.0 * high
