"""Published results of a trial file and how a simulated value is held against them."""

from __future__ import annotations

from math import inf
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tdm1 import evidence
from tdm1.evidence.intervals import median_interval, percent_interval
from tdm1.trial.table_row import TableRow, TableRows

#: How a table's `verified` mark reads as a reading mark of the evidence.
_MARKS = {"yes": "read", "partial": "secondary", "recall": "recall"}


class PublishedRow(BaseModel):
    """One published value to compare with: taken from the evidence (`from`), or written out."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    arm: str = Field(description="arm of this file that the value belongs to")
    endpoint: str = Field(
        description="what it is, as a path into an arm's results: orr_pct, labs.alt_increased.g3_pct, …"
    )
    role: Literal["calibrated", "predicted"] = Field(description="whether the model was fitted to it")
    origin: TableRow | None = Field(None, alias="from", description="where the value stands in the evidence")
    value: str | None = Field(
        None, description="the value as printed, if it is not in the evidence (unit: that of the endpoint)"
    )
    lower95: float | None = Field(None, description="lower 95 % bound, if printed (unit: that of the endpoint)")
    upper95: float | None = Field(None, description="upper 95 % bound, if printed (unit: that of the endpoint)")
    n: int | None = Field(None, ge=1, description="patients behind a percentage without an interval (unit: patients)")
    events: int | None = Field(None, ge=1, description="events behind a median without an interval (unit: events)")
    source: str | None = Field(None, description="source of a value that is written out")

    @property
    def names(self) -> list[str]:
        """The arm, or the two arms that a ratio compares."""
        return self.arm.split(" vs ")

    @model_validator(mode="after")
    def _one_origin(self) -> PublishedRow:
        if (self.origin is None) == (self.value is None):
            raise ValueError(
                "give either 'from' (a place in the evidence) or 'value' with its 'source', not both or none"
            )
        if self.value is not None and self.source is None:
            raise ValueError("a value that is written out needs its source")
        self.resolve()
        return self

    def resolve(self) -> ResolvedRow:
        """Value, interval, source and reading mark. Raises EvidenceError when no interval can be had."""
        cells = self.origin.cells() if self.origin else {}
        printed = str(cells[self.origin.column]) if self.origin else str(self.value)
        if printed in ("None", ""):
            raise evidence.EvidenceError(f"published value of '{self.endpoint}' is empty in its table")
        lower = cells.get("lower95") if self.origin and self.origin.column == "value" else self.lower95
        upper = cells.get("upper95") if self.origin and self.origin.column == "value" else self.upper95
        derived = lower is None and upper is None
        if lower is None and upper is None:
            lower, upper = self._interval(printed, self.n or cells.get("n"))
        # A bound that the paper did not reach is open.
        lower, upper = -inf if lower is None else lower, inf if upper is None else upper
        # A printed "<1" is shown as the middle of what it can mean.
        value = float(printed[1:]) / 2 if printed.startswith("<") else float(printed)
        return ResolvedRow(
            printed=printed,
            value=value,
            lower95=float(lower),
            upper95=float(upper),
            derived=derived,
            source=str(cells.get("source_key", self.source)),
            read=_MARKS.get(str(cells.get("verified", "")), "given in the trial file"),
        )

    def _interval(self, printed: str, n: int | None) -> tuple[float, float]:
        if self.endpoint.endswith("_month"):
            if self.events is None:
                raise evidence.EvidenceError(
                    f"published '{self.endpoint}' has no interval; give lower95 and upper95, or the number of events"
                )
            low, high = median_interval(float(printed), self.events)
            return low, high
        if n is None:
            raise evidence.EvidenceError(f"published '{self.endpoint}' has no interval; give lower95 and upper95, or n")
        low, high = percent_interval(printed, int(n))
        return low, high


#: Per table: how an endpoint is called from its row, and the columns that hold endpoints.
_TABLES = {
    "lab_abnormalities": ("labs.{analyte}", {"any_pct": "any_pct", "g3_pct": "g3_pct", "g4_pct": "g4_pct"}),
    "adverse_reactions": ("adverse_events.{term}", {"any_pct": "any_pct", "g3plus_or_g3_pct": "g3plus_pct"}),
}


class PublishedTable(BaseModel):
    """All rows of a published table that belong to one arm, each column one value to compare with."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    arm: str = Field(description="arm of this file that the values belong to")
    origin: TableRows = Field(alias="from", description="the rows: lab_abnormalities or adverse_reactions")
    role: Literal["calibrated", "predicted"] = Field(description="whether the model was fitted to them")
    predicted: list[str] = Field(
        default_factory=list, description="endpoints among them that the model was not fitted to"
    )
    left_out: dict[str, str] = Field(
        default_factory=dict, description="terms or analytes that are not compared, each with the reason"
    )

    @model_validator(mode="after")
    def _rows_fit(self) -> PublishedTable:
        if self.origin.table not in _TABLES:
            known, hint = ", ".join(_TABLES), evidence.nearest(self.origin.table, _TABLES)
            raise ValueError(
                f"a whole table is compared for {known}; '{self.origin.table}' row by row in 'published'{hint}"
            )
        names = {row.endpoint for row in self.rows()}
        for endpoint in self.predicted:
            if endpoint not in names:
                raise ValueError(f"no endpoint here is called '{endpoint}'{evidence.nearest(endpoint, names)}")
        return self

    def rows(self) -> list[PublishedRow]:
        """One row a term and column that was printed with its number of patients."""
        prefix, columns = _TABLES[self.origin.table]
        key = prefix.partition("{")[2].rstrip("}")
        found: list[PublishedRow] = []
        terms = {str(cells[key]) for cells in self.origin.rows()}
        for term in self.left_out:
            if term not in terms:
                raise ValueError(f"left_out: no {key} is called '{term}'{evidence.nearest(term, terms)}")
        for cells in self.origin.rows():
            if cells[key] in self.left_out or cells["n"] is None:
                continue
            for column, endpoint in columns.items():
                if cells[column] is None:
                    continue
                name = f"{prefix.format(**cells)}.{endpoint}"
                place = {"table": self.origin.table, "row": {**self.origin.where, key: str(cells[key])}}
                role = "predicted" if name in self.predicted else self.role
                found.append(
                    PublishedRow.model_validate(
                        {"arm": self.arm, "endpoint": name, "role": role, "from": {**place, "column": column}}
                    )
                )
        return found


class ResolvedRow(BaseModel):
    """A published value with its interval, ready to compare."""

    model_config = ConfigDict(frozen=True)
    printed: str
    value: float
    lower95: float
    upper95: float
    derived: bool
    source: str
    read: str
