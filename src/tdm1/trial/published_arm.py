"""An arm on a treatment that is not simulated: its published outcomes, grades and adverse events."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tdm1 import evidence
from tdm1.trial._strict import Strict
from tdm1.trial.quantity import Measured
from tdm1.trial.table_row import TableRow, TableRows


class SurvivalCurve(Strict):
    """A Weibull curve by its median and shape."""

    median: Annotated[float, Measured("month", "6.4 month", above=0.0)] = Field(description="median time (unit: month)")
    shape: Annotated[float, Measured("1", "1.1 1", above=0.0)] = Field(description="Weibull shape (unit: 1)")


class LabGrades(Strict):
    """Worst grades of one analyte, in percent of patients, as printed (`<1` is allowed)."""

    any_pct: str = Field(description="any grade (unit: %)")
    g3_pct: str = Field(description="worst grade 3 (unit: %)")
    g4_pct: str = Field(description="worst grade 4 (unit: %)")


class EventGrades(Strict):
    """Worst grade of one adverse event, in percent of patients, as printed (`<1` is allowed)."""

    any_pct: str = Field(description="any grade (unit: %)")
    g3plus_pct: str = Field("0", description="grade 3 or worse (unit: %)")


class PublishedArm(Strict):
    """Patients on another treatment, drawn from its published results: no drug is simulated."""

    kind: Literal["published"]
    patients: int = Field(ge=1, description="patients in the arm (unit: patients)")
    pfs: SurvivalCurve = Field(description="progression-free survival")
    os: SurvivalCurve | None = Field(None, description="overall survival, if it was published")
    orr: Annotated[float, Measured("%", "30.8 %", lowest=0.0, highest=100.0)] | None = Field(
        None, description="objective response rate among patients with measurable disease, if published (unit: %)"
    )
    labs: dict[str, LabGrades | TableRow] = Field(
        default_factory=dict,
        description="worst laboratory grades by analyte, written out or a row of lab_abnormalities (unit: %)",
    )
    adverse_events: dict[str, EventGrades] | TableRows = Field(
        default_factory=dict,
        description="adverse events by term, written out, or the rows of adverse_reactions (unit: %)",
    )

    def lab_grades(self) -> dict[str, LabGrades]:
        """Worst grades of every analyte, with rows of the evidence looked up."""
        found: dict[str, LabGrades] = {}
        for analyte, grades in self.labs.items():
            if isinstance(grades, TableRow):
                cells = grades.cells()
                grades = LabGrades(any_pct=cells["any_pct"], g3_pct=cells["g3_pct"], g4_pct=cells["g4_pct"])
            found[analyte] = grades
        return found

    def event_grades(self) -> dict[str, EventGrades]:
        """Worst grades of every adverse event, with rows of the evidence looked up.

        A term without a share of any grade says only how often it was severe: that is all there is of it.
        """
        if not isinstance(self.adverse_events, TableRows):
            return self.adverse_events
        found: dict[str, EventGrades] = {}
        for cells in self.adverse_events.rows():
            if cells["term"] in found:
                raise evidence.EvidenceError(f"adverse event '{cells['term']}' stands twice in {self.adverse_events}")
            severe = cells["g3plus_or_g3_pct"]
            anything = severe if cells["any_pct"] is None else cells["any_pct"]
            found[str(cells["term"])] = EventGrades(
                any_pct=f"{anything:g}", g3plus_pct="0" if severe is None else f"{severe:g}"
            )
        return found
