"""How the drug works as a page: where its payload is, day by day, and why other cells are spared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tdm1.report.html import style_sheet
from tdm1.report.numbers import number

if TYPE_CHECKING:
    import jinja2

    from tdm1.trial.mechanism_story import Story

#: Height of the little picture in a box, in its own units; its width is 100.
_HIGH = 30.0
#: Days of the table, of those that the story has: the nearest of each.
_DAYS = (0.25, 1.0, 3.0, 7.0, 14.0, 21.0)


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    folder = files("tdm1.report").joinpath("templates")
    return environment.from_string(folder.joinpath("mechanism.html").read_text("utf-8"))


def _line(days: Sequence[float], values: Sequence[float]) -> str:
    """A course as an SVG path across 100 units, its highest value near the top."""
    top, span = max(values) or 1.0, days[-1] - days[0]
    points = [
        f"{100 * (day - days[0]) / span:.2f} {_HIGH - (_HIGH - 2) * max(value, 0.0) / top:.2f}"
        for day, value in zip(days, values, strict=True)
    ]
    return "M" + "L".join(points)


def shown_days(story: Story) -> list[int]:
    """Places, in the story's days, of the days that tables show: the nearest to chosen ones, each once."""
    found = [
        min(range(len(story.time_day)), key=lambda place, day=day: abs(story.time_day[place] - day))
        for day in _DAYS if day <= story.time_day[-1] * 1.001
    ]
    last = len(story.time_day) - 1
    return sorted({*found, last})


def _peak(days: Sequence[float], values: Sequence[float]) -> str:
    highest = max(range(len(values)), key=lambda place: values[place])
    return f"highest on day {number(days[highest])} with {number(values[highest])} %, {number(values[-1])} % at the end"


def page(story: Story, *, selectivity: dict[str, Any] | None, finished: datetime) -> str:
    """The story as the text of one HTML file. Nothing in it is loaded from elsewhere.

    selectivity   what `mechanism_words.selectivity_view` gives; None leaves the section out
    """
    from tdm1 import __version__

    places = shown_days(story)
    lines = [_line(story.time_day, place.share_pct) for place in story.places]
    data = {
        "day": [round(day, 4) for day in story.time_day],
        "places": {place.id: [float(f"{value:.4g}") for value in place.share_pct] for place in story.places},
    }
    return _template().render(
        story=story, version=__version__, css=style_sheet(), columns=max(one.column for one in story.places) + 1,
        lines=lines, areas=[f"{line}L100 {_HIGH:g}L0 {_HIGH:g}Z" for line in lines], first=places[1],
        first_shown=1, titles={place.id: place.title for place in story.places},
        aloud=[_peak(story.time_day, place.share_pct) for place in story.places],
        shown_days=[number(story.time_day[place]) for place in places],
        table=[[number(place.share_pct[day]) for day in places] for place in story.places],
        level_table=[[number(level.values[day]) for day in places] for level in story.levels],
        # Less-than signs cannot end the script element early.
        data=json.dumps(data).replace("<", "\\u003c"), selectivity=selectivity, finished=f"{finished:%Y-%m-%d}",
    )
