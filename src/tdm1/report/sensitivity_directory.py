"""The folder of a sensitivity analysis: page, pictures, tables and manifest, there as a whole or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tdm1.report.run_directory import MANIFEST, sha256
from tdm1.report.whole_folder import whole_folder

if TYPE_CHECKING:
    import polars as pl

    from tdm1.trial.sensitivity import Sensitivity


def tables(found: Sensitivity) -> dict[str, pl.DataFrame]:
    """`local` and `sobol` (one row an output and parameter, ranked) and `parameters` (one a parameter)."""
    import polars as pl

    text, number = pl.String(), pl.Float64()
    local = {"output": text, "parameter": text, "value": number, "status": text}
    sobol = {
        "output": text, "parameter": text, "first": number, "first_half_width95": number, "total": number,
        "total_half_width95": number,
    }
    parameters = {
        "name": text, "fact": text, "meaning": text, "unit": text, "value": number, "low": number, "high": number,
        "law": text, "spread": number, "basis": text, "read": text, "held_because": text,
    }
    names = [output.name for output in found.outputs]
    return {
        "local": pl.DataFrame([asdict(one) for name in names for one in found.elasticities_of(name)], schema=local),
        "sobol": pl.DataFrame([asdict(one) for name in names for one in found.indices_of(name)], schema=sobol),
        "parameters": pl.DataFrame(
            [asdict(one) for one in found.varied]
            + [
                {**{key: value for key, value in asdict(one).items() if key != "reason"}, "held_because": one.reason}
                for one in found.held
            ],
            schema=parameters,
        ),
    }


def write(found: Sensitivity, directory: Path, *, started: datetime, finished: datetime) -> None:
    """Write the whole analysis to `directory`. Raises RunDirectoryError when it may not be used.

    Files: sensitivity.html, sensitivity.json, local.csv, sobol.csv, parameters.csv, a picture local_OUTPUT.svg and
    sobol_OUTPUT.svg of every output that has one, and manifest.json with the SHA-256 of every file.
    """
    with whole_folder(directory, "analysis") as folder:
        _write_files(found, folder, started=started, finished=finished)


def _write_files(found: Sensitivity, folder: Path, *, started: datetime, finished: datetime) -> None:
    from tdm1.report import sensitivity_json, sensitivity_page
    from tdm1.report.pictures import sensitivity as pictures

    document = json.dumps(sensitivity_json.sensitivity_json(found), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "sensitivity.json").write_text(document + "\n", encoding="utf-8")
    for name, table in tables(found).items():
        table.write_csv(folder / f"{name}.csv")
    for output in found.outputs:
        for kind in sensitivity_page.kinds(found, output):
            (folder / f"{kind}_{output.name}.svg").write_bytes(pictures.lone_file(found, output, kind, "svg"))
    (folder / "sensitivity.html").write_text(sensitivity_page.page(found, finished=finished), encoding="utf-8")
    hashes = {path.name: sha256(path) for path in sorted(folder.iterdir())}
    record = _manifest(found, hashes, started=started, finished=finished)
    (folder / MANIFEST).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _manifest(found: Sensitivity, hashes: dict[str, str], *, started: datetime, finished: datetime) -> dict[str, Any]:
    """The manifest of a run, with the model and its regimen in the place of a trial."""
    from tdm1.report.manifest import manifest
    from tdm1.report.sensitivity_page import command
    from tdm1.trial.result import TrialResult

    run = TrialResult(
        trial="", title="", seed=found.seed, patients=1, seconds=found.seconds, failed_solves=found.failed_solves,
        arms={}, comparison=[], definition="",
    )
    record = manifest(run, hashes, started=started, finished=finished, written=datetime.now(UTC))
    kept = {key: value for key, value in record.items() if key not in ("trial", "trial_file", "patients")}
    libraries = {**record["libraries"], "salib": metadata.version("salib")}
    return {
        **kept, "libraries": libraries, "model": found.model, "regimen": asdict(found.regimen),
        "settings": found.settings, "command": command(found),
    }
