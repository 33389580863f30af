"""The qualification as one self-contained HTML page: failures first."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from tdm1.report.qualify_lines import Line, line, score_cells

if TYPE_CHECKING:
    import jinja2

    from tdm1.report.qualify_tests import JudgedFactor, TestRun
    from tdm1.trial.qualification import Qualification

_QUESTIONS = {
    "question_of_interest": "Question of interest",
    "context_of_use": "Context of use",
    "not_a_context_of_use": "Not a context of use",
    "model_influence": "Model influence",
    "consequence_of_a_wrong_decision": "Consequence of a wrong decision",
    "model_risk": "Model risk",
}
_GROUPS = {
    "overall": "Overall",
    "trial": "By trial",
    "role": "By role",
    "kind": "By kind",
    "reading": "By how the published value was read",
    "arm": "By kind of arm",
}


@cache
def _template() -> jinja2.Template:
    import jinja2
    import markupsafe

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    # A long name breaks after a stroke, colons or a low line only.
    environment.filters["breakable"] = lambda name: re.sub(r"(/|::|_)", r"\1<wbr>", str(markupsafe.escape(name)))
    folder = files("tdm1.report").joinpath("templates")
    return environment.from_string(folder.joinpath("qualify.html").read_text("utf-8"))


def _groups(found: Qualification) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    groups: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for score in found.scores:
        groups.setdefault(_GROUPS[score.group], []).append((score.name, score_cells(score)))
    return groups


def _by_trial(found: Qualification) -> dict[str, dict[str, list[Line]]]:
    by: dict[str, dict[str, list[Line]]] = {run.name: {} for run in found.runs}
    for row in found.rows:
        by[row.trial].setdefault(row.arm, []).append(line(row))
    return by


def page(found: Qualification, factors: list[JudgedFactor], run: TestRun | None, *, finished: datetime) -> str:
    """The report as the text of one HTML file. Nothing in it is loaded from elsewhere."""
    from tdm1 import __version__
    from tdm1.evidence.credibility import credibility
    from tdm1.report.html import style_sheet

    framework = credibility().framework
    return _template().render(
        found=found,
        finished=finished,
        version=__version__,
        style=style_sheet(),
        failures=[line(row) for row in found.failures],
        with_interval=sum(row.state != "no interval" for row in found.rows),
        failed_claims=[one for factor in factors for one in factor.lines if one.state == "failed"],
        failed_solves=sum(one.failed_solves for one in found.runs),
        groups=_groups(found),
        trials=_by_trial(found),
        questions=[(words, framework[key]) for key, words in _QUESTIONS.items()],
        factors=factors,
        run=run,
        began="" if run is None else run.began[:16].replace("T", " "),
    )
