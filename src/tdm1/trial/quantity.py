"""Quantities of a trial file: a number with its unit in one text, such as `3.6 mg/kg` or `42 day`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from tdm1 import evidence
from tdm1.evidence import EvidenceError
from tdm1.evidence.units import factor
from tdm1.trial.table_row import TableRow


def _from_evidence(place: Mapping[str, Any]) -> str:
    """`NUMBER UNIT` from a fact or from a cell of a table that has a `unit` column."""
    if set(place) == {"fact"}:
        fact = evidence.fact(str(place["fact"]))
        return f"{fact.value!r} {fact.unit}"
    row = TableRow.model_validate(place)
    cells = row.cells()
    return f"{cells[row.column]} {cells['unit']}"


@dataclass(frozen=True, slots=True)
class Measured:
    """Annotation of a float field: text `NUMBER UNIT` in the file, a float in `unit` in the program.

    `above` is excluded, `lowest` and `highest` are included.
    """

    unit: str
    example: str
    above: float = -inf
    lowest: float = -inf
    highest: float = inf

    def read(self, raw: Any) -> float:
        """The number in `unit`, from text or from a place in the evidence (`{fact: …}` or `{table: …, row: …}`).

        Raises ValueError that says what is wrong and shows an example.
        """
        if isinstance(raw, Mapping):
            raw = _from_evidence(cast("Mapping[str, Any]", raw))
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            raise ValueError(f"{raw:g} has no unit; write for example '{self.example}'")
        if not isinstance(raw, str) or len(raw.split(maxsplit=1)) != 2:
            raise ValueError(f"{raw!r} is not a number with a unit; write for example '{self.example}'")
        number, unit = raw.split(maxsplit=1)
        try:
            value = float(number) * factor(unit.strip(), self.unit)
        except EvidenceError as error:
            raise ValueError(f"{error}; write for example '{self.example}'") from error
        except ValueError as error:
            raise ValueError(f"'{number}' is not a number; write for example '{self.example}'") from error
        if not isfinite(value) or value <= self.above or value < self.lowest or value > self.highest:
            raise ValueError(f"'{raw}' is out of range: {self._range()}")
        return value

    def _range(self) -> str:
        parts: list[str] = []
        if self.above > -inf:
            parts.append(f"above {self.above:g}")
        if self.lowest > -inf:
            parts.append(f"at least {self.lowest:g}")
        if self.highest < inf:
            parts.append(f"at most {self.highest:g}")
        return f"it must be {' and '.join(parts)} {self.unit}"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        place = {
            "type": "object",
            "description": "a place in the evidence: {fact: NAME}, or {table: NAME, row: {COLUMN: CELL}, column: NAME}",
        }
        return {"anyOf": [{"type": "string"}, place], "examples": [self.example], "unit": self.unit}
