"""Numbers as words for people: the same rounding in the terminal and in the report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdm1.trial.result import ComparisonRow

#: What a reader sees for a unit; units that are not listed are shown as they are.
_UNIT_WORDS = {"percent": "%", "pct": "%", "months": "months", "month": "months", "ratio": "", "dimensionless": ""}


def unit_words(unit: str) -> str:
    """The unit as shown to people: `%` for percent, nothing for a ratio."""
    return _UNIT_WORDS.get(unit, unit)


def number(value: float, unit: str = "") -> str:
    """`value` rounded as its unit is usually printed; `not reached` when it is not finite."""
    if not math.isfinite(value):
        return "not reached"
    if unit_words(unit) in ("%", "months"):
        return f"{value:.1f}"
    if unit == "ratio":
        return f"{value:.2f}"
    return f"{value:.3g}"


def interval(lower: float, upper: float, unit: str = "") -> str:
    """`[lower, upper]`; an end that is not finite is shown as words."""
    if not (math.isfinite(lower) or math.isfinite(upper)):
        return "no interval"
    return f"[{number(lower, unit)}, {number(upper, unit)}]"


def published(row: ComparisonRow) -> str:
    """The published value with its interval; `*` marks an interval that we computed from the paper's counts."""
    star = "*" if row.derived_interval else ""
    return f"{row.printed or number(row.published, row.unit)} {interval(row.lower95, row.upper95, row.unit)}{star}"


def simulated(row: ComparisonRow) -> str:
    """The simulated value with its interval."""
    return f"{number(row.simulated, row.unit)} {interval(row.simulated_lower95, row.simulated_upper95, row.unit)}"


_ENDPOINTS = {
    "orr_pct": "objective response",
    "pfs_median_month": "median PFS",
    "os_median_month": "median OS",
    "dor_median_month": "median duration of response",
    "pfs_event_pct": "progressed or died",
    "os_event_pct": "died",
    "dose_reduced_pct": "dose reduced",
    "dose_delayed_pct": "dose delayed",
    "stopped_for_ae_pct": "stopped for AE",
    "relative_dose_intensity_median_pct": "median dose intensity",
    "treatment_median_month": "median time on treatment",
    "cycles_median": "median cycles",
}
_ANALYTES = {"alt": "ALT", "ast": "AST", "lvef": "LVEF"}
_TAILS = {"any_pct": "any grade", "g3_pct": "grade 3", "g4_pct": "grade 4", "g3plus_pct": "grade 3+"}


def endpoint_words(endpoint: str) -> str:
    """An endpoint's name in words. `labs.platelets_decreased.g3_pct` is `platelets, grade 3`."""
    if endpoint in _ENDPOINTS:
        return _ENDPOINTS[endpoint]
    parts = [part for part in endpoint.replace(" ", ".").split(".") if part not in ("labs", "adverse_events")]
    if len(parts) > 1 and parts[0] in ("pfs_pct", "idfs_pct", "os_pct"):
        return f"{parts[0].split('_')[0].upper()} at {parts[1]} months"
    # The grades of these laboratory terms have one direction each, so it need not be said.
    shown = (part.removesuffix("_decreased").removesuffix("_increased") for part in parts)
    return ", ".join(_TAILS.get(part, _ANALYTES.get(part, part.replace("_", " "))) for part in shown)
