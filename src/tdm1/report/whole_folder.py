"""A folder that is there as a whole or not at all.

Everything is written to a hidden folder beside the destination and renamed at the end, so that a killed run
leaves nothing under the final name.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


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


@contextmanager
def whole_folder(directory: Path, what: str) -> Generator[Path]:
    """A hidden folder to write into; at the end of the block it becomes `directory`, after an error it is gone.

    `what` names the thing in messages. Raises RunDirectoryError when `directory` may not be used or cannot be written.
    """
    check_destination(directory)
    directory = directory.absolute()
    partial = directory.parent / f".{directory.name}.partial-{os.getpid()}"
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        # A folder of this name can only be the litter of a killed process whose number we were given again.
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        yield partial
        for path in partial.iterdir():
            _sync(path)
        _sync(partial)
        if directory.exists():
            directory.rmdir()
        partial.rename(directory)
        _sync(directory.parent)
    except OSError as error:
        raise RunDirectoryError(f"--out {directory}: the {what} could not be written: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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
