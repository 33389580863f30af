"""Compares simulated shares with every printed row of a setting's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tdm1.evidence.intervals import percent_interval
from tdm1.symptoms.catalogue import Setting, catalogue
from tdm1.symptoms.fit.targets import ArmName, PublishedRow, published_rows
from tdm1.symptoms.record import SymptomRecord

Column = Literal["any", "grade 3 or worse"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A printed percentage, what the model has, and whether that lies in the exact 95 % interval of the print.

    fitted    the numbers were fitted to this row or to one of the same term; else it is a prediction
    """

    row: PublishedRow
    column: Column
    printed_pct: float
    found_pct: float
    lower_pct: float
    upper_pct: float
    patients: int
    fitted: bool

    @property
    def inside(self) -> bool:
        """Whether the model's share lies inside the interval."""
        return self.lower_pct <= self.found_pct <= self.upper_pct


def fitted(term: str) -> bool:
    """Whether numbers are fitted to a term: to all but groups without a hidden member of their own."""
    known = catalogue()
    groups = {group.name for group in known.groups}
    firsts = {next(group.name for group in known.groups if one.name in group.members)
              for one in known.symptoms if one.own}
    return term not in groups or term in firsts


def check(setting: Setting, records: Mapping[ArmName, Sequence[SymptomRecord]]) -> list[Checked]:
    """Every printed share of the arms that were run, beside the share over all their records."""
    found: list[Checked] = []
    columns: tuple[tuple[Column, int], ...] = (("any", 1), ("grade 3 or worse", 3))
    for row in published_rows(setting):
        if row.arm not in records or row.n is None:
            continue
        worst = np.concatenate([record.column(row.term) for record in records[row.arm]])
        for column, least in columns:
            printed = row.any_pct if column == "any" else row.severe_pct
            if printed is None:
                continue
            interval = percent_interval(f"{printed:g}", row.n)
            share = 100.0 * float(np.mean(worst >= least))
            found.append(
                Checked(row, column, printed, share, interval.lower, interval.upper, len(worst), fitted(row.term))
            )
    return found
