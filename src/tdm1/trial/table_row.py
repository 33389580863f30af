"""A place in the evidence tables, so that a trial file points to a published number instead of repeating it."""

from __future__ import annotations

from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from tdm1 import evidence


def _filtered(table: str, row: dict[str, str]) -> pl.DataFrame:
    frame = evidence.table(table)
    for column, cell in row.items():
        if column not in frame.columns:
            raise evidence.EvidenceError(
                f"table '{table}' has no column '{column}'{evidence.nearest(column, frame.columns)}"
            )
        frame = frame.filter(frame[column].cast(str) == cell)
    return frame


class TableRows(BaseModel):
    """Rows of a table of the evidence that share some cells, such as those of one trial's arm."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: str = Field(description="table of the evidence, such as adverse_reactions")
    where: dict[str, str] = Field(description="cells that the rows share")

    def rows(self) -> list[dict[str, Any]]:
        """The rows, in order. Raises EvidenceError when there is none."""
        frame = _filtered(self.table, self.where)
        if frame.height == 0:
            raise evidence.EvidenceError(f"table '{self.table}': no row fits {self.where}")
        return frame.to_dicts()


class TableRow(BaseModel):
    """Where a published value stands: a table of the evidence, the row, and the column."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: str = Field(description="table of the evidence, such as trials or lab_abnormalities")
    row: dict[str, str] = Field(description="cells that pick exactly one row")
    column: str = Field("value", description="column that holds the value")

    def cells(self) -> dict[str, Any]:
        """The one row. Raises EvidenceError when none or more than one fits."""
        frame = _filtered(self.table, self.row)
        if frame.height != 1:
            raise evidence.EvidenceError(f"table '{self.table}': {frame.height} rows fit {self.row}; exactly one must")
        return frame.row(0, named=True)
