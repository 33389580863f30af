"""Platelets over time: the band of all patients, a few patients, and the grades as bands behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    import polars as pl

#: Lines are drawn for the patients whose lowest count is nearest to these quantiles of all patients.
_QUANTILES = (0.02, 0.15, 0.5, 0.85)


def _band(labs: pl.DataFrame, bands: pl.DataFrame | None) -> pl.DataFrame:
    """time_day, p05, median, p95: the run's own band, or else that of the measured counts week by week."""
    import polars as pl

    if bands is not None:
        own = bands.filter(pl.col("observable") == "platelets")
        if not own.is_empty():
            return own.select("time_day", "p05", "median", "p95").sort("time_day")
    week = (pl.col("time_day") / 7).round() * 7
    value = pl.col("value")
    return (
        labs.group_by(week.alias("time_day"))
        .agg(p05=value.quantile(0.05, "linear"), median=value.median(), p95=value.quantile(0.95, "linear"), n=pl.len())
        .filter(pl.col("n") >= 20)
        .sort("time_day")
        .drop("n")
    )


def _examples(labs: pl.DataFrame) -> list[int]:
    """The patients whose lowest count stands at the drawn quantiles, each once."""
    import polars as pl

    lowest = labs.group_by("patient").agg(pl.col("value").min()).sort("value", "patient")
    places = [round(share * (len(lowest) - 1)) for share in _QUANTILES]
    return list(dict.fromkeys(int(lowest["patient"][place]) for place in places))


@style.in_style
def picture(
    arm: str, labs: pl.DataFrame, bands: pl.DataFrame | None, edges: dict[int, float], version: str,
    key: str = "platelets",
) -> style.Picture | None:
    """Platelets of one arm. `edges` gives, for grades 1 to 4, the count (10*9/L) below which the grade begins.

    `key` is the picture's id on the page.
    """
    import polars as pl

    counts = labs.filter(pl.col("analyte") == "platelets").drop_nulls("value").drop_nans("value")
    if counts.is_empty():
        return None
    band = _band(counts, bands)
    if band.is_empty():
        return None
    last = float(band["time_day"].max())  # pyright: ignore[reportArgumentType]
    made, (axes,) = style.figure()
    floor = 0.0
    for grade, edge in sorted(edges.items(), reverse=True):
        axes.axhspan(floor, edge, color=style.ORANGE, alpha=0.05 + 0.06 * (grade - 1), linewidth=0)
        axes.text(last * 1.01, (floor + edge) / 2, f"grade {grade}", va="center", fontsize=12, clip_on=False)
        floor = edge
    days = band["time_day"].to_numpy()
    axes.fill_between(
        days,
        band["p05"].to_numpy(),
        band["p95"].to_numpy(),
        color=style.BLUE,
        alpha=0.2,
        linewidth=0,
        label="5 to 95 % of patients",
    )
    for number, patient in enumerate(_examples(counts)):
        line = counts.filter((pl.col("patient") == patient) & (pl.col("time_day") <= last)).sort("time_day")
        axes.plot(
            line["time_day"].to_numpy(),
            line["value"].to_numpy(),
            color=style.MUTED,
            linewidth=1,
            marker=".",
            markersize=4,
            label="single patients" if number == 0 else None,
        )
    axes.plot(days, band["median"].to_numpy(), color=style.BLUE, linewidth=2.2, label="median")
    axes.set_xlim(0, last)
    axes.set_ylim(0, float(band["p95"].max()) * 1.22)  # pyright: ignore[reportArgumentType]
    step = next(step for step in (21, 42, 84, 168, 336) if last / step <= 7)
    axes.set_xticks([float(day) for day in range(0, int(last) + 1, step)])
    axes.set_xlabel("days after the first dose")
    axes.set_ylabel("platelets (10$^9$/L)")
    axes.legend(loc="upper right", ncols=3, columnspacing=0.9, handlelength=1.1, handletextpad=0.5, fontsize=11)
    title = f"Platelets, {arm}"
    own = bands is not None and not bands.filter(pl.col("observable") == "platelets").is_empty()
    planned = ", every dose given as planned" if own else ""
    caption = (
        "Simulated platelet counts (10⁹/L) over days: median and the range from the 5th to the 95th percentile of "
        f"patients{planned}. Thin lines: {len(_examples(counts))} single patients as measured, chosen by how low their "
        f"count fell. Shades at the foot: grades of platelets decreased by CTCAE {version}, darker is worse."
    )
    return style.Picture(key, title, caption, style.inline_svg(made, key, title))
