"""Published and observed tables: CSV files whose columns `tables.yaml` describes and this module checks.

A table is read once. Every cell is checked against the type of its column, so that a slip in a
file is named by file, row and column and never becomes a silent null. Polars is imported only
when a table is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from tdm1.evidence._errors import EvidenceError, nearest
from tdm1.evidence._loader import ROOT, parse_yaml

if TYPE_CHECKING:
    import polars as pl

#: `percent` is a printed percentage kept as text, because labels print `<1`.
ColumnType = Literal["text", "number", "integer", "percent", "source"]

_COLUMN_KEYS = {"type", "required", "unit", "meaning", "one_of"}
_TABLE_KEYS = {"file", "description", "licence", "sources", "columns"}
_PERCENT = re.compile(r"<?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its type, unit and meaning, and the values it may take."""

    name: str
    type: ColumnType
    meaning: str
    unit: str
    required: bool
    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What `tables.yaml` says of a table: its file, description, licence, sources and columns."""

    name: str
    file: str
    description: str
    licence: str
    sources: tuple[str, ...]
    columns: tuple[Column, ...]


def _column(name: str, raw: dict[str, Any], at: str) -> Column:
    unknown = set(raw) - _COLUMN_KEYS
    if unknown or raw.get("type") not in get_args(ColumnType) or not raw.get("meaning"):
        raise EvidenceError(
            f"{at}: column '{name}' needs a meaning and a type among {', '.join(get_args(ColumnType))}"
            + (f", and has unknown keys {sorted(unknown)}" if unknown else "")
        )
    return Column(
        name=name,
        type=raw["type"],
        meaning=str(raw["meaning"]),
        unit=str(raw.get("unit", "")),
        required=bool(raw.get("required", False)),
        one_of=tuple(str(value) for value in raw.get("one_of", ())),
    )


@cache
def described() -> dict[str, Table]:
    """Every table by name, as `tables.yaml` describes it."""
    found: dict[str, Table] = {}
    for name, raw in parse_yaml(ROOT.joinpath("tables.yaml").read_text("utf-8"), "tables.yaml").items():
        at = f"tables.yaml: table '{name}'"
        unknown = set(raw) - _TABLE_KEYS
        missing = _TABLE_KEYS - {"sources"} - set(raw)
        if unknown or missing:
            raise EvidenceError(f"{at}: lacks {sorted(missing)}, unknown {sorted(unknown)}")
        found[name] = Table(
            name=name,
            file=raw["file"],
            description=str(raw["description"]),
            licence=str(raw["licence"]),
            sources=tuple(raw.get("sources", ())),
            columns=tuple(_column(key, spec, at) for key, spec in raw["columns"].items()),
        )
    return found


def tables() -> dict[str, str]:
    """What can be asked of `table`: name and one-line description."""
    return {name: entry.description for name, entry in described().items()}


def _mistake(column: Column, text: str | None) -> str:
    """What is wrong with one cell, or an empty string."""
    if text is None:
        return "is empty" if column.required else ""
    if column.one_of and text not in column.one_of:
        return f"is '{text}', not one of {', '.join(column.one_of)}"
    if column.type == "percent" and not _PERCENT.fullmatch(text):
        return f"is '{text}', not a printed percentage such as 14 or <1"
    if column.type in ("number", "integer"):
        try:
            float(text) if column.type == "number" else int(text)
        except ValueError:
            return f"is '{text}', not a {'whole ' if column.type == 'integer' else ''}number"
    return ""


def parse(entry: Table, text: str) -> pl.DataFrame:
    """Checks and converts the CSV `text` of a table.

    Columns of type number become Float64, integer Int64, all others text; an empty cell is null.
    Raises EvidenceError with file, row (the header is row 1) and column of the first mistake.
    """
    import io

    import polars as pl

    try:
        raw = pl.read_csv(io.StringIO(text), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise EvidenceError(f"{entry.file}: not a readable CSV file: {error}") from error
    names = [column.name for column in entry.columns]
    if raw.columns != names:
        raise EvidenceError(f"{entry.file}: columns are {raw.columns}, but tables.yaml says {names}")
    for column in entry.columns:
        for row, cell in enumerate(raw[column.name].to_list(), start=2):
            mistake = _mistake(column, cell)
            if mistake:
                raise EvidenceError(f"{entry.file}, row {row}: '{column.name}' {mistake}")
    kinds = {"number": pl.Float64, "integer": pl.Int64}
    return raw.with_columns(pl.col(column.name).cast(kinds[column.type]) for column in entry.columns
                            if column.type in kinds)


@cache
def table(name: str) -> pl.DataFrame:
    """The table called `name` (see `tables`) as a Polars frame with the columns of `tables.yaml`.

    Raises EvidenceError for an unknown name (with the nearest one) and for a cell that breaks the
    description. The frame is shared between callers; Polars frames are not changed in place.
    """
    known = described()
    if name not in known:
        raise EvidenceError(f"no table is called '{name}'{nearest(name, known)}; there are {', '.join(known)}")
    entry = known[name]
    return parse(entry, ROOT.joinpath(entry.file).read_text("utf-8"))
