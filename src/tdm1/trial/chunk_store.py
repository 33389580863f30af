"""Finished chunks of a run on disk: each final when written, so that a killed run goes on where it stopped.

    FOLDER/run.json                  what is run: program, seed, patients, hash of the trial's text
    FOLDER/trial.yaml                the trial as it was asked for
    FOLDER/arm-0/labs/0000001024.parquet   a table of the chunk that begins with patient 1024
    FOLDER/arm-0/0000001024.json     its mark: the SHA-256 of its tables, written last
    FOLDER/lock                      the process that works on it

Every file is written under another name, synced and renamed. A chunk without its mark, or with a table that is not
the one that was marked, counts as not done.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tdm1.trial.program import identity
from tdm1.trial.reading import InputError

if TYPE_CHECKING:
    import polars as pl

    from tdm1.trial.definition import TrialFile

FORMAT = 1
_RECORD, _TRIAL, _LOCK = "run.json", "trial.yaml", "lock"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run consists of; two runs with equal records give equal tables."""

    program: str
    trial_sha256: str
    seed: int
    patients: int
    arms: dict[str, int]
    started: str
    format: int = FORMAT


def record_of(trial: TrialFile, seed: int, arms: dict[str, int], started: str) -> RunRecord:
    """The record of a run of `arms` (name to patients) with this installation."""
    return RunRecord(
        program=str(identity()),
        trial_sha256=hashlib.sha256(trial.text.encode()).hexdigest(), seed=seed, patients=sum(arms.values()),
        arms=arms, started=started,
    )


class ChunkStore:
    """The chunks of one run in one folder; made by `create` or `open_store`."""

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self.folder, self.record = folder, record
        self._place = {name: f"arm-{number}" for number, name in enumerate(record.arms)}

    def save(self, arm: str, first: int, tables: dict[str, pl.DataFrame]) -> None:
        """Write the tables of a chunk; it is final when this returns."""
        home = self.folder / self._place[arm]
        sums: dict[str, str] = {}
        for name, table in tables.items():
            (home / name).mkdir(parents=True, exist_ok=True)
            path = self._table(arm, name, first)
            temporary = path.with_suffix(".part")
            table.write_parquet(temporary)
            _settle(temporary, path)
            sums[name] = _sha256(path)
        mark = self._mark(arm, first)
        temporary = mark.with_suffix(".part")
        temporary.write_text(json.dumps(sums), encoding="utf-8")
        _settle(temporary, mark)

    def state(self, arm: str, first: int) -> str:
        """'done', 'missing', or 'damaged': a mark is there but a table is not the one that was marked."""
        try:
            sums: dict[str, str] = json.loads(self._mark(arm, first).read_text("utf-8"))
        except FileNotFoundError:
            return "missing"
        except (OSError, ValueError):
            return "damaged"
        try:
            sound = all(_sha256(self._table(arm, name, first)) == expected for name, expected in sums.items())
        except OSError:
            return "damaged"
        return "done" if sound and sums else "damaged"

    def tables(self, arm: str, name: str) -> Iterator[Path]:
        """The files of a table of an arm, in the order of the patients."""
        yield from sorted((self.folder / self._place[arm] / name).glob("*.parquet"))

    def _table(self, arm: str, name: str, first: int) -> Path:
        return self.folder / self._place[arm] / name / f"{first:010d}.parquet"

    def _mark(self, arm: str, first: int) -> Path:
        return self.folder / self._place[arm] / f"{first:010d}.json"

    @contextmanager
    def lock(self) -> Generator[None]:
        """Nobody else works on the folder meanwhile. Raises InputError when a process that lives already does."""
        path, own = self.folder / _LOCK, json.dumps({"pid": os.getpid(), "host": socket.gethostname()})
        while True:
            try:
                handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
                break
            except FileExistsError:
                holder = _holder(path)
                if holder is not None and holder["host"] != socket.gethostname():
                    raise InputError(
                        f"{self.folder}: process {holder['pid']} on {holder['host']} works on this run; if it is gone,"
                        f" remove {path}"
                    ) from None
                if holder is not None and _lives(holder["pid"]):
                    raise InputError(
                        f"{self.folder}: process {holder['pid']} works on this run; wait for it or end it"
                    ) from None
                with contextlib.suppress(FileNotFoundError):  # left by a process that is gone
                    path.unlink()
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(own)
        try:
            yield
        finally:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()


def create(folder: Path, trial: TrialFile, record: RunRecord) -> ChunkStore:
    """A new store. Raises InputError when there is one already, or the folder cannot be written."""
    begun = {_TRIAL, f"{_RECORD}.part"}  # what a process leaves that is killed before the record is there
    if folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - begun):
        raise InputError(
            f"{folder} holds an unfinished run; finish it with 'tdm1 trial --resume {folder}', or remove the folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _TRIAL).write_text(trial.text, encoding="utf-8")
        temporary = folder / f"{_RECORD}.part"
        temporary.write_text(json.dumps({name: getattr(record, name) for name in record.__slots__}), encoding="utf-8")
        _settle(temporary, folder / _RECORD)
    except OSError as error:
        raise InputError(f"{folder}: the run's folder could not be written: {error}") from error
    return ChunkStore(folder, record)


def open_store(folder: Path) -> tuple[ChunkStore, TrialFile]:
    """The store of an unfinished run, and its trial.

    Raises InputError when the folder is none, when its trial is not the one that was begun, or when it was begun with
    another tdm1, be it one changed file: chunks of two programs are no one run.
    """
    from tdm1.trial.reading import load

    path = folder / _RECORD
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        record = RunRecord(**found)
    except FileNotFoundError:
        raise InputError(f"{folder} holds no unfinished run: there is no {_RECORD} in it") from None
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} cannot be read: {error}; start the run anew") from error
    trial = load(str(folder / _TRIAL))
    now = record_of(trial, record.seed, record.arms, record.started)
    for name, what in (
        ("format", "another layout"), ("program", "another program"), ("trial_sha256", "another text of the trial"),
    ):
        if getattr(now, name) != getattr(record, name):
            raise InputError(
                f"{folder} was begun with {what} ({getattr(record, name)}, here {getattr(now, name)}); finish it there,"
                " or start the run anew"
            )
    return ChunkStore(folder, record), trial


def _holder(path: Path) -> dict[str, Any] | None:
    """Who holds the lock; None where the file says nothing (its writer was killed) or is gone."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return {"pid": int(found["pid"]), "host": str(found["host"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(temporary: Path, path: Path) -> None:
    """Have the disk hold a file, then give it its name."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    with contextlib.suppress(OSError):  # some systems cannot sync a folder
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
