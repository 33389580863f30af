"""The page of what to expect: one HTML file, large print, black on white, with pictures of 100 people."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from tdm1.forecast import Expectation
from tdm1.report.expect import view

if TYPE_CHECKING:
    import jinja2


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    folder = files("tdm1.report").joinpath("templates")
    return environment.from_string(folder.joinpath("expect.html").read_text("utf-8"))


def page(expectation: Expectation, *, finished: datetime, language: str = "en", survival: bool = False) -> str:
    """The forecast as the text of one HTML file. Nothing in it is loaded from elsewhere.

    finished   when it was made, printed at the foot
    survival   whether it tells how long people live
    """
    from tdm1 import __version__

    return _template().render(
        shown=view(expectation, language=language, survival=survival), finished=finished, version=__version__,
        seed=expectation.seed, trial=expectation.trial,
    )
