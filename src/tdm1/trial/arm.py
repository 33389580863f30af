"""One simulated arm: its chunks run, and their courses gathered into tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import polars as pl

from tdm1 import safety
from tdm1.trial import tables
from tdm1.trial.arms import SimulatedArm, TDM1Arm
from tdm1.trial.bands import bands
from tdm1.trial.definition import TrialFile
from tdm1.trial.outcomes import subjects
from tdm1.trial.people import CHUNK, people
from tdm1.trial.protocol import run_course
from tdm1.trial.result import ArmResult


@dataclass(frozen=True, slots=True)
class ChunkTables:
    """Tables of the wanted patients of one chunk, as in ArmResult; None where the trial has no such table."""

    subjects: pl.DataFrame
    labs: pl.DataFrame
    doses: pl.DataFrame
    decisions: pl.DataFrame | None
    tumour: pl.DataFrame | None
    exposure: pl.DataFrame | None
    adverse_events: pl.DataFrame


def chunk_tables(trial: TrialFile, arm: SimulatedArm, seed: int, first: int, wanted: int) -> ChunkTables:
    """Tables of the first `wanted` patients of the chunk that starts at patient `first`."""
    who = people(trial, seed, first, CHUNK)
    course = run_course(trial, arm, who, safety.label.load(trial.setting, trial.region), seed)
    doses = tables.doses(arm, course, who)
    assert course.symptoms is not None
    decisions = None
    if isinstance(arm, TDM1Arm):
        decisions = course.ledger.decisions_frame().with_columns(pl.col("patient").cast(pl.Int64) + first)
    found = (
        subjects(trial, arm, course, who, doses),
        tables.labs(trial, course, who),
        doses,
        decisions,
        tables.tumour(course, who),
        tables.exposure(course, who),
        course.symptoms.frame(first),
    )
    last = first + wanted
    return ChunkTables(*(None if table is None else table.filter(pl.col("patient") < last) for table in found))  # type: ignore[arg-type]


def _gather(
    name: str, wanted: int, chunks: Iterable[ChunkTables], trial: TrialFile, arm: SimulatedArm, seed: int
) -> ArmResult:
    parts = list(chunks)
    gathered: dict[str, pl.DataFrame | None] = {}
    for field in ChunkTables.__slots__:
        some = [frame for part in parts if (frame := getattr(part, field)) is not None]
        gathered[field] = pl.concat(some) if some else None
    shown = bands(trial, arm, seed, min(wanted, CHUNK)) if isinstance(arm, TDM1Arm) else None
    return ArmResult(name=name, n=wanted, bands=shown, **gathered)  # type: ignore[arg-type]


def run_arm(
    trial: TrialFile, name: str, arm: SimulatedArm, seed: int, workers: int | None, progress: Callable[[float], None]
) -> ArmResult:
    """Simulate every patient of an arm. `workers` processes share the chunks; the numbers do not depend on them."""
    starts = list(range(0, arm.patients, CHUNK))
    jobs = [(trial, arm, seed, first, min(CHUNK, arm.patients - first)) for first in starts]
    done: list[ChunkTables] = []
    if workers is not None and workers > 1 and len(jobs) > 1:
        # Forked processes would inherit the locks of running threads; fresh ones do not.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for part in pool.map(chunk_tables, *zip(*jobs, strict=True)):
                done.append(part)
                progress(len(done) / len(jobs))
    else:
        for job in jobs:
            done.append(chunk_tables(*job))
            progress(len(done) / len(jobs))
    return _gather(name, arm.patients, done, trial, arm, seed)
