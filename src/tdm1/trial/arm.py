"""One simulated arm: its chunks run, and their courses gathered into tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from tdm1 import safety
from tdm1.trial import tables
from tdm1.trial.arms import SimulatedArm, TDM1Arm
from tdm1.trial.bands import bands
from tdm1.trial.definition import TrialFile
from tdm1.trial.outcomes import subjects
from tdm1.trial.people import CHUNK, people
from tdm1.trial.protocol import run_course
from tdm1.trial.result import ArmResult, StoredTables
from tdm1.trial.workers import Execute, here

if TYPE_CHECKING:
    from tdm1.trial.chunk_store import ChunkStore

#: Chunks of an arm whose tables are kept in memory where all of them are on disk too; pictures are drawn from these.
SHOWN_CHUNKS = 16


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

    def by_name(self) -> dict[str, pl.DataFrame]:
        """The tables that there are."""
        return {name: table for name in self.__slots__ if (table := getattr(self, name)) is not None}


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


def run_arm(
    trial: TrialFile,
    name: str,
    arm: SimulatedArm,
    seed: int,
    execute: Execute | None,
    progress: Callable[[float], None],
    store: ChunkStore | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> ArmResult:
    """Simulate every patient of an arm; `execute` does the chunks, this process where it is None.

    With a `store` each chunk is written when it is done and those that are there are not done again; `note` is told
    of one that is damaged. The detail tables of a large arm then stay on disk: ArmResult holds those of its first
    chunks, and says where the others are.
    """
    starts = list(range(0, arm.patients, CHUNK))
    states = {first: "missing" if store is None else store.state(name, first) for first in starts}
    for first in starts:
        if states[first] == "damaged":
            note(f"arm {name}: the chunk of patients {first} to {first + CHUNK - 1} is damaged and done again")
    left = [first for first in starts if states[first] != "done"]
    jobs = [(trial, arm, seed, first, min(CHUNK, arm.patients - first)) for first in left]
    done: dict[int, dict[str, pl.DataFrame]] = {}
    for count, (position, part) in enumerate((execute or here)(chunk_tables, jobs), start=len(starts) - len(left) + 1):
        if store is None:
            done[left[position]] = part.by_name()
        else:
            store.save(name, left[position], part.by_name())
        progress(count / len(starts))
    if store is None:
        found = _gathered([done[first] for first in starts])
        return _result(trial, name, arm, seed, found, None)
    stored = StoredTables({table: list(store.tables(name, table)) for table in ChunkTables.__slots__})
    shown = {
        table: pl.concat([pl.read_parquet(path) for path in paths[:SHOWN_CHUNKS]])
        for table, paths in stored.paths.items()
        if paths
    }
    if len(starts) > SHOWN_CHUNKS:
        shown["subjects"] = pl.concat([pl.read_parquet(path) for path in stored.paths["subjects"]])
    return _result(trial, name, arm, seed, shown, stored)


def _gathered(parts: list[dict[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    return {name: pl.concat([part[name] for part in parts if name in part]) for name in parts[0]}


def _result(
    trial: TrialFile,
    name: str,
    arm: SimulatedArm,
    seed: int,
    found: dict[str, pl.DataFrame],
    stored: StoredTables | None,
) -> ArmResult:
    drawn = bands(trial, arm, seed, min(arm.patients, CHUNK)) if isinstance(arm, TDM1Arm) else None
    every = {table: found.get(table) for table in ChunkTables.__slots__ if table != "subjects"}
    return ArmResult(
        name=name, n=arm.patients, bands=drawn, stored=stored, subjects=found["subjects"], **every,
        detail_patients=arm.patients if stored is None else min(arm.patients, SHOWN_CHUNKS * CHUNK),
    )
