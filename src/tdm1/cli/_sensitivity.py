"""`tdm1 sensitivity`: which output moves with which parameter, as a table, JSON, or a folder with page and pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tdm1.cli._screen import note, print_json, progress, stdout

if TYPE_CHECKING:
    from tdm1.trial.sensitivity.analysis import Method


@dataclass(frozen=True, slots=True)
class Request:
    """What to analyse: model, outputs (None: the usual ones), measure, samples, regimen (None: the label's), facts."""

    model: str
    outputs: tuple[str, ...] | None
    method: str
    samples: int
    dose_mg_per_kg: float | None
    every_days: float | None
    cycles: int
    top: int
    seed: int | None
    settings: dict[str, str] = field(default_factory=dict[str, str])


def run_sensitivity(request: Request, *, out: Path | None, as_json: bool) -> None:
    """Analyse and show. Raises the input errors of `tdm1.trial` and RunDirectoryError; both mean bad input."""
    from tdm1.report import run_directory, sensitivity_directory, sensitivity_json, sensitivity_terminal
    from tdm1.trial.sensitivity import sensitivity

    if out is not None:
        # Asked before the work, so that nobody waits for an analysis that cannot be kept.
        run_directory.check_destination(out)
    seed = {} if request.seed is None else {"seed": request.seed}
    started = datetime.now(UTC)
    with progress("sensitivity") as report:
        found = sensitivity(
            request.model,
            outputs=request.outputs,
            # The name is checked there, with the nearest one in the error.
            method=cast("Method", request.method),
            samples=request.samples,
            dose_mg_per_kg=request.dose_mg_per_kg,
            every_days=request.every_days,
            cycles=request.cycles,
            settings=request.settings,
            progress=report,
            **seed,
        )
        finished = datetime.now(UTC)
        if out is not None:
            report(1.0, "writing the folder")
            sensitivity_directory.write(found, out, started=started, finished=finished)
    if as_json:
        print_json(sensitivity_json.sensitivity_json(found))
    else:
        sensitivity_terminal.print_sensitivity(found, stdout(), request.top)
    if found.failed_solves:
        total = found.local_solves + found.sobol_solves
        note(f"warning: {found.failed_solves} of {total} samples could not be solved")
    if out is not None:
        note(f"written: {out / 'sensitivity.html'}, and pictures and tables beside it")
