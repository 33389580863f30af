"""The concentration of the conjugate after the first dose: simulated band and what was measured in patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Observed:
    """Measured mean concentrations: days, values in `unit`, and the study they come from."""

    study: str
    time_day: list[float]
    value: list[float]
    unit: str

    @property
    def paper(self) -> str:
        """The study without what stands in brackets after it, such as `Girish 2012`."""
        return self.study.split(" (")[0]


#: Names in the observed table of what is observed here.
_ANALYTES = {"conjugate": "T-DM1 conjugate", "total_antibody": "total trastuzumab", "dm1": "DM1"}


def observed_points(observable: str, dose_mg_per_kg: float, last_day: float) -> list[Observed]:
    """Points measured in patients for `observable` at this dose up to `last_day`, one entry a study."""
    import polars as pl

    from tdm1 import evidence

    if observable not in _ANALYTES:
        return []
    table = evidence.table("clinical_pk").filter(
        (pl.col("analyte") == _ANALYTES[observable])
        & ((pl.col("dose_mg_per_kg") - dose_mg_per_kg).abs() < 1e-9)
        & (pl.col("time_day") > 0)
        & (pl.col("time_day") <= last_day)
        & (pl.col("conc") > 0)
        & pl.col("schedule").str.contains("q3w cycle 1")
    )
    return [
        Observed(str(study), part["time_day"].to_list(), part["conc"].to_list(), part["unit"][0])
        for (study,), part in table.sort("time_day").group_by(["study"], maintain_order=True)
    ]


MARKERS = ("o", "s", "^", "D", "v")


@style.in_style
def picture(
    bands: pl.DataFrame, dose_mg_per_kg: float, cycle_day: float, key: str = "exposure"
) -> style.Picture | None:
    """The band of the conjugate over the first cycle with observed means; None when no band was kept.

    `key` is the picture's id on the page.
    """
    import polars as pl

    first = bands.filter(
        (pl.col("observable") == "conjugate") & (pl.col("time_day") <= cycle_day) & (pl.col("median") > 0)
    ).sort("time_day")
    if first.is_empty():
        return None
    unit = first["unit"][0]
    made, (axes,) = style.figure()
    days = first["time_day"].to_numpy()
    axes.fill_between(
        days,
        first["p05"].to_numpy(),
        first["p95"].to_numpy(),
        color=style.BLUE,
        alpha=0.2,
        linewidth=0,
        label="simulated, 5 to 95 % of patients",
    )
    axes.plot(days, first["median"].to_numpy(), color=style.BLUE, linewidth=2.2, label="simulated median")
    points = [entry for entry in observed_points("conjugate", dose_mg_per_kg, cycle_day) if entry.unit == unit]
    for marker, entry in zip(MARKERS, points, strict=False):
        axes.plot(
            entry.time_day,
            entry.value,
            marker,
            color=style.INK,
            markerfacecolor=style.PAPER,
            markersize=6,
            markeredgewidth=1.4,
            label=f"measured mean, {entry.paper}",
        )
    axes.set_yscale("log")
    axes.set_xlim(0, cycle_day)
    axes.set_xticks([float(day) for day in range(0, int(cycle_day) + 1, 7 if cycle_day > 14 else 1)])
    axes.set_ylim(max(float(first["p05"].min()) * 0.6, 1e-3), float(first["p95"].max()) * 1.6)  # pyright: ignore
    axes.set_xlabel("days after the first dose")
    axes.set_ylabel(f"T-DM1 conjugate ({unit})")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(loc="lower left", handlelength=1.6)
    title = "Concentration of T-DM1 in the first cycle"
    studies = " and ".join(entry.study for entry in points)
    measured = f" Open marks: means measured in patients at the same dose: {studies}." if points else ""
    caption = (
        f"Simulated T-DM1 conjugate in serum ({unit}, logarithmic scale) after {dose_mg_per_kg:g} mg/kg: median and "
        f"the range from the 5th to the 95th percentile of patients.{measured}"
    )
    return style.Picture(key, title, caption, style.inline_svg(made, key, title))
