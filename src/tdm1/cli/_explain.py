"""`tdm1 explain`: what a number, a rule or a term is and where it comes from, and topics that are computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tdm1.cli._screen import print_json, stdout

#: Shows a topic: where its picture goes, if anywhere, and whether it is printed as JSON.
Topic = Callable[[Path | None, bool], None]


def _covariates(plot: Path | None, as_json: bool) -> None:
    from tdm1.cli._covariates import run_covariates

    run_covariates(plot=plot, as_json=as_json)


#: What is computed and drawn when asked for, by name. Each imports what it needs only when it runs.
TOPICS: dict[str, Topic] = {
    "covariates": _covariates,
}


def run_explain(name: str, *, plot: Path | None = None, as_json: bool) -> None:
    """Explain `name`, a topic or what `report.explain` knows; only topics have a picture for `plot`.

    Raises ExplainError, which means bad input, for an unknown or ambiguous name and for a picture of what has none.
    """
    topic = TOPICS.get(name.strip().casefold())
    if topic is not None:
        topic(plot, as_json)
        return
    from tdm1.evidence import nearest
    from tdm1.report import explain, terminal

    topics = ", ".join(TOPICS)
    try:
        explanation = explain.explain(name)
    except explain.ExplainError as error:
        close = nearest(name, TOPICS).replace(";", ":", 1)
        raise explain.ExplainError(f"{error} Among the topics{close}" if close else str(error)) from error
    if plot is not None:
        raise explain.ExplainError(f"--plot: '{explanation.name}' has no picture; leave --plot out, or name {topics}")
    if as_json:
        print_json(explanation.as_json())
    else:
        terminal.print_explanation(explanation, stdout())
