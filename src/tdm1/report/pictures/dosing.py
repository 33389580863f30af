"""Relative dose intensity: how much of the planned dose each patient got."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    import polars as pl

_BIN_PCT = 5


@style.in_style
def picture(arm: str, subjects: pl.DataFrame, key: str = "intensity") -> style.Picture | None:
    """Histogram of the relative dose intensity of one arm; None when it has none. `key` is its id on the page."""
    import numpy as np

    if "relative_dose_intensity_pct" not in subjects.columns:
        return None
    intensity = subjects["relative_dose_intensity_pct"].drop_nulls().drop_nans().to_numpy()
    if not len(intensity):
        return None
    made, (axes,) = style.figure()
    # Sums of many doses can stand a rounding error above 100.
    top = max(100, int(np.ceil((intensity.max() - 1e-6) / _BIN_PCT)) * _BIN_PCT)
    low = min(50, int(np.floor(intensity.min() / _BIN_PCT)) * _BIN_PCT)
    counts, edges = np.histogram(np.minimum(intensity, top), np.arange(low, top + _BIN_PCT, _BIN_PCT))
    share = 100 * counts / len(intensity)
    axes.bar(edges[:-1], share, width=_BIN_PCT * 0.92, align="edge", color=style.BLUE, linewidth=0)
    for left, height, count in zip(edges, share, counts, strict=False):
        if count:
            axes.text(
                left + _BIN_PCT * 0.46, height, str(count), ha="center", va="bottom", fontsize=11, color=style.MUTED
            )
    median = float(np.median(intensity))
    axes.axvline(median, color=style.INK, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.annotate(
        f"median {median:.1f} %",
        (median, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-6, -4),
        textcoords="offset points",
        ha="right",
        va="top",
    )
    axes.set_ylim(0, float(share.max()) * 1.15)
    axes.set_xlabel("relative dose intensity (%)")
    axes.set_ylabel("patients (%)")
    title = f"Dose intensity, {arm}"
    caption = (
        "Relative dose intensity: milligrams given per week as a share of those planned, in percent. Bars: share of "
        f"simulated patients in steps of {_BIN_PCT} %, with their number above; dashed line: median."
    )
    return style.Picture(key, title, caption, style.inline_svg(made, key, title))
