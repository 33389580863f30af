"""The forest plot of covariate effects: one row a covariate and percentile, published values as open marks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tdm1.report.covariates import CAUTIONS, band
from tdm1.report.pictures import _style as style
from tdm1.report.simulation import PictureError, check_picture_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tdm1.trial.covariate_effects import CovariateEffects

#: Measures that are drawn: key, words, colour, mark, and shift within the row.
_DRAWN = (
    ("auc_steady", "area under the curve", style.BLUE, "o", 0.0),
    ("cmax_steady", "peak", style.GREEN, "^", -0.27),
    ("trough_steady", "trough", style.ORANGE, "s", 0.27),
)
#: Names that leave room for the picture on a telephone.
_SHORT = {
    "weight_kg": "weight", "her2_ecd_ng_per_ml": "shed HER2", "albumin_g_per_l": "albumin",
    "sum_of_diameters_mm": "tumours", "ast_u_per_l": "AST", "baseline_trastuzumab_ug_per_ml": "trastuzumab",
}
_GREEK = {"ug/mL": "µg/mL"}
_TICKS = (0.25, 0.5, 1.0, 2.0, 4.0)
_ROW, _REST = 0.36, 1.85

#: What is seen, in words.
CAPTION = (
    "Simulated exposure at steady state, one covariate at its 5th or 95th percentile and all others at the reference, "
    "as a ratio to the reference patient. * percentile of our virtual patients; the others are Lu 2014's. Open "
    "circles: area under the curve by the clearance that Lu 2014 prints, and for the liver in cycle 1 by the clearance "
    "ratio that Li 2017 prints (not simulated). Open diamonds: by Lu 2014's equation, where no clearance is printed. "
    "Bars: 5 to 95 % of virtual patients, who differ by the six covariates, by all the rest, or by both. "
    "Research software, not a medical device."
)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its label, simulated points or ranges by measure, and what was published or follows from paper."""

    label: str
    points: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    printed: float | None = None
    equation: float | None = None


def _groups(found: CovariateEffects) -> list[list[_Row]]:
    """Rows from top to bottom, in groups with a line between them."""
    groups: list[list[_Row]] = []
    for name, short in _SHORT.items():
        rows: list[_Row] = []
        for effect in found.effects:
            at = effect.level
            # A percentile that is the reference itself would be a row of ones.
            if at.covariate.name != name or at.value == found.reference_covariates[name]:
                continue
            unit = _GREEK.get(at.covariate.unit, at.covariate.unit)
            value = f"{at.value:.3g} {unit}" if at.published else f"{at.value:.2g} {unit}*"
            rows.append(_Row(
                f"{short} {value}", effect.ratio, {},
                None if effect.printed is None else effect.printed.ratio,
                effect.equation if effect.printed is None else None,
            ))
        groups.append(rows)
    groups.append([_Row(one.words.replace(" at once", ""), one.ratio, {}) for one in found.extremes])
    words = ("by the six, 5–95 %", "by the rest, 5–95 %", "by both, 5–95 %")
    groups.append([
        _Row(label, {}, {name: (one.p05[name], one.p95[name]) for name in one.p05})
        for label, one in zip(words, found.spreads, strict=True)
    ])
    groups.append([
        _Row(label, {}, {}, printed=one.ratio)
        for label, one in zip(("liver mildly impaired", "moderately impaired"), found.liver, strict=True)
    ])
    return groups


def _draw_row(axes: Axes, row: _Row, y: float) -> None:
    for key, _, colour, mark, shift in reversed(_DRAWN):
        if key in row.ranges:
            axes.plot(
                row.ranges[key], [y + shift, y + shift], color=colour, linewidth=3.5 if key == "auc_steady" else 2,
                solid_capstyle="butt",
            )
        elif key in row.points:
            big = key == "auc_steady"
            axes.plot(
                row.points[key], y + shift, mark, color=colour, markersize=6.5 if big else 5, zorder=4 if big else 3
            )
    for value, mark, size in ((row.printed, "o", 11.0), (row.equation, "D", 9.0)):
        if value is not None:
            axes.plot(value, y, mark, color=style.INK, markerfacecolor="none", markersize=size, markeredgewidth=1.2,
                      zorder=5)
    shown = row.points.get("auc_steady", row.printed)
    if "auc_steady" in row.ranges:
        text = "–".join(f"{end:.2f}" for end in row.ranges["auc_steady"])
    else:
        text = "" if shown is None else f"{shown:.2f}"
    axes.annotate(
        text, (1.0, y), xycoords=("axes fraction", "data"), xytext=(5, 0), textcoords="offset points",
        va="center_baseline", fontsize=12.5, annotation_clip=False,
        color=style.INK if row.points or row.ranges else style.MUTED,
    )


def _figure(found: CovariateEffects, title: str) -> Figure:
    groups = _groups(found)
    count = sum(len(rows) for rows in groups)
    made, (axes,) = style.figure(height=_REST + _ROW * count)
    axes.grid(visible=False, axis="y")
    axes.set_xscale("log")
    low, high = band()
    axes.axvspan(low, high, color=style.GREY, alpha=0.3, linewidth=0)
    axes.axvline(1.0, color=style.MUTED, linewidth=1)
    labels: list[str] = []
    place = 0
    for rows in groups:
        if place:
            axes.axhline(place - 0.5, color=style.LINE, linewidth=0.8)
        for row in rows:
            _draw_row(axes, row, place)
            labels.append(row.label)
            place += 1
    axes.set_ylim(count - 0.4, -0.6)
    axes.set_yticks(range(count), labels)
    axes.tick_params(axis="y", length=0, labelsize=12.5)
    axes.set_xlim(0.2, 5.0)
    axes.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    axes.minorticks_off()
    axes.tick_params(axis="x", labelsize=12.5)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("exposure over the reference patient's", fontsize=12)
    axes.annotate("area", (1.0, 1.0), xycoords="axes fraction", xytext=(5, 2), textcoords="offset points",
                  fontsize=12.5, color=style.MUTED, annotation_clip=False)
    _legend(made, title, low, high)
    return made


def _legend(made: Figure, title: str, low: float, high: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def mark(shape: str, colour: str, filled: bool, size: float) -> Line2D:
        return Line2D([], [], marker=shape, linestyle="none", color=colour, markersize=size,
                      markerfacecolor=colour if filled else "none")

    entries = [(mark(shape, colour, True, 6.0), words) for _, words, colour, shape, _ in _DRAWN]
    entries += [
        (mark("o", style.INK, False, 10.0), "area, as the paper prints it"),
        (mark("D", style.INK, False, 8.0), "area, by its equation only"),
        (Patch(color=style.GREY, alpha=0.3, linewidth=0), f"{low:g} to {high:g}"),
    ]
    made.legend(
        [handle for handle, _ in entries], [words for _, words in entries], loc="outside upper left", ncols=2,
        fontsize=11.5, handlelength=1.2, columnspacing=1.0, title=title or None, title_fontsize=13.5, alignment="left",
    )


def _title(found: CovariateEffects) -> str:
    return f"Who differs: T-DM1 {found.dose_mg_per_kg:g} mg/kg every {found.every_days:g} days"


@style.in_style
def draw(found: CovariateEffects, path: Path) -> None:
    """Draw the forest plot to `path` (.png, .svg or .html), which is replaced when it exists.

    Raises PictureError when the file cannot be written.
    """
    check_picture_file(path)
    title = _title(found)
    if path.suffix.lower() == ".html":
        content = _page(style.inline_svg(_figure(found, ""), "covariates", title), title).encode("utf-8")
    else:
        content = style.lone_file(_figure(found, title), path.suffix.lower().removeprefix("."))
    try:
        path.write_bytes(content)
    except OSError as error:
        raise PictureError(f"--plot {path}: the file cannot be written: {error}") from error


def _page(svg: str, title: str) -> str:
    from tdm1.report.html import style_sheet

    cautions = "".join(f"<li>{text}</li>" for text in CAUTIONS)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style_sheet()}</style></head>\n'
        f"<body><main><h1>{title}</h1><figure>{svg}<figcaption>{CAPTION}</figcaption></figure>"
        f"<ul>{cautions}</ul></main></body></html>\n"
    )
