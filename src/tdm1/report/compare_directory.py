"""The folder of a comparison of regimens: page, picture, tables and manifest, there as a whole or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tdm1.report.run_directory import MANIFEST, sha256
from tdm1.report.whole_folder import whole_folder

if TYPE_CHECKING:
    import polars as pl

    from tdm1.trial.comparing import RegimenComparison


def tables(comparison: RegimenComparison) -> dict[str, pl.DataFrame]:
    """`estimates` and `differences` (one row a regimen and outcome), `patients` (one a regimen and patient)."""
    import polars as pl

    units = {one.name: one.unit for one in comparison.outcomes}
    number: dict[str, Any] = dict.fromkeys(("value", "lower95", "upper95"), pl.Float64)
    needed: dict[str, Any] = dict.fromkeys(
        ("number_needed", "number_needed_lower95", "number_needed_upper95"), pl.Float64
    )
    estimates = [
        (one.regimen, one.outcome, units[one.outcome], one.value, one.lower95, one.upper95)
        for one in comparison.estimates
    ]
    differences = [
        (
            one.regimen, one.reference, one.outcome, units[one.outcome], one.value, one.lower95, one.upper95,
            *((None,) * 4 if (nnt := one.number_needed) is None else (nnt.value, nnt.lower, nnt.upper, nnt.shown)),
        )
        for one in comparison.differences
    ]
    names: dict[str, Any] = {"regimen": pl.String, "reference": pl.String, "outcome": pl.String, "unit": pl.String}
    of_estimate = {key: kind for key, kind in names.items() if key != "reference"}
    return {
        "estimates": pl.DataFrame(estimates, schema={**of_estimate, **number}, orient="row"),
        "differences": pl.DataFrame(
            differences, schema={**names, **number, **needed, "difference_shown": pl.Boolean}, orient="row"
        ),
        "patients": pl.concat(
            [table.select(pl.lit(name).alias("regimen"), pl.all()) for name, table in comparison.patients.items()],
            how="diagonal_relaxed",
        ),
    }


def write(comparison: RegimenComparison, directory: Path, *, started: datetime, finished: datetime) -> None:
    """Write the whole comparison to `directory`. Raises RunDirectoryError when it may not be used.

    Files: compare.html, compare.json, frontier.svg, frontier.png, estimates and differences (Parquet and CSV),
    patients.parquet, trial.yaml, regimens.yaml and manifest.json with the SHA-256 of every file.
    """
    with whole_folder(directory, "comparison") as folder:
        _write_files(comparison, folder, started=started, finished=finished)


def _write_files(comparison: RegimenComparison, folder: Path, *, started: datetime, finished: datetime) -> None:
    import yaml

    from tdm1.report import compare_json, compare_page
    from tdm1.report.pictures import frontier

    (folder / "trial.yaml").write_text(comparison.definition, encoding="utf-8")
    (folder / "regimens.yaml").write_text(
        yaml.safe_dump(list(comparison.texts), allow_unicode=True, width=1000), encoding="utf-8"
    )
    document = json.dumps(compare_json.comparison_json(comparison), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "compare.json").write_text(document + "\n", encoding="utf-8")
    for name, table in tables(comparison).items():
        table.write_parquet(folder / f"{name}.parquet")
        if name != "patients":
            table.write_csv(folder / f"{name}.csv")
    points, names = compare_page.points(comparison), compare_page.axis_names(comparison)
    for kind in ("svg", "png"):
        (folder / f"frontier.{kind}").write_bytes(frontier.lone_file(points, *names, kind))
    (folder / "compare.html").write_text(compare_page.page(comparison, finished=finished), encoding="utf-8")
    hashes = {path.name: sha256(path) for path in sorted(folder.iterdir())}
    record = _manifest(comparison, hashes, started=started, finished=finished)
    (folder / MANIFEST).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _manifest(
    comparison: RegimenComparison, hashes: dict[str, str], *, started: datetime, finished: datetime
) -> dict[str, Any]:
    """The manifest of a run, with the regimens."""
    from tdm1.report.manifest import manifest
    from tdm1.trial.result import TrialResult

    run = TrialResult(
        trial=comparison.trial, title=comparison.title, seed=comparison.seed, patients=comparison.asked_patients,
        seconds=comparison.seconds, failed_solves=comparison.failed_solves, arms={}, comparison=[],
        definition=comparison.definition,
    )
    record = manifest(run, hashes, started=started, finished=finished, written=datetime.now(UTC))
    return {**{key: value for key, value in record.items() if key != "model"}, "regimens": list(comparison.texts)}
