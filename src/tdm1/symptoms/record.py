"""What is kept of the symptoms when a course is over: worst grades and episodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SymptomRecord:
    """Adverse events of N patients.

    terms            T names: symptoms, reported terms, then groups
    worst            (N, T) worst grade, 0 none
    patient, term    (E,) index of the patient and of the term of each episode (groups have none)
    start_day, end_day   (E,) infinity for an end that was not reached
    grade            (E,) worst grade of the episode
    serious          (N,) a severe event of this patient is serious
    """

    terms: tuple[str, ...]
    worst: NDArray[np.int8]
    patient: NDArray[np.int_]
    term: NDArray[np.int_]
    start_day: Array
    end_day: Array
    grade: NDArray[np.int8]
    serious: NDArray[np.bool_]

    def column(self, term: str) -> NDArray[np.int8]:
        """Worst grade of one term, shape (N,). Raises ValueError for an unknown term."""
        return self.worst[:, self.terms.index(term)]

    def frame(self, first: int = 0) -> pl.DataFrame:
        """Episodes as a table: patient (from `first`), term, start_day, end_day, grade, serious."""
        import polars as pl

        order = np.lexsort((self.term, self.start_day, self.patient))
        return pl.DataFrame(
            {
                "patient": self.patient[order] + first,
                "term": np.array(self.terms, dtype=object)[self.term[order]].astype(str),
                "start_day": self.start_day[order],
                "end_day": self.end_day[order],
                "grade": self.grade[order].astype(np.int64),
                "serious": self.serious[self.patient[order]] & (self.grade[order] >= 3),
            }
        )
