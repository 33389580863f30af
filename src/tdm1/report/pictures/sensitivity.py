"""Ranked bars of a sensitivity analysis: elasticities to both sides of zero, Sobol indices with their intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tdm1.report import sensitivity_rows as rows
from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tdm1.report.sensitivity_rows import Row
    from tdm1.trial.sensitivity import Output, Sensitivity

#: Parameters shown unless another number is asked for.
TOP = 12
#: Numbers below this are shown as 0.00.
_NOTHING = 0.005


def _axes(shown: Sequence[Row], title: str, mark: bool = False) -> tuple[Figure, Axes]:
    """Axes with a row for each parameter; with `mark`, a star at those whose range is our own choice."""
    made, (axes,) = style.figure(height=1.7 + 0.3 * len(shown))
    axes.grid(visible=False)
    axes.grid(axis="x")
    starred = [mark and row.varied.basis == "our choice" for row in shown]
    labels = [rows.parameter(row.varied) + ("*" if star else "") for row, star in zip(shown, starred, strict=True)]
    axes.set_yticks(range(len(shown)), labels, fontsize=11)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    if title:
        made.suptitle(title, fontsize=13)
    return made, axes


def _local(shown: Sequence[Row], output: Output, title: str) -> Figure:
    made, axes = _axes(shown, title)
    numbers = [row.elasticity.value if row.elasticity else math.nan for row in shown]
    colours = [style.BLUE if number > 0 else style.ORANGE for number in numbers]
    axes.barh(range(len(shown)), numbers, height=0.62, color=colours)
    axes.axvline(0.0, color=style.MUTED, linewidth=0.9)
    widest = max((abs(number) for number in numbers if math.isfinite(number)), default=1.0) or 1.0
    axes.set_xlim(-1.4 * widest, 1.4 * widest)
    for place, row in enumerate(shown):
        number = numbers[place]
        at = number if math.isfinite(number) else 0.0
        axes.annotate(
            rows.elasticity(row), (at, place), xytext=(4 if at >= 0 else -4, 0), textcoords="offset points",
            va="center", ha="left" if at >= 0 else "right", fontsize=10, color=style.INK,
        )
    per = "change per relative change" if output.logarithm else "% per %"
    axes.set_xlabel(f"elasticity ({per})")
    return made


def _sobol(shown: Sequence[Row], title: str) -> Figure:
    made, axes = _axes(shown, title, mark=True)
    found = [row.index for row in shown if row.index is not None]
    bar: dict[str, Any] = {"height": 0.34, "error_kw": {"ecolor": style.INK, "elinewidth": 1.0, "capsize": 2.0}}
    places = range(len(found))
    axes.barh(
        [place - 0.18 for place in places], [one.total for one in found], color=style.SKY, label="total",
        xerr=[one.total_half_width95 for one in found], **bar,
    )
    axes.barh(
        [place + 0.18 for place in places], [one.first for one in found], color=style.BLUE, label="first order",
        xerr=[one.first_half_width95 for one in found], **bar,
    )
    axes.axvline(0.0, color=style.MUTED, linewidth=0.9)
    axes.set_xlabel("share of the output's variance")
    axes.legend(loc="lower right", frameon=True, facecolor=style.PAPER, edgecolor="none", framealpha=1.0)
    return made


def _tells(row: Row, kind: str) -> bool:
    """Whether a row's number is more than a rounded zero; one without a number tells that there is none."""
    if kind == "sobol":
        return row.index is not None and row.index.total >= _NOTHING
    return row.elasticity is not None and not abs(row.elasticity.value) < _NOTHING


def shown(found: Sensitivity, output: str, kind: str, top: int = TOP) -> list[Row]:
    """The rows of a picture: by size of the elasticity for `local`, by total index for `sobol`, none that is 0.00."""
    order = [one.parameter for one in (found.indices_of if kind == "sobol" else found.elasticities_of)(output)]
    rank = {name: place for place, name in enumerate(order)}
    of = [row for row in rows.ranked(found, output) if row.varied.name in rank]
    return [row for row in sorted(of, key=lambda row: rank[row.varied.name]) if _tells(row, kind)][:top]


def _drawn(found: Sensitivity, output: Output, kind: str, top: int, titled: bool) -> Figure:
    title = rows.name(output) if titled else ""
    of = shown(found, output.name, kind, top)
    return _sobol(of, title) if kind == "sobol" else _local(of, output, title)


def words(found: Sensitivity, output: Output, kind: str, top: int = TOP) -> str:
    """What the picture shows, for those who do not see it."""
    told = (
        f"{rows.parameter(row.varied)} "
        + (f"total {rows.total(row)}, first order {rows.first(row)}" if kind == "sobol" else rows.elasticity(row))
        for row in shown(found, output.name, kind, top)
    )
    what = "Sobol indices" if kind == "sobol" else "Elasticities"
    return f"{what} of {rows.name(output)}, ranked: {'; '.join(told)}."


_CAPTIONS = {
    "local": "Local: how the output of the reference patient moves with each parameter. To the right: it rises.",
    "sobol": "Global: share of the output's variance that each parameter makes over its range, alone (first order) and "
    "together with others (total). Lines: 95 % intervals of the estimate. A star: nothing is known of the range, its "
    "width is our choice.",
}


@style.in_style
def picture(found: Sensitivity, output: Output, kind: str, top: int = TOP) -> style.Picture:
    """The `local` or `sobol` picture of one output, for a page."""
    key = f"{kind}-{output.name}".replace("_", "-")
    title = "Sobol indices" if kind == "sobol" else "Elasticities"
    svg = style.inline_svg(_drawn(found, output, kind, top, titled=False), key, words(found, output, kind, top))
    return style.Picture(key, title, _CAPTIONS[kind], svg)


@style.in_style
def lone_file(found: Sensitivity, output: Output, kind: str, file_kind: str, top: int = TOP) -> bytes:
    """The picture as the bytes of a `png` or `svg` file of its own; the SVG tells its content in words."""
    import matplotlib as mpl

    # Ids are the same in every run.
    with mpl.rc_context({"svg.hashsalt": kind}):
        content = style.lone_file(_drawn(found, output, kind, top, titled=True), file_kind)
    if file_kind != "svg":
        return content
    head, start, rest = content.partition(b"<svg")
    opening, end, rest = rest.partition(b">")
    told = words(found, output, kind, top).replace("&", "&amp;").replace("<", "&lt;")
    return head + start + opening + b' role="img"' + end + f"<title>{told}</title>".encode() + rest
