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
    "idfs_event_pct": "recurred or died",
    "distant_recurrence_pct": "distant recurrence first",
    "cns_recurrence_pct": "recurrence in the brain first",
    "pfs_hr": "hazard ratio, PFS",
    "idfs_hr": "hazard ratio, IDFS",
    "os_hr": "hazard ratio, OS",
    "completed_pct": "completed treatment",
    "switched_pct": "went on to trastuzumab",
    "dose_reduced_pct": "dose reduced",
    "dose_delayed_pct": "dose delayed",
    "stopped_for_ae_pct": "stopped for AE",
    "relative_dose_intensity_median_pct": "median dose intensity",
    "treatment_median_month": "median time on treatment",
    "cycles_median": "median cycles",
}
_ANALYTES = {"alt": "ALT", "ast": "AST", "lvef": "LVEF", "hemoglobin": "haemoglobin"}
#: Kinds of endpoints in the order of a report; the last is everything else.
KINDS = ("disease and treatment", "laboratory values", "adverse events")
_TAILS = {"any_pct": "any grade", "g3_pct": "grade 3", "g4_pct": "grade 4", "g3plus_pct": "grade 3+"}


def kind(endpoint: str) -> str:
    """Which of KINDS an endpoint belongs to."""
    return {"labs": KINDS[1], "adverse_events": KINDS[2]}.get(endpoint.partition(".")[0], KINDS[0])


def analyte_words(abnormality: str) -> str:
    """An analyte's abnormality in words: `alt_increased` is `ALT`, for its grades have one direction."""
    shown = abnormality.removesuffix("_decreased").removesuffix("_increased")
    return _ANALYTES.get(shown, shown.replace("_", " "))


def event_words(term: str) -> str:
    """An adverse event of a published table in words: `any_grade3plus_ae_final` is `any event`."""
    if term.startswith("any_grade3plus_ae"):
        return "any event"
    if term == "serious_ae":
        return "serious event"
    for tail in ("grouped", "broad"):
        term = f"{term.removesuffix(f'_{tail}')} ({tail})" if term.endswith(f"_{tail}") else term
    return term.replace("_", " ")


def endpoint_words(endpoint: str) -> str:
    """An endpoint's name in words. `labs.platelets_decreased.g3_pct` is `platelets, grade 3`."""
    if endpoint in _ENDPOINTS:
        return _ENDPOINTS[endpoint]
    words = event_words if kind(endpoint) == KINDS[2] else analyte_words
    parts = [part for part in endpoint.replace(" ", ".").split(".") if part not in ("labs", "adverse_events")]
    if len(parts) > 1 and parts[0] in ("pfs_pct", "idfs_pct", "os_pct"):
        return f"{parts[0].split('_')[0].upper()} at {parts[1]} months"
    return ", ".join(_TAILS.get(part) or words(part) for part in parts)
