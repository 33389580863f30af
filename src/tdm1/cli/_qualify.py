"""`tdm1 qualify`: every comparison with published results in one report. Rows outside are shown; they are no error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tdm1.cli._screen import note, print_json, progress, stdout


@dataclass(frozen=True, slots=True)
class Request:
    """What to qualify: trials by name (all if None), patients of each, seed, processes, test results, folder."""

    trials: tuple[str, ...] | None
    patients: int | None
    seed: int | None
    workers: int | None
    tests: Path | None
    out: Path | None


def run_qualification(request: Request, *, as_json: bool) -> None:
    """Run every comparison and show the report; nothing is written unless all of it is there.

    Raises the input errors of `tdm1.trial`, RunDirectoryError and TestReportError; all mean bad input.
    """
    from tdm1.report import qualify as forms
    from tdm1.report import qualify_directory, qualify_page, qualify_terminal, qualify_tests, run_directory
    from tdm1.trial.qualification import qualify

    # Both asked before the work, so that nobody waits for a report that cannot be made.
    if request.out is not None:
        run_directory.check_destination(request.out)
    tested = None if request.tests is None else qualify_tests.read_junit(request.tests)
    factors = qualify_tests.judged(tested)
    with progress("qualify") as report:
        found = qualify(
            request.trials, patients=request.patients, seed=request.seed, workers=request.workers, progress=report
        )
        finished = datetime.now(UTC)
        document = forms.qualification_json(found, factors, tested, finished=finished)
        if request.out is not None:
            report(1.0, "writing the report")
            page = qualify_page.page(found, factors, tested, finished=finished)
            qualify_directory.write(request.out, page, document)
    if as_json:
        print_json(document)
    else:
        qualify_terminal.print_qualification(found, factors, tested is not None, stdout())
    if document["failed_solves"]:
        note(f"warning: {document['failed_solves']} patients could not be solved and are left out")
    if request.out is not None:
        note(f"written: {request.out / qualify_directory.PAGE} and {qualify_directory.DOCUMENT} beside it")
