"""The published and observed tables: they parse, cite sources that exist, and refuse a damaged cell."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from tdm1 import evidence
from tdm1.evidence import _tables

NAMES = sorted(evidence.tables())


@pytest.mark.parametrize("name", NAMES)
def test_table_parses_and_is_not_empty(name: str) -> None:
    frame = evidence.table(name)
    assert frame.height > 0
    for column in _tables.described()[name].columns:
        expected = {"number": pl.Float64, "integer": pl.Int64}.get(column.type, pl.String)
        assert frame.schema[column.name] == expected


@pytest.mark.parametrize("name", NAMES)
def test_table_sources_resolve(name: str) -> None:
    entry, frame, known = _tables.described()[name], evidence.table(name), evidence.sources()
    keys = set(entry.sources)
    for column in entry.columns:
        if column.type == "source":
            keys.update(key for cell in frame[column.name].unique() for key in cell.split(";"))
    assert keys, f"{entry.file} names no source"
    unknown = {key: evidence.nearest(key, known) for key in keys if key not in known}
    assert not unknown, f"{entry.file}: {unknown}"


@pytest.mark.parametrize("name", NAMES)
def test_table_rows_are_unique(name: str) -> None:
    people = name.startswith(("km_", "nhanes_"))  # two people may well have the same values
    assert people or not evidence.table(name).is_duplicated().any()


def test_every_csv_file_is_described() -> None:
    described = {entry.file for entry in _tables.described().values()}
    found = {
        f"{folder}/{path.name}"
        for folder in ("published", "observed")
        for path in _tables.ROOT.joinpath(folder).iterdir()
        if path.name.endswith(".csv")
    }
    assert found == described


def test_printed_bounds_contain_the_value() -> None:
    rows = evidence.table("trials").filter(pl.col("lower95").is_not_null())
    assert rows.height > 20
    assert (rows["lower95"] <= rows["value"]).all()
    both = rows.filter(pl.col("upper95").is_not_null())
    assert (both["value"] <= both["upper95"]).all()


def test_laboratory_grades_do_not_exceed_any_grade() -> None:
    for row in evidence.table("lab_abnormalities").iter_rows(named=True):
        low = [0.0 if row[column].startswith("<") else float(row[column]) for column in ("g3_pct", "g4_pct")]
        assert sum(low) <= float(row["any_pct"].lstrip("<")), row


def test_emilia_reduced_stopped_delayed_against_the_counts_of_the_label() -> None:
    """The label prints patients beside percent: 80, 116 and 32 of 490."""
    rows = evidence.table("exposure").filter((pl.col("trial") == "EMILIA") & (pl.col("arm") == "T-DM1"))
    for metric in ("dose_reduced_for_ae", "dose_delayed_for_ae", "discontinued_for_ae"):
        row = rows.row(by_predicate=pl.col("metric") == metric, named=True)
        printed = re.match(r"(\d+) patients", row["note"])
        assert printed is not None
        assert round(100 * int(printed.group(1)) / row["n"], 1) == row["value"]


def test_reconstructed_medians_against_those_recomputed_by_kmdata_users() -> None:
    """Kaplan-Meier medians by the definition, as written down when the curves were collected (month)."""
    expected = {
        ("km_marianne_pfs", "T-DM1+placebo"): 14.0,
        ("km_marianne_pfs", "trastuzumab+taxane"): 13.9,
        ("km_marianne_pfs", "T-DM1+pertuzumab"): 16.3,
        ("km_cerebel_pfs", "trastuzumab+capecitabine"): 8.1,
        ("km_cerebel_pfs", "lapatinib+capecitabine"): 6.65,
    }
    for (name, arm), median in expected.items():
        rows = evidence.table(name).filter(pl.col("arm") == arm).sort("time_month")
        time, event = rows["time_month"].to_numpy(), rows["event"].to_numpy()
        survival, at = 1.0, np.nan
        for now in np.unique(time[event == 1]):
            survival *= 1 - event[time == now].sum() / (time >= now).sum()
            if survival <= 0.5:
                at = now
                break
        assert at == pytest.approx(median, abs=0.06)


def test_clinical_pk_has_the_six_dose_levels_of_the_study() -> None:
    doses = evidence.table("clinical_pk")["dose_mg_per_kg"].unique().sort().to_list()
    assert doses == [0.3, 0.6, 1.2, 2.4, 3.6, 4.8]


def test_unknown_table_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(evidence.EvidenceError, match="did you mean 'baseline'"):
        evidence.table("base_line")


@pytest.mark.parametrize(
    ("find", "put", "message"),
    [
        ("490,platelets_decreased,83", "490,platelets_decreased,", r"row 5: 'any_pct' is empty"),
        ("490,platelets_decreased,83", "490,platelets_decreased,~83", r"row 5: 'any_pct' is '~83'"),
        ("490,platelets_decreased", "4.9e2,platelets_decreased", r"row 5: 'n' .* whole number"),
        (",yes,", ",sure,", r"row 2: 'verified' is 'sure', not one of yes, partial, recall"),
        ("trial,arm,n", "trial,arm,count", "columns are"),
    ],
)
def test_damaged_table_is_refused_by_row_and_column(find: str, put: str, message: str) -> None:
    entry = _tables.described()["lab_abnormalities"]
    text = _tables.ROOT.joinpath(entry.file).read_text("utf-8")
    assert find in text
    with pytest.raises(evidence.EvidenceError, match=message):
        _tables.parse(entry, text.replace(find, put, 1))
