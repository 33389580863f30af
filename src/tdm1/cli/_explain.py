"""`tdm1 explain`: what a number, a rule or a term is and where it comes from, and topics that are computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tdm1.cli._screen import print_json, stdout
from tdm1.cli._values import OptionError


@dataclass(frozen=True, slots=True)
class Asked:
    """How a topic is asked for: where its picture goes, if anywhere, JSON or not, and of which drug and dose."""

    plot: Path | None
    as_json: bool
    drug: str | None
    dose_mg_per_kg: float | None


Topic = Callable[[Asked], None]


def _covariates(asked: Asked) -> None:
    from tdm1.cli._covariates import run_covariates

    if asked.drug is not None or asked.dose_mg_per_kg is not None:
        raise OptionError("--drug and --dose-mg-per-kg belong to explain mechanism; covariates are those of T-DM1")
    run_covariates(plot=asked.plot, as_json=asked.as_json)


def _mechanism(asked: Asked) -> None:
    from tdm1.cli._mechanism import run_mechanism

    run_mechanism(drug=asked.drug, dose_mg_per_kg=asked.dose_mg_per_kg, plot=asked.plot, as_json=asked.as_json)


#: What is computed and drawn when asked for, by name. Each imports what it needs only when it runs.
TOPICS: dict[str, Topic] = {
    "covariates": _covariates,
    "mechanism": _mechanism,
}


def run_explain(
    name: str, *, plot: Path | None = None, as_json: bool, drug: str | None = None, dose_mg_per_kg: float | None = None
) -> None:
    """Explain `name`, a topic or what `report.explain` knows; only topics take `plot`, `drug` and a dose.

    Raises ExplainError, which means bad input, for an unknown or ambiguous name and for a picture of what has none.
    """
    topic = TOPICS.get(name.strip().casefold())
    if topic is not None:
        topic(Asked(plot, as_json, drug, dose_mg_per_kg))
        return
    from tdm1.evidence import nearest
    from tdm1.report import explain, terminal

    topics = ", ".join(TOPICS)
    try:
        explanation = explain.explain(name)
    except explain.ExplainError as error:
        close = nearest(name, TOPICS).replace(";", ":", 1)
        raise explain.ExplainError(f"{error} Among the topics{close}" if close else str(error)) from error
    if drug is not None or dose_mg_per_kg is not None:
        raise OptionError(f"--drug and --dose-mg-per-kg belong to explain mechanism, not to '{explanation.name}'")
    if plot is not None:
        raise explain.ExplainError(f"--plot: '{explanation.name}' has no picture; leave --plot out, or name {topics}")
    if as_json:
        print_json(explanation.as_json())
    else:
        terminal.print_explanation(explanation, stdout())
