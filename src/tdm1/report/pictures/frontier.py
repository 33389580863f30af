"""Efficacy against toxicity of regimens, each with its interval; what another regimen dominates is shown as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Marks differ in shape, so that the picture reads in grey; beyond them the numbers at the marks tell.
_MARKS = ("o", "s", "D", "^", "v", "P", "X", "*")
#: Where the number of a regimen stands beside its mark, in points.
_PLACES = ((7, -14), (7, 5), (-15, 5), (-15, -14))
_TITLE = "Efficacy against toxicity"


@dataclass(frozen=True, slots=True)
class Point:
    """One regimen: value and 95 % interval of efficacy and of toxicity, and the regimens that dominate it."""

    name: str
    efficacy: tuple[float, float, float]
    toxicity: tuple[float, float, float]
    dominated_by: tuple[str, ...]


def _drawn(points: Sequence[Point], efficacy: str, toxicity: str, title: str) -> Figure:
    made, (axes,) = style.figure(height=style.HEIGHT + 0.5 + 0.26 * len(points))
    axes.grid(visible=True)
    for number, point in enumerate(points):
        colour = style.ARMS[number % len(style.ARMS)]
        beaten, first = bool(point.dominated_by), " (reference)" if number == 0 else ""
        (x, x_low, x_high), (y, y_low, y_high) = point.toxicity, point.efficacy
        line = (0, (2, 2)) if beaten else "-"
        # An interval that the few patients do not give is left out, the point stays.
        axes.plot([x_low, x_high], [y, y], color=colour, linewidth=1.4, linestyle=line)
        axes.plot([x, x], [y_low, y_high], color=colour, linewidth=1.4, linestyle=line)
        axes.plot(
            [x], [y], _MARKS[number % len(_MARKS)], color=colour, markersize=8, linestyle="none",
            markerfacecolor=style.PAPER if beaten else colour, markeredgewidth=1.6,
            label=f"{number + 1}  {point.name}{first}{' (dominated)' if beaten else ''}",
        )
        # Regimens that came out alike would write their numbers over each other.
        alike = sum((other.toxicity[0], other.efficacy[0]) == (x, y) for other in points[:number])
        axes.annotate(
            str(number + 1), (x, y), xytext=_PLACES[alike % len(_PLACES)], textcoords="offset points", fontsize=12,
            fontweight="bold", color=style.INK,
        )
    best = sorted((point for point in points if not point.dominated_by), key=lambda point: point.toxicity[0])
    if len(best) > 1:
        axes.plot(
            [point.toxicity[0] for point in best], [point.efficacy[0] for point in best], color=style.MUTED,
            linewidth=1, linestyle=(0, (5, 3)), zorder=1, label="frontier",
        )
    axes.margins(0.08)
    axes.set_xlabel(f"{toxicity}  (better to the left)")
    axes.set_ylabel(f"{efficacy}\n(better upwards)")
    made.legend(
        loc="outside upper left", handlelength=1.6, fontsize=12, title=title or None, title_fontsize=14,
        alignment="left",
    )
    return made


def _span(values: tuple[float, float, float]) -> str:
    return f"{values[0]:.1f} [{values[1]:.1f} to {values[2]:.1f}]"


def words(points: Sequence[Point], efficacy: str, toxicity: str) -> str:
    """What the picture shows, for those who do not see it: every regimen with its values and standing."""
    told = (
        f"{number + 1} {point.name}: {efficacy} {_span(point.efficacy)}, {toxicity} {_span(point.toxicity)}, "
        + (f"dominated by {', '.join(point.dominated_by)}" if point.dominated_by else "on the frontier")
        for number, point in enumerate(points)
    )
    return f"{_TITLE}. {'; '.join(told)}."


@style.in_style
def picture(points: Sequence[Point], efficacy: str, toxicity: str) -> style.Picture:
    """The picture for a page. `efficacy` and `toxicity` are the names of the axes with their units."""
    caption = (
        f"Each mark is one regimen in the same simulated patients: {efficacy} against {toxicity}; crossed lines are "
        "95 % intervals of each by itself. Filled marks joined by the dashed line: no other regimen is at least as "
        "good in both and better in one. Hollow marks: another regimen is (dominated)."
    )
    told = words(points, efficacy, toxicity)
    return style.Picture(
        "frontier", _TITLE, caption, style.inline_svg(_drawn(points, efficacy, toxicity, ""), "frontier", told)
    )


@style.in_style
def lone_file(points: Sequence[Point], efficacy: str, toxicity: str, kind: str) -> bytes:
    """The picture as the bytes of a `png` or `svg` file of its own; the SVG tells its content in words."""
    content = style.lone_file(_drawn(points, efficacy, toxicity, _TITLE), kind)
    if kind != "svg":
        return content
    head, start, rest = content.partition(b"<svg")
    opening, end, rest = rest.partition(b">")
    told = words(points, efficacy, toxicity).replace("&", "&amp;").replace("<", "&lt;")
    return head + start + opening + b' role="img"' + end + f"<title>{told}</title>".encode() + rest
