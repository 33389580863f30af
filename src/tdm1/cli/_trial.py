"""`tdm1 trial`: run a virtual trial, print it, and write its run directory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tdm1.cli._screen import note, print_json, progress, stdout

if TYPE_CHECKING:
    from tdm1.trial import TrialFile
    from tdm1.trial.chunk_store import ChunkStore


def run_trial(
    name: str | None, *, patients: int | None, seed: int | None, workers: int | None, dask: str | None,
    out: Path | None, resume: Path | None, as_json: bool,
) -> None:
    """Run the trial `name` (built-in, or a file), or finish the one begun in `resume`, and show it.

    The run directory is there as a whole at the end or not at all; until then finished chunks lie beside it.
    Raises the input errors of `tdm1.trial` and RunDirectoryError; both mean bad input.
    """
    from tdm1 import trial
    from tdm1.report import partial_run, run_directory

    if resume is not None:
        _only_resume(name, patients, seed, out)
        out = partial_run.destination(resume)
        run_directory.check_destination(out)
        with partial_run.resumed(out) as (store, definition):
            record = store.record
            _run(definition, record.patients, record.seed, workers, dask, out, store, as_json)
        partial_run.discard(out)
        return
    if name is None:
        raise trial.InputError(
            "which trial? Give NAME|FILE, a built-in trial (emilia) or a trial file, or finish a run: --resume DIR"
        )
    definition = trial.load(name)
    if out is None:
        _run(definition, patients, seed, workers, dask, None, None, as_json)
        return
    # Asked before the work, so that nobody waits for a run that cannot be kept.
    run_directory.check_destination(out)
    chosen, counts = trial.plan(definition, patients=patients, seed=seed)
    with partial_run.begun(out, definition, chosen, counts) as store:
        _run(definition, patients, chosen, workers, dask, out, store, as_json)
    partial_run.discard(out)


def _only_resume(name: str | None, patients: int | None, seed: int | None, out: Path | None) -> None:
    from tdm1.trial import InputError

    given = {"NAME": name, "--patients": patients, "--seed": seed, "--out": out}
    extra = [what for what, value in given.items() if value is not None]
    if extra:
        raise InputError(f"--resume finishes the run as it was begun: leave out {', '.join(extra)}")


def _run(
    definition: TrialFile, patients: int | None, seed: int | None, workers: int | None, dask: str | None,
    out: Path | None, store: ChunkStore | None, as_json: bool,
) -> None:
    from tdm1 import trial
    from tdm1.report import as_json as forms
    from tdm1.report import run_directory, terminal

    started = datetime.now(UTC) if store is None else datetime.fromisoformat(store.record.started)
    with progress(f"trial {definition.name}") as report:
        result = trial.run(
            definition, patients=patients, seed=seed, workers=workers, dask=dask, store=store, progress=report,
            note=note,
        )
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
