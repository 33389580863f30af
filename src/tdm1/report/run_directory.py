"""A run directory: tables, result, manifest and report of one run, there as a whole or not at all.

Everything is written to a hidden folder beside the destination and renamed at the end, so that a killed run
leaves nothing under the final name. The manifest holds the SHA-256 of every file; `verify` checks them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from tdm1.trial.result import TrialResult

MANIFEST = "manifest.json"


class RunDirectoryError(ValueError):
    """A destination that cannot be used, or a run directory that is not whole."""


def check_destination(directory: Path) -> None:
    """Raise RunDirectoryError unless `directory` is new (or an empty folder) and its parent can be written."""
    if directory.is_dir():
        if any(directory.iterdir()):
            raise RunDirectoryError(
                f"--out {directory}: the folder is not empty, and a run never overwrites another; "
                "name a new folder or remove this one"
            )
    elif directory.exists() or directory.is_symlink():
        raise RunDirectoryError(f"--out {directory}: this is a file; name a new folder")
    parent = _existing_parent(directory)
    if not parent.is_dir():
        raise RunDirectoryError(f"--out {directory}: {parent} is not a folder; name a folder below an existing one")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise RunDirectoryError(
            f"--out {directory}: no permission to write in {parent}; name a folder you may write to"
        )


def _existing_parent(directory: Path) -> Path:
    parent = directory.absolute().parent
    while not parent.exists():
        parent = parent.parent
    return parent


def write(result: TrialResult, directory: Path, *, started: datetime, finished: datetime) -> None:
    """Write the whole run to `directory`. Raises RunDirectoryError when it may not be used.

    Files: trial.yaml, result.json, comparison.parquet, decisions.parquet, bands.parquet, one Parquet table for
    each ADaM dataset, adam_variables.csv, report.html and manifest.json.
    """
    check_destination(directory)
    directory = directory.absolute()
    directory.parent.mkdir(parents=True, exist_ok=True)
    partial = directory.parent / f".{directory.name}.partial-{os.getpid()}"
    # A folder of this name can only be the litter of a killed process whose number we were given again.
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        _write_files(result, partial, started=started, finished=finished)
        if directory.exists():
            directory.rmdir()
        partial.rename(directory)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise RunDirectoryError(f"--out {directory}: the run could not be written: {error}") from error
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _sync(directory.parent)


def _write_files(result: TrialResult, folder: Path, *, started: datetime, finished: datetime) -> None:
    from tdm1.report import as_json, html
    from tdm1.report.manifest import manifest

    (folder / "trial.yaml").write_text(result.definition, encoding="utf-8")
    document = json.dumps(as_json.trial_json(result), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "result.json").write_text(document + "\n", encoding="utf-8")
    for name, table in _tables(result).items():
        table.write_parquet(folder / f"{name}.parquet")
    from tdm1.interop import adam

    adam.variables().write_csv(folder / "adam_variables.csv")
    (folder / "report.html").write_text(html.page(result, finished=finished), encoding="utf-8")
    hashes = {path.name: sha256(path) for path in sorted(folder.iterdir())}
    for path in folder.iterdir():
        _sync(path)
    record = manifest(result, hashes, started=started, finished=finished, written=datetime.now(UTC))
    (folder / MANIFEST).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _sync(folder / MANIFEST)
    _sync(folder)


def _tables(result: TrialResult) -> dict[str, pl.DataFrame]:
    """Every table of the run by file name; ADaM datasets in small letters."""
    import dataclasses

    import polars as pl

    from tdm1.interop import adam

    found = {name.lower(): table for name, table in adam.tables(result.trial, result.arms).items()}
    for name in ("decisions", "bands"):
        parts = [
            frame.select(pl.lit(arm.name).alias("arm"), pl.all())
            for arm in result.arms.values()
            if (frame := getattr(arm, name)) is not None
        ]
        if parts:
            found[name] = pl.concat(parts, how="diagonal_relaxed")
    if result.comparison:
        found["comparison"] = pl.DataFrame([dataclasses.asdict(row) for row in result.comparison])
    return found


def _sync(path: Path) -> None:
    """Have the disk hold `path` before anything that trusts it; systems that cannot sync a folder are left be."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def verify(directory: Path) -> dict[str, Any]:
    """The manifest of a run directory that is whole.

    Raises RunDirectoryError when there is no complete manifest, or a file is missing, changed or not listed.
    """
    path = directory / MANIFEST
    if not path.is_file():
        raise RunDirectoryError(f"{directory} has no {MANIFEST}: it is not a finished run; run the trial again")
    try:
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        listed: dict[str, str] = record["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise RunDirectoryError(f"{path} cannot be read as a manifest: {error}; run the trial again") from error
    if record.get("status") != "complete":
        raise RunDirectoryError(f"{path} says status '{record.get('status')}', not 'complete'; run the trial again")
    present = {entry.name for entry in directory.iterdir()} - {MANIFEST}
    for name, expected in listed.items():
        if name not in present:
            raise RunDirectoryError(f"{directory} lacks {name}; run the trial again")
        if sha256(directory / name) != expected:
            raise RunDirectoryError(f"{directory / name} is not the file that the run wrote; run the trial again")
    if extra := sorted(present - set(listed)):
        raise RunDirectoryError(f"{directory} has files the run did not write: {', '.join(extra)}; move them away")
    return record
