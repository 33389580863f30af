"""What is needed to repeat a run and to trust its files: the manifest of a run directory."""

from __future__ import annotations

import hashlib
import os
import platform
from datetime import datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tdm1.trial.result import TrialResult

#: Libraries whose version can change a number or a file of the run.
_LIBRARIES = (
    "numpy",
    "scipy",
    "llvmlite",
    "polars",
    "pydantic",
    "pyyaml",
    "lifelines",
    "matplotlib",
)


def _processor() -> str:
    """The processor's name; Linux alone says it in a file, elsewhere the platform's word is taken."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as handle:
            for line in handle:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def manifest(
    result: TrialResult, files: dict[str, str], *, started: datetime, finished: datetime, written: datetime
) -> dict[str, Any]:
    """The manifest: versions, seed, trial file with its SHA-256, machine, times (UTC) and SHA-256 of every file."""
    from tdm1 import __version__

    return {
        "tdm1": __version__,
        "status": "complete",
        "trial": result.trial,
        "model": result.model,
        "seed": int(result.seed),
        "patients": int(result.patients),
        "failed_solves": int(result.failed_solves),
        "seconds": float(result.seconds),
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "written": written.isoformat(timespec="seconds"),
        "trial_file": {
            "text": result.definition,
            "sha256": hashlib.sha256(result.definition.encode("utf-8")).hexdigest(),
        },
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        "files": dict(files),
    }
