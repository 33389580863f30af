"""`tdm1 compare`: regimens on the same patients, as a table, JSON, or a folder with page, picture and tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tdm1.cli._screen import note, print_json, progress, stdout


def run_compare(
    name: str, regimens: Sequence[str], *, file: Path | None, patients: int | None, seed: int | None,
    workers: int | None, out: Path | None, as_json: bool,
) -> None:
    """Compare regimens, those of `file` after those of `regimens`, in the patients of the trial `name`.

    Raises the input errors of `tdm1.trial` and RunDirectoryError; both mean bad input.
    """
    from tdm1 import trial
    from tdm1.report import compare_directory, compare_json, compare_terminal, run_directory
    from tdm1.trial.comparing import compare_regimens
    from tdm1.trial.regimens import read_list

    if out is not None:
        # Asked before the work, so that nobody waits for a comparison that cannot be kept.
        run_directory.check_destination(out)
    definition = trial.load(name)
    asked = [*regimens, *([] if file is None else read_list(file))]
    started = datetime.now(UTC)
    with progress(f"compare {name}") as report:
        found = compare_regimens(
            definition, asked, patients=patients, seed=seed, workers=workers, progress=report
        )
        finished = datetime.now(UTC)
        if out is not None:
            report(1.0, "writing the folder")
            compare_directory.write(found, out, started=started, finished=finished)
    if as_json:
        print_json(compare_json.comparison_json(found))
    else:
        compare_terminal.print_comparison(found, stdout())
    if found.failed_solves:
        note(f"warning: {found.failed_solves} of {found.asked_patients} patients could not be solved and are left out")
    if out is not None:
        note(f"written: {out / 'compare.html'}, and picture and tables beside it")
