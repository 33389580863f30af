"""Every comparison of tdm1 in one place: all built-in trials and courses, with scores and the list of failures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from tdm1 import evidence
from tdm1.evidence.courses import courses, left_out_rows
from tdm1.trial.definition import PublishedArm, TrialFile
from tdm1.trial.qualification_courses import NAME as COURSES
from tdm1.trial.qualification_courses import PATIENTS, course_rows
from tdm1.trial.reading import InputError, builtin, load
from tdm1.trial.result import ComparisonRow, TrialResult
from tdm1.trial.run import Progress, run
from tdm1.trial.scores import Kind, QualifiedRow, Score, failures, scores

_TREATMENT = ("dose_", "stopped_", "switched_", "completed_", "relative_dose", "cycles_", "treatment_")


@dataclass(frozen=True, slots=True)
class Ran:
    """One trial or set of courses as it was run. `seed` None: each with the seed of its own file."""

    name: str
    title: str
    patients: int
    seed: int | None
    seconds: float
    failed_solves: int
    rows: int


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Published values that stand in the evidence but are not compared, and why."""

    where: str
    values: int
    reason: str


@dataclass(frozen=True, slots=True)
class Qualification:
    """All rows in the order in which they were run, the rows outside (farthest first), scores, and what was left out.

    `patients` and `seed` are as they were asked for; None means each trial's own.
    """

    runs: tuple[Ran, ...]
    rows: tuple[QualifiedRow, ...]
    failures: tuple[QualifiedRow, ...]
    scores: tuple[Score, ...]
    left_out: tuple[NotCompared, ...]
    patients: int | None
    seed: int | None
    seconds: float


def names() -> list[str]:
    """What can be compared: every built-in trial, and `courses` (plasma concentrations and platelets)."""
    return [*builtin(), COURSES]


def kind_of(endpoint: str) -> Kind:
    """What an endpoint of a trial is about."""
    if endpoint.startswith("labs."):
        return "laboratory"
    if endpoint.startswith("adverse_events."):
        return "adverse events"
    return "treatment" if endpoint.startswith(_TREATMENT) else "efficacy"


def _chosen(trials: Sequence[str] | None) -> list[str]:
    known = names()
    if trials is None:
        return known
    if not trials:
        raise InputError(f"no trial is named; there are {', '.join(known)}")
    for name in trials:
        if name not in known:
            raise InputError(
                f"there is nothing called '{name}' to compare{evidence.nearest(name, known)} "
                f"(there are {', '.join(known)})"
            )
        if trials.count(name) > 1:
            raise InputError(f"'{name}' is named twice; name each trial once")
    return list(trials)


def trial_row(row: ComparisonRow, trial: TrialFile, result: TrialResult) -> QualifiedRow:
    """A row of a trial's comparison with what the scores need beside it."""
    arms = row.arm.split(" vs ")
    return QualifiedRow(
        trial=trial.name, arm=row.arm, endpoint=row.endpoint, unit=row.unit, kind=kind_of(row.endpoint),
        role=row.role, drawn=all(isinstance(trial.arms[arm], PublishedArm) for arm in arms),
        published=row.published, printed=row.printed, lower95=row.lower95, upper95=row.upper95,
        interval="computed from counts" if row.derived_interval else "printed", simulated=row.simulated,
        simulated_lower95=row.simulated_lower95, simulated_upper95=row.simulated_upper95,
        n=sum(result.arms[arm].n for arm in arms), source=row.source, read=row.read,
    )


def not_compared(chosen: Sequence[str]) -> list[NotCompared]:
    """What the trial files and courses.yaml leave out of the comparison, each with its reason."""
    found: list[NotCompared] = []
    for name in chosen:
        if name == COURSES:
            for entry in courses().left_out:
                where = ", ".join((entry.table, *entry.row.values()))
                found.append(NotCompared(where, left_out_rows(entry).height, entry.reason))
            continue
        for table in load(name).published_tables:
            # Several columns of one row may be left out with it; the row counts once.
            for term, reason in table.left_out.items():
                found.append(NotCompared(f"{table.origin.table}, {name}, {table.arm}, {term}", 1, reason))
    return found


def qualify(
    trials: Sequence[str] | None = None, *, patients: int | None = None, seed: int | None = None,
    workers: int | None = None, progress: Progress | None = None,
) -> Qualification:
    """Run every comparison and score it.

    trials    names from `names()`; all if None
    patients  patients of each trial over its arms, and of each course; each trial's own number if None
    seed      seed of all runs; that of each trial file if None
    workers   processes that share the work of a trial; it does not change the numbers
    progress  told how far the work is (0 to 1) and what it is doing

    Raises InputError for an unknown name (with the nearest one), or a number that cannot be.
    """
    chosen = _chosen(trials)
    if seed is not None and seed < 0:
        raise InputError(f"seed {seed} is negative; use 0 or more")
    if patients is not None and patients < 1:
        raise InputError(f"{patients} patients cannot be simulated; ask for 1 or more")
    tell = progress or (lambda share, what: None)
    started = time.perf_counter()
    runs: list[Ran] = []
    rows: list[QualifiedRow] = []
    for place, name in enumerate(chosen):

        def part(share: float, what: str, place: int = place, name: str = name) -> None:
            tell((place + share) / len(chosen), f"{name}: {what}")

        began = time.perf_counter()
        if name == COURSES:
            new, failed = course_rows(patients, seed, part)
            title, count, used = "Plasma concentrations and platelets", patients or PATIENTS, seed
        else:
            trial = load(name)
            result = run(trial, patients=patients, seed=seed, workers=workers, progress=part)
            new = [trial_row(row, trial, result) for row in result.comparison]
            title, count, used, failed = result.title, result.patients, result.seed, result.failed_solves
        rows += new
        runs.append(Ran(name, title, count, used, time.perf_counter() - began, failed, len(new)))
    tell(1.0, "scoring")
    return Qualification(
        runs=tuple(runs), rows=tuple(rows), failures=tuple(failures(rows)), scores=tuple(scores(rows)),
        left_out=tuple(not_compared(chosen)), patients=patients, seed=seed, seconds=time.perf_counter() - started,
    )
