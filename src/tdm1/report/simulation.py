"""A simulation drawn to a file: one panel an observation, with measured points where they fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tdm1.evidence import drugs
from tdm1.report.pictures import _style as style
from tdm1.report.pictures.exposure import MARKERS, Observed, observed_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tdm1.report.as_json import SimulationLike

KINDS = (".png", ".svg", ".html")
#: Units that are shown on a logarithmic scale: concentrations fall by orders of magnitude.
_LOGARITHMIC = ("ug/mL", "ng/mL", "nM", "nmol/L")


class PictureError(ValueError):
    """A picture that cannot be written where it was asked for."""


def check_picture_file(path: Path) -> None:
    """Raise PictureError unless `path` ends in .png, .svg or .html, in a folder that exists."""
    if path.suffix.lower() not in KINDS:
        raise PictureError(
            f"--plot {path}: a picture is a {', '.join(KINDS[:-1])} or {KINDS[-1]} file; change the ending"
        )
    if not path.absolute().parent.is_dir():
        raise PictureError(f"--plot {path}: there is no folder {path.absolute().parent}; make it first")
    if path.is_dir():
        raise PictureError(f"--plot {path}: this is a folder; name a file")


def _panel(axes: Axes, simulation: SimulationLike, name: str, points: list[Observed], markers: dict[str, str]) -> None:
    """Draw one observation with its measured points."""
    import numpy as np

    unit = simulation.unit[name]
    days = np.asarray(simulation.time_day, dtype=float)
    low, middle, high = (
        np.asarray(part[name], dtype=float) for part in (simulation.p05, simulation.median, simulation.p95)
    )
    logarithmic = unit in _LOGARITHMIC and bool((middle > 0).any())
    shown = np.isfinite(middle) & (middle > 0 if logarithmic else True)
    top = float(high[shown].max()) if shown.any() else 1.0
    bottom = 0.0
    if logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        # A band that reaches 0 ends at the foot of the picture, a little below the lowest median.
        bottom = max(float(low[shown].min()) * 0.7, float(middle[shown].min()) * 0.2)
        low = np.maximum(low, bottom)
    axes.set_ylim(bottom, top * (1.6 if logarithmic else 1.12))
    axes.fill_between(
        days[shown], low[shown], high[shown], color=style.BLUE, alpha=0.2, linewidth=0, label="5 to 95 % of patients"
    )
    axes.plot(days[shown], middle[shown], color=style.BLUE, linewidth=2, label="median")
    for entry in points:
        axes.plot(
            entry.time_day,
            entry.value,
            markers[entry.paper],
            color=style.INK,
            markerfacecolor=style.PAPER,
            markersize=5.5,
            markeredgewidth=1.3,
            label=f"measured mean, {entry.paper}",
        )
    axes.set_ylabel(f"{name.replace('_', ' ')}\n({unit})")
    axes.set_xlim(float(days.min()), float(days.max()) if days.max() > days.min() else float(days.min()) + 1)


def _figure(
    simulation: SimulationLike, dose_mg_per_kg: float, every_days: float, title: str, measured: bool
) -> tuple[Figure, list[str]]:
    names = list(simulation.unit)
    last_day = min(every_days, float(max(simulation.time_day)))
    points = {
        name: [entry for entry in observed_points(name, dose_mg_per_kg, last_day) if measured and entry.unit == unit]
        for name, unit in simulation.unit.items()
    }
    # A paper keeps its mark over all panels.
    papers = list(dict.fromkeys(entry.paper for entries in points.values() for entry in entries))
    markers = {paper: MARKERS[number % len(MARKERS)] for number, paper in enumerate(papers)}
    made, panels = style.figure(height=1.4 + 2.4 * len(names), rows=(1,) * len(names))
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, simulation, name, points[name], markers)
    last = float(max(simulation.time_day))
    if 1 < last / every_days <= 8:
        panels[-1].set_xticks([every_days * cycle for cycle in range(int(last / every_days) + 1)])
    panels[-1].set_xlabel("days after the first dose")
    entries = {
        label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    made.legend(
        list(entries.values()),
        list(entries),
        loc="outside upper left",
        ncols=2,
        fontsize=11,
        handlelength=1.4,
        title=title or None,
        title_fontsize=14,
        alignment="left",
    )
    return made, papers


@style.in_style
def draw(
    simulation: SimulationLike, path: Path, *, dose_mg_per_kg: float, every_days: float, drug: str = "t_dm1"
) -> None:
    """Draw every observation of `simulation` to `path`, which is replaced when it exists.

    Of T-DM1, measured means of `clinical_pk` are drawn for observations in the same unit at the same dose, in the
    first cycle. `drug` names a card.
    Raises PictureError when the file cannot be written.
    """
    check_picture_file(path)
    name = drugs.drug(drug).title.partition(" (")[0] if drug != "t_dm1" else "T-DM1"
    title, measured = f"{name} {dose_mg_per_kg:g} mg/kg every {every_days:g} days", drug == "t_dm1"
    if path.suffix.lower() == ".html":
        # The page has the title in its own type.
        made, papers = _figure(simulation, dose_mg_per_kg, every_days, "", measured)
        content = _page(style.inline_svg(made, "simulation", title), title, papers).encode("utf-8")
    else:
        made, _ = _figure(simulation, dose_mg_per_kg, every_days, title, measured)
        content = style.lone_file(made, path.suffix.lower().removeprefix("."))
    try:
        path.write_bytes(content)
    except OSError as error:
        raise PictureError(f"--plot {path}: the file cannot be written: {error}") from error


def _page(svg: str, title: str, papers: list[str]) -> str:
    from tdm1.report.html import style_sheet

    measured = f" Open marks: means measured in patients at this dose ({', '.join(papers)})." if papers else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style_sheet()}</style></head>\n'
        f"<body><main><h1>{title}</h1><figure>{svg}<figcaption>Median and the range from the 5th to the 95th "
        f"percentile of simulated patients, over days.{measured} Research software, not a medical device.</figcaption>"
        "</figure></main></body></html>\n"
    )
