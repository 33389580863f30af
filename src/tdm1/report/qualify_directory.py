"""The folder of a qualification: page and JSON, there as a whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tdm1.report.whole_folder import whole_folder

#: The files of the folder.
PAGE, DOCUMENT = "qualification.html", "qualification.json"


def write(directory: Path, page: str, document: dict[str, Any]) -> None:
    """Write both files to `directory`. Raises RunDirectoryError when it may not be used."""
    with whole_folder(directory, "report") as folder:
        (folder / PAGE).write_text(page, encoding="utf-8")
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
        (folder / DOCUMENT).write_text(text + "\n", encoding="utf-8")
