"""The waterfall of best response: one bar a patient, ordered by the best change of the tumour's diameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    import polars as pl

#: Response -> colour and words. The order is that of the legend.
_RESPONSES = {
    "PD": (style.ORANGE, "progression"),
    "SD": (style.GREY, "stable disease"),
    "PR": (style.SKY, "partial response"),
    "CR": (style.GREEN, "complete response"),
    "NE": (style.YELLOW, "not evaluable"),
}
#: More bars than this cannot be told apart; then evenly spaced patients stand for all.
_BARS = 500
#: Bars end here; a change beyond is named in the caption.
_TOP_PCT = 100.0


def _outlines(heights: Any, mine: Any) -> list[list[tuple[float, float]]]:
    """The outline of every run of neighbouring bars in `mine`: one shape a run, so that no seams show between bars."""
    found: list[list[tuple[float, float]]] = []
    start: int | None = None
    for place in range(len(mine) + 1):
        inside = place < len(mine) and bool(mine[place])
        if inside and start is None:
            start = place
        if not inside and start is not None:
            tops = [(float(x), float(heights[bar])) for bar in range(start, place) for x in (bar, bar + 1)]
            found.append([(float(start), 0.0), *tops, (float(place), 0.0)])
            start = None
    return found


@style.in_style
def picture(
    arm: str, subjects: pl.DataFrame, partial_pct: float, progression_pct: float, key: str = "response"
) -> style.Picture | None:
    """The waterfall of an arm's patients with measurable disease; None when there is no measured change.

    `partial_pct` and `progression_pct` are the RECIST bounds of the change (−30 and +20 %), drawn as lines;
    `key` is the picture's id on the page.
    """
    import numpy as np
    import polars as pl
    from matplotlib.collections import PolyCollection

    measured = (
        subjects.filter(pl.col("measurable").cast(pl.Boolean))
        .drop_nulls("best_change_pct")
        .drop_nans("best_change_pct")
    )
    if measured.is_empty():
        return None
    ordered = measured.sort("best_change_pct", "patient", descending=[True, False])
    count = len(ordered)
    shown = np.unique(np.linspace(0, count - 1, min(count, _BARS)).round().astype(int))
    change = ordered["best_change_pct"].to_numpy()[shown]
    response = ordered["best_response"].to_numpy()[shown]
    made, (axes,) = style.figure()
    for code, (colour, words) in _RESPONSES.items():
        count_here = int((ordered["best_response"] == code).sum())
        if count_here:
            outlines = _outlines(np.clip(change, -100, _TOP_PCT), response == code)
            axes.add_collection(
                PolyCollection(outlines, facecolor=colour, linewidth=0, label=f"{words} ({count_here})")
            )
    for bound in (partial_pct, progression_pct):
        axes.axhline(bound, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.text(len(shown) * 1.005, bound, f"{bound:+.0f} %", va="center", fontsize=12, clip_on=False)
    axes.axhline(0, color=style.MUTED, linewidth=0.9)
    axes.set_xlim(0, len(shown))
    axes.set_ylim(-104, max(40.0, min(float(change.max()) * 1.05, _TOP_PCT)))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlabel(f"{count} patients with measurable disease")
    axes.set_ylabel("best change of diameters (%)")
    axes.legend(loc="lower left", handlelength=0.8)
    title = f"Best response, {arm}"
    beyond = int((ordered["best_change_pct"] > _TOP_PCT).sum())
    counts = ", ".join(
        f"{int((ordered['best_response'] == code).sum())} {words}" for code, (_, words) in _RESPONSES.items()
    )
    caption = (
        "Each bar is one simulated patient: the best change of the sum of target lesion diameters from baseline, in "
        f"percent, coloured by best overall response ({counts}). Dashed lines: the bounds of partial response and "
        "progression. A bar past the bound of response counts as stable where no later scan confirmed it."
        + (f" {len(shown)} evenly spaced patients of {count} are drawn." if len(shown) < count else "")
        + (f" {beyond} bars go beyond {_TOP_PCT:.0f} %." if beyond else "")
    )
    return style.Picture(key, title, caption, style.inline_svg(made, key, title))
