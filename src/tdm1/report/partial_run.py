"""An unfinished run beside its destination: begun, gone on with, and discarded when the run directory is whole."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdm1.trial import TrialFile
    from tdm1.trial.chunk_store import ChunkStore

SUFFIX = ".part"


def folder_of(out: Path) -> Path:
    """Where the chunks of the run to `out` lie until it is whole."""
    return out.with_name(out.name + SUFFIX)


def destination(resume: Path) -> Path:
    """The run directory that `--resume` means: it may be named itself, or by its unfinished folder."""
    return resume.with_name(resume.name.removesuffix(SUFFIX)) if resume.name.endswith(SUFFIX) else resume


@contextmanager
def begun(out: Path, trial: TrialFile, seed: int, arms: dict[str, int]) -> Generator[ChunkStore]:
    """A new store for the run to `out`, locked. Raises InputError when an unfinished run is there already."""
    from tdm1.trial import chunk_store

    record = chunk_store.record_of(trial, seed, arms, datetime.now(UTC).isoformat())
    store = chunk_store.create(folder_of(out), trial, record)
    with store.lock():
        yield store


@contextmanager
def resumed(out: Path) -> Generator[tuple[ChunkStore, TrialFile]]:
    """The store of the run to `out`, locked, and its trial. Raises InputError when it cannot be gone on with."""
    from tdm1.trial import chunk_store

    store, trial = chunk_store.open_store(folder_of(out))
    with store.lock():
        yield store, trial


def discard(out: Path) -> None:
    """Remove the chunks of a run whose directory is whole."""
    shutil.rmtree(folder_of(out), ignore_errors=True)
