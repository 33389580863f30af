"""Every laboratory value over time: the band of each arm, measured before the doses, with the grades as lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tdm1.report.numbers import analyte_words
from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    import polars as pl

#: Fewer patients than this, or than this share of the fullest cycle, give no band: those left are not like the others.
_FEWEST, _LEAST_SHARE = 20, 0.3
#: At most this many cycles are drawn.
_CYCLES = 18
_UNITS = {"10*9/L": "10⁹/L", "xULN": "× ULN"}
#: Grade -> how its bound is drawn.
_BOUNDS = {1: (0, (1, 2)), 3: (0, (4, 3))}
_HEIGHT_OF_PANEL = 2.1


def by_cycle(labs: pl.DataFrame, analyte: str, cycle_day: float) -> pl.DataFrame:
    """cycle (from 0), p05, median, p95, n: the first value of each patient in each planned cycle.

    Cycle k holds the days within half a week before, and until half a week before the end of, k times `cycle_day`.
    Cycles with fewer than 20 patients, or than 30 % of those of the fullest cycle, are left out.
    """
    import polars as pl

    margin = 3.5
    mine = labs.filter(pl.col("analyte").cast(pl.String) == analyte).drop_nulls("value").drop_nans("value")
    value = pl.col("value")
    return (
        mine.with_columns(cycle=((pl.col("time_day") + margin) / cycle_day).floor().cast(pl.Int64))
        .sort("patient", "time_day")
        .group_by("patient", "cycle", maintain_order=True)
        .first()
        .group_by("cycle")
        .agg(p05=value.quantile(0.05, "linear"), median=value.median(), p95=value.quantile(0.95, "linear"), n=pl.len())
        .filter((pl.col("n") >= _FEWEST) & (pl.col("n") >= _LEAST_SHARE * pl.col("n").max()))
        .filter(pl.col("cycle") <= _CYCLES)
        .sort("cycle")
    )


@style.in_style
def picture(
    arms: Mapping[str, pl.DataFrame], bounds: Mapping[str, Mapping[int, float]], version: str, cycle_day: float
) -> style.Picture | None:
    """One panel an analyte, one band an arm; None when no arm has enough values.

    arms     laboratory tables (patient, time_day, analyte, value, unit) by arm
    bounds   by analyte the value at which grades 1 and 3 begin, in the unit of the value
    """
    import polars as pl
    from matplotlib.figure import Figure

    told = (str(name) for labs in arms.values() for name in labs["analyte"].unique(maintain_order=True))
    analytes = list(dict.fromkeys(told))
    bands = {
        name: {arm: band for arm, labs in arms.items() if not (band := by_cycle(labs, name, cycle_day)).is_empty()}
        for name in analytes
    }
    shown = {name: found for name, found in bands.items() if found}
    if not shown:
        return None
    rows = -(-len(shown) // 2)
    made = Figure(figsize=(2 * style.WIDTH, 0.7 + _HEIGHT_OF_PANEL * rows), layout="constrained")
    panels = list(made.subplots(rows, 2, sharex=True, squeeze=False).flat)
    for spare in panels[len(shown) :]:
        spare.set_visible(False)
    units = {name: str(labs.filter(pl.col("analyte").cast(pl.String) == name)["unit"][0])
             for name in shown for labs in arms.values() if name in labs["analyte"].unique().cast(pl.String)}
    for axes, (name, found) in zip(panels, shown.items(), strict=False):
        axes.grid(axis="y")
        axes.tick_params(length=3, labelbottom=True)
        for number, (arm, band) in enumerate((arm, found[arm]) for arm in arms if arm in found):
            colour = style.ARMS[number % len(style.ARMS)]
            cycles = band["cycle"].to_numpy()
            axes.fill_between(
                cycles, band["p05"].to_numpy(), band["p95"].to_numpy(), color=colour, alpha=0.16, linewidth=0
            )
            axes.plot(
                cycles, band["median"].to_numpy(), color=colour, linewidth=2.0, linestyle="--" if number % 2 else "-",
                label=arm,
            )
        low, high = axes.get_ylim()
        for grade, bound in bounds.get(name, {}).items():
            if low <= bound <= high:
                axes.axhline(bound, color=style.MUTED, linewidth=0.9, linestyle=_BOUNDS[grade])
                axes.text(1.01, bound, f"grade {grade}", transform=axes.get_yaxis_transform(), va="center",
                          fontsize=10, color=style.MUTED)
        unit = _UNITS.get(units[name], units[name])
        axes.set_title(f"{analyte_words(name)} ({unit})", loc="left", fontsize=12, pad=3)
    handles, names = panels[0].get_legend_handles_labels()
    made.legend(handles, names, loc="outside upper left", ncols=len(names))
    made.supxlabel("cycles since the first dose", fontsize=12)
    title = "Laboratory values over time"
    caption = (
        "Simulated laboratory values at the first visit of each cycle, of patients still under treatment: median "
        f"(line) and the range from the 5th to the 95th percentile (shade), for {' and '.join(arms)}. Dotted and "
        f"dashed lines: where grades 1 and 3 begin by CTCAE {version}. What happens between these visits, such as the "
        "lowest platelet count of a cycle, is not seen here."
    )
    return style.Picture("laboratory", title, caption, style.inline_svg(made, "laboratory", title), wide=True)
