"""The tables of a run as Parquet files, written part by part: memory does not grow with the number of patients."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from tdm1.trial.result import ArmResult, TrialResult

#: Rows in one group of a Parquet file: fixed, so that equal tables are equal files.
_GROUP_ROWS = 1 << 17


def write(result: TrialResult, folder: Path) -> None:
    """Write every table of the run into `folder`: ADaM datasets in small letters, decisions, bands, comparison."""
    import polars as pl

    from tdm1.interop import adam

    parts = folder / ".parts"
    for number, arm in enumerate(result.arms.values(), start=1):
        for turn, made in enumerate(parts_of(arm)):
            tables = {
                name.lower(): table for name, table in adam.tables_of_arm(result.trial, number, arm.name, made).items()
            }
            if made.decisions is not None:
                tables["decisions"] = made.decisions.select(pl.lit(arm.name).alias("arm"), pl.all())
            for name, table in tables.items():
                (parts / name).mkdir(parents=True, exist_ok=True)
                table.write_parquet(parts / name / f"{number:03d}-{turn:06d}.parquet")
    for home in sorted(parts.iterdir()) if parts.exists() else []:
        # Arms may know different things of a patient; a column that one arm lacks is null there.
        scans = [pl.scan_parquet(path) for path in sorted(home.iterdir())]
        joined = pl.concat(scans, how="diagonal_relaxed")
        joined.sink_parquet(folder / f"{home.name}.parquet", row_group_size=_GROUP_ROWS, maintain_order=True)
    shutil.rmtree(parts, ignore_errors=True)
    bands = [
        arm.bands.select(pl.lit(arm.name).alias("arm"), pl.all())
        for arm in result.arms.values()
        if arm.bands is not None
    ]
    if bands:
        pl.concat(bands, how="diagonal_relaxed").write_parquet(folder / "bands.parquet")
    if result.comparison:
        rows = [dataclasses.asdict(row) for row in result.comparison]
        pl.DataFrame(rows).write_parquet(folder / "comparison.parquet")


def parts_of(arm: ArmResult) -> Iterator[ArmResult]:
    """The arm itself, or where its tables are on disk one part after the other, each with its patients' tables."""
    import polars as pl

    if arm.stored is None:
        yield arm
        return
    paths = arm.stored.paths
    by_first = {name: {path.name: path for path in files} for name, files in paths.items()}
    for path in paths["subjects"]:
        tables = {
            name: pl.read_parquet(files[path.name]) for name, files in by_first.items() if path.name in files
        }
        yield dataclasses.replace(arm, **{name: tables.get(name) for name in by_first})


def all_decisions(arm: ArmResult) -> pl.LazyFrame | None:
    """The decisions of every patient of the arm, read when they are counted; None where there are none."""
    import polars as pl

    if arm.stored is not None and arm.stored.paths.get("decisions"):
        return pl.concat([pl.scan_parquet(path) for path in arm.stored.paths["decisions"]])
    return None if arm.decisions is None else arm.decisions.lazy()
