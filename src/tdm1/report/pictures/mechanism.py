"""The way of the drug as a picture: a box for each place it is at, with its course over the days drawn inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tdm1.report.numbers import number
from tdm1.report.pictures import _style as style

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from tdm1.trial.mechanism_story import Place, Story

#: Colour of each group of places, as in the page.
COLOURS = {
    "blood": style.BLUE, "body": style.GREEN, "tumour": style.ORANGE, "gone": style.GREY,
}
_WIDTH, _HEIGHT = 1.22, 0.78
_GAP_ACROSS, _GAP_DOWN = 0.66, 0.42
#: Ways that would cross the picture; the words of their places say them.
_LEFT_OUT = {("blood", "marrow"), ("liver", "blood_free")}


def _corner(place: Place) -> tuple[float, float]:
    """Lower left corner of a place's box; rows run down the page."""
    return place.column * (_WIDTH + _GAP_ACROSS), -place.row * (_HEIGHT + _GAP_DOWN)


def _when(day: float) -> str:
    return f"on day {number(day)}" if day >= 1.0 else f"after {number(24.0 * day)} hours"


def _box(axes: Axes, place: Place, days: Sequence[float]) -> None:
    import numpy as np
    from matplotlib.patches import FancyBboxPatch

    left, bottom = _corner(place)
    colour = COLOURS[place.group]
    axes.add_patch(FancyBboxPatch(
        (left, bottom), _WIDTH, _HEIGHT, boxstyle="round,pad=0,rounding_size=0.06", facecolor=style.PAPER,
        edgecolor=colour, linewidth=1.6,
    ))
    values, day = np.asarray(place.share_pct), np.asarray(days)
    top = float(values.max()) or 1.0
    x = left + 0.06 + (_WIDTH - 0.12) * (day - day[0]) / (day[-1] - day[0])
    y = bottom + 0.05 + (_HEIGHT - 0.42) * values / top
    axes.fill_between(x, bottom + 0.05, y, color=colour, alpha=0.25, linewidth=0)
    axes.plot(x, y, color=colour, linewidth=1.6)
    axes.text(left + 0.06, bottom + _HEIGHT - 0.06, place.title, va="top", ha="left", fontsize=9.5, weight="bold")
    peak = int(values.argmax())
    axes.text(
        left + 0.06, bottom + _HEIGHT - 0.2, f"{number(top)} % {_when(float(day[peak]))}", va="top", ha="left",
        fontsize=8.5, color=style.MUTED,
    )


def _arrow(axes: Axes, start: Place, end: Place, words: str) -> None:
    from matplotlib.patches import FancyArrowPatch

    (left, bottom), (to_left, to_bottom) = _corner(start), _corner(end)
    middle, to_middle = bottom + _HEIGHT / 2, to_bottom + _HEIGHT / 2
    if start.column == end.column:
        x = left + _WIDTH / 2
        down = start.row < end.row
        tail, head = (x, bottom if down else bottom + _HEIGHT), (x, to_bottom + _HEIGHT if down else to_bottom)
    else:
        right = start.column < end.column
        tail, head = (left + _WIDTH if right else left, middle), (to_left if right else to_left + _WIDTH, to_middle)
    axes.add_patch(FancyArrowPatch(
        tail, head, arrowstyle="-|>", mutation_scale=11, color=style.MUTED, linewidth=1.1, shrinkA=2, shrinkB=2,
    ))
    sideways = start.column == end.column
    axes.text(
        (tail[0] + head[0]) / 2 + (0.04 if sideways else 0), (tail[1] + head[1]) / 2 + (0 if sideways else 0.05), words,
        ha="left" if sideways else "center", va="center" if sideways else "bottom", fontsize=7.5, color=style.MUTED,
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8},
    )


@style.in_style
def draw(story: Story, path: Path) -> None:
    """Draw the story to a .png or .svg file, which is replaced when it exists."""
    from matplotlib.figure import Figure

    columns = max(place.column for place in story.places) + 1
    rows = max(place.row for place in story.places) + 1
    made = Figure(figsize=(2.75 * columns, 1.75 * rows + 0.7), layout="constrained")
    made.patch.set_facecolor(style.PAPER)
    axes = made.subplots()
    places = {place.id: place for place in story.places}
    for flow in story.flows:
        if (flow.start, flow.end) not in _LEFT_OUT:
            _arrow(axes, places[flow.start], places[flow.end], flow.words)
    for place in story.places:
        _box(axes, place, story.time_day)
    axes.set_xlim(-0.1, columns * (_WIDTH + _GAP_ACROSS) - _GAP_ACROSS + 0.1)
    axes.set_ylim(-(rows - 1) * (_HEIGHT + _GAP_DOWN) - 0.1, _HEIGHT + 0.1)
    axes.set_aspect("equal")
    axes.axis("off")
    axes.set_title(
        f"{story.title}, {story.dose_mg_per_kg:g} mg/kg: its {story.payload} over {story.time_day[-1]:g} days\n"
        f"percent of the {story.payload} given; each box has its own scale", fontsize=10.5, loc="left",
    )
    made.savefig(path, dpi=144)
