"""Why other cells are spared, in words, a table and a picture, for the page of the mechanism."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdm1.report.numbers import number
from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tdm1.trial.selectivity_rows import Selectivity

_COLOURS = {"HER2 3+": style.ORANGE, "HER2 2+": style.PURPLE, "HER2 1+": style.SKY, "normal": style.GREEN}
_MARKS = {"HER2 3+": "o", "HER2 2+": "s", "HER2 1+": "^", "normal": "D"}
_TITLES = {"vessel": "cells at a vessel", "tissue": "cells in tumour tissue"}


def _panel(axes: Axes, found: Selectivity) -> None:
    for cells, colour in _COLOURS.items():
        rows = [row for row in found.curves if row.cells == cells]
        doses = [row.dose_mg_per_kg for row in rows]
        survivors = [100.0 * 10.0 ** -row.log10_kill for row in rows]
        axes.plot(doses, survivors, color=colour, marker=_MARKS[cells], markersize=4.5, linewidth=1.8, label=cells)
    axes.axvline(found.dose_mg_per_kg, color=style.MUTED, linewidth=1, linestyle="--")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(top=150.0)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_ylabel("cells alive, %")
    axes.set_title(_TITLES[found.setting], loc="left")


@style.in_style
def curves(at_vessel: Selectivity, in_tissue: Selectivity) -> style.Picture:
    """Share of cells that one cycle leaves alive, over its dose, by the HER2 of the cells."""
    made, panels = style.figure(height=7.2, rows=(1, 1))
    for axes, found in zip(panels, (at_vessel, in_tissue), strict=True):
        _panel(axes, found)
    panels[-1].set_xlabel("dose of one cycle, mg/kg")
    handles, labels = panels[0].get_legend_handles_labels()
    made.legend(handles, labels, loc="outside upper left", ncols=4, fontsize=11, handlelength=1.6)
    caption = (
        "Cells that one cycle leaves alive, growth not counted. Dashed: the dose shown above. At a vessel nothing but "
        "HER2 decides; in tissue the capillaries limit what comes in, and cells with much or middling HER2 take it all."
    )
    return style.Picture("selectivity", "Cells alive after one cycle", caption, style.inline_svg(
        made, "selectivity", "Cells alive after one cycle, by dose and HER2"
    ))


def _whole(value: float) -> str:
    """Three digits, with thousands parted by a comma instead of a power of ten."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1000 else number(value)


def _ratio(value: float) -> str:
    return "not reached" if value == float("inf") else f"{_whole(value)}×"


def view(at_vessel: Selectivity, in_tissue: Selectivity) -> dict[str, Any]:
    """What the page shows: lead, picture, table and sentences."""
    rows: list[list[str]] = []
    for found in (at_vessel, in_tissue):
        for one in found.indices:
            rows.append([f"{one.cells}, {_TITLES[found.setting]}", _ratio(one.payload_ratio), _ratio(one.kill_ratio),
                         _ratio(one.dose_ratio)])
    free, left, deep = at_vessel.untargeted, at_vessel.leftover, in_tissue.leftover
    decades = at_vessel.indices[0].decades
    kept, kept_deep = (100.0 * one[-1].payload_auc_nm_day / one[0].payload_auc_nm_day for one in (left, deep))
    return {
        "lead": "Every kind of cell below gets the same drug from the same blood; only the number of HER2 on it "
                "differs. Growth and sensitivity to payload are the tumour's for all, so the sparing of normal cells "
                "is understated.",
        "pictures": [curves(at_vessel, in_tissue)],
        "head": ["HER2 3+ cells, compared with", "payload in the cell", "killing (decades)",
                 f"dose for {number(decades)} decades"],
        "rows": rows,
        "lines": [
            f"One dose carries {number(free.payload_mg)} mg of payload. Given free, it would reach every cell alike: "
            f"{_whole(free.free_auc_nm_day)} nM·day. The antibody brings {_whole(free.targeted_auc_nm_day)} nM·day "
            f"into a HER2 3+ cell at a vessel, {_ratio(free.advantage)} as much, and "
            f"{_whole(free.normal_auc_nm_day)} nM·day into a normal cell there.",
            "Trastuzumab left over from earlier treatment takes some of the HER2: with "
            f"{number(left[-1].baseline_trastuzumab_ug_per_ml)} µg/mL of it at the start, a HER2 3+ cell at a vessel "
            f"gets {number(kept)} % of the payload it would get without; in tissue, where capillaries limit what "
            f"comes in, {number(kept_deep)} %.",
            f"Trastuzumab alone kills {number(at_vessel.trastuzumab_alone_log10_kill)} decades by payload, for it has "
            "none. What it does through the immune system and by blocking HER2 is not in the model.",
        ],
    }


def as_json(found: Selectivity) -> dict[str, Any]:
    """The whole answer as plain values; infinite ratios are null."""
    from dataclasses import asdict

    from tdm1.report.as_json import plain

    return plain(asdict(found))
