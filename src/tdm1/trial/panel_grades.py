"""CTCAE grades of everything measured at one visit: all analytes and patients at once, bounds found once a course."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tdm1.safety import NOT_GRADED
from tdm1.safety.grades import bounds
from tdm1.trial.clinic import ANALYTES, PANEL, grade_of, limit_of, version_of
from tdm1.trial.definition import TrialFile

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Grades = NDArray[np.int8]


class PanelGrades:
    """Grades of a visit by the trial's version and the laboratory's limits, with the digits of `clinic.grade_of`."""

    def __init__(self, trial: TrialFile, lvef_baseline: Array) -> None:
        self._trial, self._lvef_baseline = trial, lvef_baseline
        limits = [limit_of(analyte) for analyte in PANEL]
        # Values that get worse downwards are turned round with their bounds, so that one comparison serves all.
        self._sign = np.array([-1.0 if "lln" in limit else 1.0 for limit in limits])[:, None]
        begins = [bounds(name, version_of(trial), **limit) for name, limit in zip(PANEL, limits, strict=True)]
        self._begins = np.array(begins, dtype=np.float64).T[:, :, None] * self._sign

    def _panel(self, values: Mapping[str, Array], who: NDArray[np.int_]) -> Grades:
        measured = np.array([values[name][who] for name in PANEL])
        if np.count_nonzero((measured < 0) | np.isinf(measured)):
            for name, column in zip(PANEL, measured, strict=True):
                grade_of(self._trial, name, column)  # names the value that cannot be
        grades = (measured * self._sign > self._begins).sum(axis=0, dtype=np.int8)
        grades[np.isnan(measured)] = NOT_GRADED
        return grades

    def of_visit(self, seen: Flags, values: Mapping[str, Array], lvef: Array) -> Grades:
        """Rows of `ANALYTES` over patients, (analytes, N); -1 where not seen or not measured.

        values   of the panel by analyte, each (N,); lvef (N,) in percent, NaN where nobody looked
        Raises FindingError for a negative or infinite value.
        """
        grades = np.full((len(ANALYTES), len(seen)), NOT_GRADED, np.int8)
        who = np.flatnonzero(seen)
        grades[: len(PANEL), who] = self._panel(values, who)
        tested = np.flatnonzero(seen & ~np.isnan(lvef))
        if tested.size:
            grades[-1, tested] = grade_of(self._trial, "lvef", lvef[tested], self._lvef_baseline[tested])
        return grades
