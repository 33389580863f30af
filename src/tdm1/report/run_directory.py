"""A run directory: tables, result, manifest and report of one run, there as a whole or not at all.

The manifest holds the SHA-256 of every file; `verify` checks them.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tdm1.report.whole_folder import RunDirectoryError, check_destination, whole_folder

if TYPE_CHECKING:
    from tdm1.trial.result import TrialResult

__all__ = ["MANIFEST", "RunDirectoryError", "check_destination", "sha256", "verify", "write"]

MANIFEST = "manifest.json"


def write(result: TrialResult, directory: Path, *, started: datetime, finished: datetime) -> None:
    """Write the whole run to `directory`. Raises RunDirectoryError when it may not be used.

    Files: trial.yaml, result.json, comparison.parquet, decisions.parquet, bands.parquet, one Parquet table for
    each ADaM dataset, adam_variables.csv, report.html and manifest.json.
    """
    with whole_folder(directory, "run") as folder:
        _write_files(result, folder, started=started, finished=finished)


def _write_files(result: TrialResult, folder: Path, *, started: datetime, finished: datetime) -> None:
    from tdm1.report import as_json, html, run_tables
    from tdm1.report.manifest import manifest

    (folder / "trial.yaml").write_text(result.definition, encoding="utf-8")
    document = json.dumps(as_json.trial_json(result), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "result.json").write_text(document + "\n", encoding="utf-8")
    run_tables.write(result, folder)
    from tdm1.interop import adam

    adam.variables().write_csv(folder / "adam_variables.csv")
    (folder / "report.html").write_text(html.page(result, finished=finished), encoding="utf-8")
    hashes = {path.name: sha256(path) for path in sorted(folder.iterdir())}
    record = manifest(result, hashes, started=started, finished=finished, written=datetime.now(UTC))
    (folder / MANIFEST).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


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
