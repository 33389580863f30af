"""The report of a run: one HTML file with everything inside it, for screen, telephone and paper."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from tdm1.report import behind_a_run, numbers
from tdm1.report import reasons as why
from tdm1.report.gallery import pictures

if TYPE_CHECKING:
    import jinja2

    from tdm1.trial.result import ComparisonRow, TrialResult


#: Longer groups of lines are folded, and open for the printer.
_SHOWN_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison table, ready to print; `bar` holds its little picture in percent of its width."""

    endpoint: str
    published: str
    simulated: str
    within: bool
    role: str
    read: str
    bar: dict[str, float] | None


def _bar(row: ComparisonRow) -> dict[str, float] | None:
    """Where the published interval and the simulated one lie on a common scale of 0 to 100."""
    given = (row.lower95, row.upper95, row.simulated, row.published)
    if not all(math.isfinite(value) for value in given):
        return None
    own = (row.simulated_lower95, row.simulated_upper95)
    low_own, high_own = own if all(math.isfinite(value) for value in own) else (row.simulated, row.simulated)
    low, high = min(row.lower95, low_own), max(row.upper95, high_own)
    margin = 0.08 * (high - low or abs(high) or 1.0)
    low, high = low - margin, high + margin

    def at(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    return {
        "left": at(row.lower95),
        "width": round(at(row.upper95) - at(row.lower95), 2),
        "published": at(row.published),
        "simulated": at(row.simulated),
        "own_left": at(low_own),
        "own_width": round(at(high_own) - at(low_own), 2),
    }


def _row(row: ComparisonRow) -> Row:
    unit = numbers.unit_words(row.unit)
    return Row(
        endpoint=numbers.endpoint_words(row.endpoint) + (f" ({unit})" if unit else ""),
        published=numbers.published(row),
        simulated=numbers.simulated(row),
        within=bool(row.within),
        role=row.role,
        read=row.read,
        bar=_bar(row),
    )


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one kind of endpoints of an arm, and how many of them lie inside."""

    kind: str
    rows: list[Row]

    @property
    def inside(self) -> int:
        """Lines whose simulated value lies in the published interval."""
        return sum(row.within for row in self.rows)

    @property
    def open(self) -> bool:
        """Whether the lines are shown at once."""
        return len(self.rows) <= _SHOWN_AT_ONCE


def comparison(result: TrialResult) -> dict[str, list[Group]]:
    """The lines of the comparison by arm and kind of endpoint; those outside come first in each."""
    found: dict[str, dict[str, list[Row]]] = {}
    for row in sorted(result.comparison, key=lambda row: bool(row.within)):
        found.setdefault(row.arm, {}).setdefault(numbers.kind(row.endpoint), []).append(_row(row))
    arms = list(dict.fromkeys(row.arm for row in result.comparison))
    return {arm: [Group(kind, found[arm][kind]) for kind in numbers.KINDS if kind in found[arm]] for arm in arms}


def scores(result: TrialResult) -> list[str]:
    """How many published values the simulation met, by role."""
    found: list[str] = []
    for role in ("calibrated", "predicted"):
        rows = [row for row in result.comparison if row.role == role]
        if rows:
            found.append(f"{sum(row.within for row in rows)} of {len(rows)} {role} values lie inside")
    return found


@cache
def _template() -> jinja2.Template:
    import jinja2
    import markupsafe

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    folder = files("tdm1.report").joinpath("templates")
    # A long name breaks after a dot or a low line only.
    environment.filters["breakable"] = lambda name: re.sub(r"([._])", r"\1<wbr>", str(markupsafe.escape(name)))
    environment.filters["number"] = lambda value: f"{value:.4g}"
    return environment.from_string(folder.joinpath("report.html").read_text("utf-8"))


def style_sheet() -> str:
    """The style of the report's pages, with the colours of the pictures for light, dark and print."""
    from tdm1.report.pictures._style import PALETTE

    light = "".join(f"--{name}:{shade};" for name, (shade, _) in PALETTE.items())
    dark = "".join(f"--{name}:{shade};" for name, (_, shade) in PALETTE.items())
    own = files("tdm1.report").joinpath("templates").joinpath("report.css").read_text("utf-8")
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{@media screen{{:root{{{dark}}}}}}}\n{own}"
    )


def page(result: TrialResult, *, finished: datetime) -> str:
    """The report as the text of one HTML file. Nothing in it is loaded from elsewhere; links lead to sources."""
    from tdm1 import __version__
    from tdm1.report.run_tables import all_decisions

    setting, region = behind_a_run.label(result)
    arms: list[dict[str, Any]] = []
    for name, arm in result.arms.items():
        decisions = all_decisions(arm)
        counted = why.reasons(decisions, setting, region) if decisions is not None else []
        arms.append({"name": name, "n": arm.n, "reasons": counted, "summary": _summary(result.summary.get(name, {}))})
    return _template().render(
        result=result,
        finished=finished,
        version=__version__,
        style=style_sheet(),
        comparison=comparison(result),
        derived=any(row.derived_interval for row in result.comparison),
        scores=scores(result),
        pictures=pictures(result),
        arms=arms,
        label=f"the {region} label, {setting} setting" if setting else "the label",
        sources=behind_a_run.sources(result),
        uncertain=behind_a_run.uncertain(result),
        marks=behind_a_run.MARKS,
    )


def _summary(summary: dict[str, object]) -> list[tuple[str, str]]:
    """The single numbers of an arm's summary as words and values."""
    found: list[tuple[str, str]] = []
    told = dict(summary)
    for key in ("pfs_pct", "idfs_pct", "os_pct"):
        curve = summary.get(key)
        if isinstance(curve, dict):
            told |= {f"{key}.{month}": share for month, share in cast("dict[str, object]", curve).items()}
    for key, value in told.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool) and key != "n":
            unit = "months" if key.endswith("_month") else "percent" if "_pct" in key else ""
            found.append(
                (numbers.endpoint_words(key), f"{numbers.number(float(value), unit)} {numbers.unit_words(unit)}")
            )
    return found
