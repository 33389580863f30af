"""`tdm1 trial`: run a virtual trial, print it, and write its run directory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tdm1.cli._screen import note, print_json, progress, stdout


def run_trial(
    name: str, *, patients: int | None, seed: int | None, workers: int | None, out: Path | None, as_json: bool
) -> None:
    """Run the trial `name` (built-in, or a file) and show it; nothing is written unless all of it is there.

    Raises the input errors of `tdm1.trial` and RunDirectoryError; both mean bad input.
    """
    from tdm1 import trial
    from tdm1.report import as_json as forms
    from tdm1.report import run_directory, terminal

    if out is not None:
        # Asked before the work, so that nobody waits for a run that cannot be kept.
        run_directory.check_destination(out)
    definition = trial.load(name)
    started = datetime.now(UTC)
    with progress(f"trial {name}") as report:
        result = trial.run(definition, patients=patients, seed=seed, workers=workers, progress=report)
        finished = datetime.now(UTC)
        if out is not None:
            report(1.0, "writing the run directory")
            run_directory.write(result, out, started=started, finished=finished)
    if as_json:
        print_json(forms.trial_json(result))
    else:
        terminal.print_trial(result, stdout())
    if result.failed_solves:
        note(f"warning: {result.failed_solves} of {result.patients} patients could not be solved and are left out")
    if out is not None:
        note(f"written: {out / 'report.html'} and the tables beside it")
