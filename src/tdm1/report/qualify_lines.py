"""Rows and scores of a qualification as words and small pictures, for the page and the terminal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdm1.report import numbers
from tdm1.report.qualify import simulated_is, words

if TYPE_CHECKING:
    from tdm1.trial.scores import QualifiedRow, Score


@dataclass(frozen=True, slots=True)
class Line:
    """One row ready to print; `bar` holds its little picture in percent of its width, or None."""

    trial: str
    arm: str
    endpoint: str
    published: str
    simulated: str
    state: str
    far: str
    role: str
    drawn: bool
    read: str
    note: str
    bar: dict[str, float] | None


def _number(value: float, unit: str) -> str:
    return numbers.number(value, "" if unit == "1" else unit)


def _interval(low: float, high: float, unit: str) -> str:
    if math.isnan(low) or math.isnan(high) or not (math.isfinite(low) or math.isfinite(high)):
        return "no interval"
    return f"[{_number(low, unit)}, {_number(high, unit)}]"


def published_words(row: QualifiedRow) -> str:
    """The published value with its interval; `*` marks an interval that we computed."""
    star = "*" if row.interval.startswith("computed") else ""
    return f"{row.printed or _number(row.published, row.unit)} {_interval(row.lower95, row.upper95, row.unit)}{star}"


def simulated_words(row: QualifiedRow) -> str:
    """The simulated value with its interval; words where there is no number."""
    kind = simulated_is(row)
    value = _number(row.simulated, row.unit) if kind == "value" else kind
    return f"{value} {_interval(row.simulated_lower95, row.simulated_upper95, row.unit)}"


def far_words(row: QualifiedRow) -> str:
    """How far outside, as a factor from the nearest published bound: `1.40× above`."""
    if row.state != "outside":
        return ""
    if simulated_is(row) == "missing":
        return "no value"
    side = "below" if row.simulated < row.lower95 else "above"
    if not math.isfinite(row.log_distance):
        return f"{side}, no factor"
    if row.log_distance == 0.0:
        return f"{side} by less than a patient"
    factor = math.exp(row.log_distance)
    return f"{factor:.2f}× {side}" if factor < 10 else f"{factor:.0f}× {side}"


def bar(row: QualifiedRow) -> dict[str, float] | None:
    """Published and simulated interval on a common scale of 0 to 100; an open bound runs to the edge."""
    if not (math.isfinite(row.simulated) and math.isfinite(row.published)):
        return None
    given = (row.lower95, row.upper95, row.simulated_lower95, row.simulated_upper95, row.simulated, row.published)
    shown = [value for value in given if math.isfinite(value)]
    low, high = min(shown), max(shown)
    margin = 0.08 * (high - low or abs(high) or 1.0)
    low, high = low - margin, high + margin

    def at(value: float, none: float) -> float:
        value = none if math.isnan(value) else min(max(value, low), high)
        return round(100.0 * (value - low) / (high - low), 2)

    left, right = at(row.lower95, row.published), at(row.upper95, row.published)
    own_left, own_right = at(row.simulated_lower95, row.simulated), at(row.simulated_upper95, row.simulated)
    return {
        "left": left,
        "width": round(right - left, 2),
        "published": at(row.published, row.published),
        "simulated": at(row.simulated, row.simulated),
        "own_left": own_left,
        "own_width": round(own_right - own_left, 2),
    }


def line(row: QualifiedRow) -> Line:
    """A row ready to print."""
    return Line(
        trial=row.trial, arm=row.arm, endpoint=words(row), published=published_words(row),
        simulated=simulated_words(row), state=row.state, far=far_words(row), role=row.role, drawn=row.drawn,
        read=row.read, note=row.note, bar=bar(row),
    )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{100.0 * share:.0f} %"


def score_cells(score: Score) -> tuple[str, str, str, str]:
    """Rows, share inside, coverage and mean absolute log ratio of a score, each with the counts behind it."""
    inside = f"{_percent(score.share_inside)} ({score.inside} of {score.with_interval})"
    coverage = f"{_percent(score.coverage)} ({score.covered} of {score.with_simulated_interval})"
    ratio = "none" if score.mean_abs_log_ratio is None else f"{score.mean_abs_log_ratio:.3f}"
    return (
        str(score.rows),
        inside if score.with_interval else "no interval",
        coverage if score.with_simulated_interval else "no interval",
        f"{ratio} ({score.without_ratio} left out)" if score.without_ratio else ratio,
    )
