"""The folder of a qualification: page and JSON, there as a whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from tdm1.report.run_directory import RunDirectoryError, check_destination

#: The files of the folder.
PAGE, DOCUMENT = "qualification.html", "qualification.json"


def write(directory: Path, page: str, document: dict[str, Any]) -> None:
    """Write both files to `directory`. Raises RunDirectoryError when it may not be used."""
    check_destination(directory)
    directory = directory.absolute()
    partial = directory.parent / f".{directory.name}.partial-{os.getpid()}"
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        # A folder of this name can only be the litter of a killed process whose number we were given again.
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        (partial / PAGE).write_text(page, encoding="utf-8")
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
        (partial / DOCUMENT).write_text(text + "\n", encoding="utf-8")
        if directory.exists():
            directory.rmdir()
        partial.rename(directory)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise RunDirectoryError(f"--out {directory}: the report could not be written: {error}") from error
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
