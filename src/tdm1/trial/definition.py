"""The trial file: what a virtual trial is, as a checked definition with a unit for every quantity."""

from __future__ import annotations

import itertools
from datetime import date
from math import gcd
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from tdm1 import evidence
from tdm1.eligibility import Criteria
from tdm1.mechanism import t_dm1
from tdm1.population import BaselineSpec
from tdm1.population.individual import typical
from tdm1.trial._place import PlacedError
from tdm1.trial.published import PublishedRow
from tdm1.trial.quantity import Measured
from tdm1.trial.table_row import TableRow


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, raw: Any) -> Any:
        if isinstance(raw, dict):
            for key in raw:
                if key not in cls.model_fields:
                    hint = evidence.nearest(str(key), cls.model_fields)
                    raise PlacedError(f"unknown key '{key}'{hint} (known: {', '.join(cls.model_fields)})", str(key))
        return raw


Day = Annotated[float, Measured("day", "21 day", above=0.0)]
WholeDays = Annotated[int, Field(ge=1)]


class Period(_Strict):
    """When patients enter and when the trial is read. Follow-up runs from entry to the data cut."""

    first_patient: date = Field(description="day the first patient enters (ISO date)")
    last_patient: date = Field(description="day the last patient enters (ISO date)")
    data_cut: date = Field(description="day the data are read: progression, response and safety (ISO date)")
    pace: Annotated[float, Measured("1", "1 1", above=0.0)] = Field(
        1.0, description="pace of accrual (unit: 1): 1 is even, 2 means that the rate grows in proportion to time"
    )
    survival_cut: date | None = Field(
        None, description="later day at which survival is read (ISO date); data_cut if left out"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.last_patient < self.first_patient:
            raise PlacedError(
                f"last_patient {self.last_patient} is before first_patient {self.first_patient}", "last_patient"
            )
        if self.data_cut <= self.last_patient:
            raise PlacedError(f"data_cut {self.data_cut} is not after last_patient {self.last_patient}", "data_cut")
        if self.survival_cut is not None and self.survival_cut < self.data_cut:
            raise PlacedError(f"survival_cut {self.survival_cut} is before data_cut {self.data_cut}", "survival_cut")
        return self


class Visits(_Strict):
    """When blood is taken and scans are made. Days are whole; all are counted from a patient's own day of dosing."""

    labs_on_cycle_days: list[int] = Field(
        [1, 8, 15],
        description="days of a cycle with blood tests (unit: day; day 1 is the day of the dose)",
        min_length=1,
    )
    weekly_labs_cycles: int = Field(
        100,
        ge=0,
        description="number of first cycles with all of these tests; later ones only before the dose (unit: cycles)",
    )
    scan_every: Day = Field(description="time between tumour scans (unit: day)")
    recheck_every: Day = Field(7.0, description="time between checks while a dose is held (unit: day)")

    @model_validator(mode="after")
    def _whole(self) -> Visits:
        if 1 not in self.labs_on_cycle_days or min(self.labs_on_cycle_days) < 1:
            raise PlacedError(
                "labs_on_cycle_days starts with day 1, the day of the dose, and has no day before it",
                "labs_on_cycle_days",
            )
        for name in ("scan_every", "recheck_every"):
            if getattr(self, name) != round(getattr(self, name)):
                raise PlacedError(f"{name} is not a whole number of days", name)
        return self


class OtherEvents(_Strict):
    """Adverse events other than the simulated laboratory values, by what they lead to, per cycle at risk."""

    delay: Annotated[float, Measured("1", "0.03 1", lowest=0.0, highest=1.0)] = Field(
        description="chance in a cycle of an event that delays the next dose (unit: 1)"
    )
    reduction: Annotated[float, Measured("1", "0.01 1", lowest=0.0, highest=1.0)] = Field(
        description="chance in a cycle of an event that lowers the dose (unit: 1)"
    )
    stop: Annotated[float, Measured("1", "0.005 1", lowest=0.0, highest=1.0)] = Field(
        description="chance in a cycle of an event that ends treatment (unit: 1)"
    )


class TDM1Arm(_Strict):
    """Patients on T-DM1, simulated from the infusion to the decision."""

    kind: Literal["t_dm1"]
    patients: int = Field(ge=1, description="patients in the arm (unit: patients)")
    dose: Annotated[float, Measured("mg/kg", "3.6 mg/kg", above=0.0, highest=20.0)] = Field(
        description="starting dose per body weight (unit: mg/kg)"
    )
    every: Day = Field(description="time between doses (unit: day)")
    first_infusion: Annotated[float, Measured("day", "90 min", above=0.0, highest=1.0)] = Field(
        description="length of the first infusion (unit: day; write minutes as '90 min')"
    )
    later_infusion: Annotated[float, Measured("day", "30 min", above=0.0, highest=1.0)] = Field(
        description="length of later infusions (unit: day)"
    )
    cycles: int | Literal["until progression"] = Field(
        "until progression", description="number of cycles, or until progression (unit: cycles)"
    )
    lower_doses: list[Annotated[float, Measured("mg/kg", "3.0 mg/kg", above=0.0)]] | None = Field(
        None,
        description="dose levels to reduce to, in order (unit: mg/kg); those of the label below the dose if left out",
    )
    longest_delay: Annotated[float, Measured("day", "42 day", above=0.0)] = Field(
        description="delay of a dose after which treatment ends (unit: day)"
    )
    other_events: OtherEvents = Field(description="adverse events other than the simulated laboratory values")

    @model_validator(mode="after")
    def _possible(self) -> TDM1Arm:
        if isinstance(self.cycles, int) and self.cycles < 1:
            raise PlacedError("cycles is at least 1, or 'until progression'", "cycles")
        if self.every != round(self.every):
            raise PlacedError("every is not a whole number of days", "every")
        if self.every <= max(self.first_infusion, self.later_infusion):
            raise PlacedError("every is shorter than the infusion", "every")
        levels = [self.dose, *(self.lower_doses or [])]
        if any(low >= high for high, low in itertools.pairwise(levels)):
            raise PlacedError("lower_doses go down from the starting dose", "lower_doses")
        return self


class SurvivalCurve(_Strict):
    """A Weibull curve by its median and shape."""

    median: Annotated[float, Measured("month", "6.4 month", above=0.0)] = Field(description="median time (unit: month)")
    shape: Annotated[float, Measured("1", "1.1 1", above=0.0)] = Field(description="Weibull shape (unit: 1)")


class LabGrades(_Strict):
    """Worst grades of one analyte, in percent of patients, as printed (`<1` is allowed)."""

    any_pct: str = Field(description="any grade (unit: %)")
    g3_pct: str = Field(description="worst grade 3 (unit: %)")
    g4_pct: str = Field(description="worst grade 4 (unit: %)")


class PublishedArm(_Strict):
    """Patients on another treatment, drawn from its published results: no drug is simulated."""

    kind: Literal["published"]
    patients: int = Field(ge=1, description="patients in the arm (unit: patients)")
    pfs: SurvivalCurve = Field(description="progression-free survival")
    os: SurvivalCurve | None = Field(None, description="overall survival, if it was published")
    orr: Annotated[float, Measured("%", "30.8 %", lowest=0.0, highest=100.0)] = Field(
        description="objective response rate among patients with measurable disease (unit: %)"
    )
    labs: dict[str, LabGrades | TableRow] = Field(
        default_factory=dict,
        description="worst laboratory grades by analyte, written out or a row of lab_abnormalities (unit: %)",
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


Arm = Annotated[TDM1Arm | PublishedArm, Field(discriminator="kind")]


class TrialFile(_Strict):
    """A virtual trial: who enters, what they get, when they are seen, and what was published."""

    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9_.-]+$", description="short name, used in files and results")
    title: str = Field(description="what the trial is, in a line")
    setting: Literal["metastatic"] = Field(description="setting whose label rules hold")
    region: Literal["US"] = Field("US", description="region whose label rules hold")
    ctcae: Literal["3.0", "4.03", "5.0"] = Field(description="version of CTCAE that grades the laboratory values")
    model: Literal["t_dm1"] = Field("t_dm1", description="model of the body that is run")
    seed: int = Field(1, ge=0, description="seed of all random numbers")
    period: Period = Field(description="when patients enter and when the trial is read")
    population: BaselineSpec = Field(description="baseline of the patients")
    eligibility: str | Criteria = Field(
        description="criteria that every patient meets: a built-in set by name, or written out"
    )
    visits: Visits = Field(description="when patients are seen")
    arms: dict[str, Arm] = Field(min_length=1, description="arms by name")
    parameters: dict[str, str] = Field(
        default_factory=dict, description="facts of the model to replace, as 'NUMBER UNIT' by fact name"
    )
    published: list[PublishedRow] = Field(default_factory=list, description="published results to compare with")
    _text: str = PrivateAttr("")

    def with_text(self, text: str) -> TrialFile:
        """The same definition, remembering the file it was read from."""
        self._text = text
        return self

    @property
    def text(self) -> str:
        """The file as it was read."""
        return self._text

    @model_validator(mode="after")
    def _arms_exist(self) -> TrialFile:
        for place, row in enumerate(self.published):
            if row.arm not in self.arms:
                hint = evidence.nearest(row.arm, self.arms)
                raise PlacedError(f"no arm is called '{row.arm}'{hint}", "published", place, "arm")
        self.overrides()
        return self

    def overrides(self) -> dict[str, float]:
        """Replaced facts in their own unit.

        Raises ValueError for a fact that is unknown or not the model's, a unit that does not fit, or a negative number.
        """
        found: dict[str, float] = {}
        for name, text in self.parameters.items():
            try:
                fact = evidence.fact(name)
                found[name] = Measured(fact.unit, f"{fact.value:g} {fact.unit}", lowest=0.0).read(text)
                typical(t_dm1(), {name: found[name]})
            except ValueError as error:
                raise PlacedError(str(error), "parameters", name) from error
        return found

    def tick_day(self, arm: TDM1Arm) -> int:
        """The longest step (day) that meets every visit of an arm."""
        days = [round(arm.every), round(self.visits.scan_every), round(self.visits.recheck_every)]
        days += [day - 1 for day in self.visits.labs_on_cycle_days if day > 1]
        return gcd(*days)
