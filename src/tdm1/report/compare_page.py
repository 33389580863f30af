"""The page of a comparison of regimens: one HTML file with everything inside it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tdm1.report import compare_words as words
from tdm1.report.html import style_sheet

if TYPE_CHECKING:
    import jinja2

    from tdm1.report.pictures.frontier import Point
    from tdm1.trial.comparing import RegimenComparison


def axis_names(comparison: RegimenComparison) -> tuple[str, str]:
    """Names of the axes of the frontier with their units, efficacy first."""
    return words.name(comparison.efficacy), words.name(comparison.toxicity)


def points(comparison: RegimenComparison) -> list[Point]:
    """The regimens as points of the frontier's picture."""
    from tdm1.report.pictures.frontier import Point

    found: list[Point] = []
    for standing in comparison.standings:
        good, bad = (
            comparison.estimate(standing.regimen, outcome.name)
            for outcome in (comparison.efficacy, comparison.toxicity)
        )
        found.append(
            Point(
                standing.regimen,
                (good.value, good.lower95, good.upper95),
                (bad.value, bad.lower95, bad.upper95),
                standing.dominated_by,
            )
        )
    return found


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    folder = files("tdm1.report").joinpath("templates")
    return environment.from_string(folder.joinpath("compare.html").read_text("utf-8"))


def _sections(comparison: RegimenComparison) -> list[dict[str, Any]]:
    """For every regimen but the reference: its name and the rows of its table by kind of outcome."""
    found: list[dict[str, Any]] = []
    for regimen in list(comparison.arms)[1:]:
        of_regimen = {one.outcome: one for one in comparison.differences if one.regimen == regimen}
        rows: dict[str, list[dict[str, str]]] = {}
        for outcome in comparison.outcomes:
            one = of_regimen[outcome.name]
            reference, own = (
                words.estimate(comparison.estimate(name, outcome.name), outcome.unit)
                for name in (comparison.reference, regimen)
            )
            rows.setdefault(outcome.kind, []).append(
                {
                    "name": words.name(outcome),
                    "reference": reference,
                    "own": own,
                    "difference": words.difference(one, outcome.unit),
                    "needed": words.needed(one),
                }
            )
        found.append({"name": regimen, "rows": rows})
    return found


def command(comparison: RegimenComparison) -> str:
    """The command that repeats the comparison from its folder."""
    return (
        f"tdm1 compare trial.yaml --file regimens.yaml --patients {comparison.asked_patients} "
        f"--seed {comparison.seed}"
    )


def page(comparison: RegimenComparison, *, finished: datetime) -> str:
    """The comparison as the text of one HTML file. Nothing in it is loaded from elsewhere."""
    from tdm1 import __version__
    from tdm1.report.pictures import frontier
    from tdm1.trial.paired_bootstrap import RESAMPLES

    return _template().render(
        comparison=comparison,
        finished=finished,
        version=__version__,
        style=style_sheet(),
        picture=frontier.picture(points(comparison), *axis_names(comparison)),
        standings=[
            (one.regimen, words.dominated_by(one), words.share(one.dominated_pct)) for one in comparison.standings
        ],
        sections=_sections(comparison),
        resamples=RESAMPLES,
        command=command(comparison),
    )
