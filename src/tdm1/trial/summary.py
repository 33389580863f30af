"""An arm in numbers: the fixed summary that JSON shows and the comparison reads."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tdm1.evidence.intervals import binomial_interval
from tdm1.symptoms import catalogue
from tdm1.trial.clinic import ABNORMALITIES
from tdm1.trial.endpoints import IDFS_MONTHS, PFS_MONTHS
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


def idfs_curve(arm: ArmResult) -> Curve:
    """Invasive disease-free survival of all patients after surgery; empty in a trial with a tumour."""
    rows = solved(arm)
    if "idfs_month" not in rows.columns:
        return kaplan_meier(np.empty(0), np.empty(0, bool))
    return kaplan_meier(rows["idfs_month"].to_numpy(), rows["idfs_event"].to_numpy())


def grades(arm: ArmResult, abnormality: str) -> NDArray[np.int64] | None:
    """Worst grade of each measured patient for a published abnormality, or None where the arm has none."""
    inside = {published: name for name, published in ABNORMALITIES.items()}
    for column in (f"grade_{inside.get(abnormality, abnormality)}", f"grade_{abnormality}"):
        if column in arm.subjects.columns:
            found = solved(arm)[column].to_numpy()
            return found[found >= 0]
    return None


def event_flags(arm: ArmResult, term: str, column: str) -> NDArray[np.bool_] | None:
    """Whether each patient had an adverse event, of any grade or of grade 3 or more; None where the arm has none.

    A serious event has no grade of its own: it is there or not.
    """
    rows = solved(arm)
    if term == "serious_ae" and column != "any_pct":
        return None
    if term == "serious_ae" and "serious_ae" in rows.columns:
        return rows["serious_ae"].to_numpy()
    for name in _names_of(term):
        if f"ae_{name}" in rows.columns:
            return rows[f"ae_{name}"].to_numpy() >= (1 if column == "any_pct" else 3)
    return None


def _names_of(term: str) -> list[str]:
    return [term, *(group.name for group in catalogue().groups if term in group.also)]


def _labs(arm: ArmResult) -> dict[str, object]:
    found: dict[str, object] = {}
    for abnormality in ABNORMALITIES.values():
        worst = grades(arm, abnormality)
        if worst is not None:
            found[abnormality] = {
                "any_pct": _share(worst >= 1), "g3_pct": _share(worst == 3), "g4_pct": _share(worst == 4),
            }
    return found


def _events(arm: ArmResult) -> dict[str, object]:
    columns = arm.subjects.columns
    # A simulated arm answers for every name that a table uses; a published one for those of its own table.
    simulated = "solve_status" in columns
    also = {group.name: group.also for group in catalogue().groups} if simulated else {}
    found: dict[str, object] = {}
    for column in columns:
        if not column.startswith("ae_"):
            continue
        term = column.removeprefix("ae_")
        for name in (term, *also.get(term, ())):
            shares = {one: event_flags(arm, name, one) for one in ("any_pct", "g3plus_pct")}
            found[name] = {one: _share(flags) for one, flags in shares.items() if flags is not None}
    return found


def summary(arm: ArmResult) -> dict[str, object]:
    """The fixed summary of an arm. Percentages in %, times in months; None where an arm has no such value."""
    rows = solved(arm)
    survival = os_curve(arm)
    with_tumour = "pfs_month" in rows.columns
    pfs = pfs_curve(arm) if with_tumour else None
    idfs = None if with_tumour else idfs_curve(arm)

    def flag(name: str) -> float | None:
        return _share(rows[name].to_numpy()) if name in rows.columns else None

    def site(name: str) -> float | None:
        return _share((rows["recurrence_site"] == name).to_numpy()) if "recurrence_site" in rows.columns else None

    def median(name: str) -> float | None:
        if name not in rows.columns:
            return None
        return float(np.median(rows[name].to_numpy())) if rows.height else float("nan")

    return {
        "n": arm.n,
        "orr_pct": _share(response_flags(arm)) if with_tumour else None,
        "dor_median_month": response_curve(arm).median if with_tumour else None,
        "pfs_median_month": None if pfs is None else pfs.median,
        "pfs_pct": {} if pfs is None else {str(month): 100.0 * pfs.at(month) for month in PFS_MONTHS},
        "pfs_event_pct": flag("pfs_event"),
        "os_median_month": survival.median,
        "os_pct": {} if idfs is None else {str(month): 100.0 * survival.at(month) for month in IDFS_MONTHS},
        "idfs_pct": {} if idfs is None else {str(month): 100.0 * idfs.at(month) for month in IDFS_MONTHS},
        "idfs_event_pct": flag("idfs_event"),
        "distant_recurrence_pct": _sum(site("distant"), site("cns")),
        "cns_recurrence_pct": site("cns"),
        "labs": _labs(arm),
        "adverse_events": _events(arm),
        "dose_reduced_pct": flag("reduced"),
        "dose_delayed_pct": flag("delayed"),
        "stopped_for_ae_pct": flag("stopped_for_ae"),
        "switched_pct": flag("switched"),
        "completed_pct": flag("completed"),
        "relative_dose_intensity_median_pct": median("relative_dose_intensity_pct"),
        "cycles_median": median("cycles"),
        "treatment_median_month": median("treatment_month"),
    }


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


_CURVES = {"pfs_median_month": pfs_curve, "os_median_month": os_curve, "dor_median_month": response_curve}
_AT = {"pfs_pct": pfs_curve, "os_pct": os_curve, "idfs_pct": idfs_curve}
_FLAGS = {
    "dose_reduced_pct": "reduced", "dose_delayed_pct": "delayed", "stopped_for_ae_pct": "stopped_for_ae",
    "completed_pct": "completed", "switched_pct": "switched", "pfs_event_pct": "pfs_event",
    "idfs_event_pct": "idfs_event",
}
_SITES = {"distant_recurrence_pct": ("distant", "cns"), "cns_recurrence_pct": ("cns",)}


def _flags_of(arm: ArmResult, endpoint: str) -> NDArray[np.bool_] | None:
    """Who counts for an endpoint that is a share, or None where it is none."""
    rows = solved(arm)
    if endpoint == "orr_pct":
        return response_flags(arm)
    kind, _, rest = endpoint.partition(".")
    name, _, grade = rest.partition(".")
    if kind == "labs":
        worst = grades(arm, name)
        return None if worst is None else {"any_pct": worst >= 1, "g3_pct": worst == 3, "g4_pct": worst == 4}[grade]
    if kind == "adverse_events":
        return event_flags(arm, name, grade)
    if endpoint in _SITES:
        return rows["recurrence_site"].is_in(_SITES[endpoint]).to_numpy()
    column = _FLAGS.get(endpoint, "")
    return rows[column].to_numpy() if column in rows.columns else None


def interval(arm: ArmResult, endpoint: str) -> tuple[float, float]:
    """95 % interval of a simulated endpoint as if the arm were a real one: exact for shares, log-log for curves."""
    if endpoint in _CURVES:
        return _CURVES[endpoint](arm).median_interval
    kind, _, month = endpoint.partition(".")
    if kind in _AT:
        low, high = _AT[kind](arm).interval_at(float(month))
        return 100.0 * low, 100.0 * high
    flags = _flags_of(arm, endpoint)
    if flags is None:
        return float("nan"), float("nan")
    low, high = binomial_interval(int(flags.sum()), len(flags))
    return 100.0 * low, 100.0 * high
