"""The preparation sheet as one HTML page to print: a box to tick and the source at each step, a line to sign."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from tdm1 import evidence
from tdm1.regimen import Preparation

if TYPE_CHECKING:
    import jinja2


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    folder = files("tdm1.report").joinpath("templates")
    return environment.from_string(folder.joinpath("preparation.html").read_text("utf-8"))


def page(made: Preparation, *, printed: date, infusion_day: date | None = None) -> str:
    """The sheet of one dose as the text of one HTML file. Nothing in it is loaded from elsewhere, nobody is named.

    printed        day on which it was made, at the foot
    infusion_day   day of the infusion; None leaves a line to write it on
    """
    from tdm1 import __version__

    keys = dict.fromkeys(step.source for step in made.steps)
    sources = [(key, evidence.sources()[key].citation) for key in keys]
    return _template().render(
        made=made, printed=printed, infusion_day=infusion_day, sources=sources, version=__version__,
        sizes={size: evidence.value(f"preparation.{size}_vial", "mg") for size in ("large", "small")},
    )
