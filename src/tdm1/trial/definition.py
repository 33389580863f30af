"""The trial file: what a virtual trial is, as a checked definition with a unit for every quantity."""

from __future__ import annotations

from datetime import date
from math import gcd
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator

from tdm1 import evidence, mechanism
from tdm1.eligibility import Criteria
from tdm1.mechanism import Model
from tdm1.population import BaselineSpec
from tdm1.trial._place import PlacedError
from tdm1.trial._strict import Day, Strict
from tdm1.trial.arms import Arm, OtherEvents, SimulatedArm, TDM1Arm, Trastuzumab, TrastuzumabArm
from tdm1.trial.overrides import replaced
from tdm1.trial.published import PublishedRow, PublishedTable
from tdm1.trial.published_arm import EventGrades, LabGrades, PublishedArm, SurvivalCurve
from tdm1.trial.quantity import Measured

__all__ = [
    "Arm", "EventGrades", "LabGrades", "OtherEvents", "Period", "PublishedArm", "Recurrence", "SimulatedArm",
    "SurvivalCurve", "TDM1Arm", "Trastuzumab", "TrastuzumabArm", "TrialFile", "Visits",
]


class Period(Strict):
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


class Visits(Strict):
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
    scan_every: Day | None = Field(
        None, description="time between tumour scans (unit: day); needed where the model has a tumour"
    )
    recheck_every: Day = Field(7.0, description="time between checks while a dose is held (unit: day)")

    @model_validator(mode="after")
    def _whole(self) -> Visits:
        if 1 not in self.labs_on_cycle_days or min(self.labs_on_cycle_days) < 1:
            raise PlacedError(
                "labs_on_cycle_days starts with day 1, the day of the dose, and has no day before it",
                "labs_on_cycle_days",
            )
        for name in ("scan_every", "recheck_every"):
            length = getattr(self, name)
            if length is not None and length != round(length):
                raise PlacedError(f"{name} is not a whole number of days", name)
        return self


class Recurrence(Strict):
    """How often and how soon the cancer comes back after surgery without further treatment of it.

    Clonogens that survived grow independently; the first to be found is the event (promotion-time cure model).
    """

    clonogens: Annotated[float, Measured("1", "0.4 1", lowest=0.0)] = Field(
        description="mean number of surviving clonogens outside the brain that would come back (unit: 1)"
    )
    brain_clonogens: Annotated[float, Measured("1", "0.1 1", lowest=0.0)] = Field(
        description="the same in the brain, where the conjugate does not reach them (unit: 1)"
    )
    mean_time: Day = Field(description="mean time until a clonogen is found (unit: day)")


class TrialFile(Strict):
    """A virtual trial: who enters, what they get, when they are seen, and what was published."""

    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9_.-]+$", description="short name, used in files and results")
    title: str = Field(description="what the trial is, in a line")
    setting: Literal["metastatic", "early"] = Field(description="setting whose label rules hold")
    region: Literal["US", "EU"] = Field("US", description="region whose label rules hold")
    ctcae: Literal["3.0", "4.03", "5.0"] = Field(description="version of CTCAE that grades the laboratory values")
    model: Literal["t_dm1", "t_dm1_adjuvant"] = Field(
        "t_dm1", description="model of the body that is run: with a measurable tumour, or after surgery"
    )
    seed: int = Field(1, ge=0, description="seed of all random numbers")
    period: Period = Field(description="when patients enter and when the trial is read")
    population: BaselineSpec = Field(description="baseline of the patients")
    eligibility: str | Criteria = Field(
        description="criteria that every patient meets: a built-in set by name, or written out"
    )
    visits: Visits = Field(description="when patients are seen")
    recurrence: Recurrence | None = Field(
        None, description="risk that the cancer comes back; needed in a trial after surgery"
    )
    arms: dict[str, Arm] = Field(min_length=1, description="arms by name")
    parameters: dict[str, str] = Field(
        default_factory=dict, description="facts of the model to replace, as 'NUMBER UNIT' by fact name"
    )
    published: list[PublishedRow] = Field(default_factory=list, description="published results to compare with")
    published_tables: list[PublishedTable] = Field(
        default_factory=list, description="whole published tables to compare with: one row a term and column"
    )
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
            for arm in row.arm.split(" vs "):
                if arm not in self.arms:
                    hint = evidence.nearest(arm, self.arms)
                    raise PlacedError(f"no arm is called '{arm}'{hint}", "published", place, "arm")
        for place, table in enumerate(self.published_tables):
            if table.arm not in self.arms:
                hint = evidence.nearest(table.arm, self.arms)
                raise PlacedError(f"no arm is called '{table.arm}'{hint}", "published_tables", place, "arm")
        if self.model == "t_dm1" and self.visits.scan_every is None:
            raise PlacedError("a trial with a tumour needs scan_every, such as '42 day'", "visits")
        if (self.recurrence is None) != (self.model == "t_dm1"):
            raise PlacedError(
                "recurrence belongs to a trial after surgery (model: t_dm1_adjuvant), and is needed there", "model"
            )
        self.overrides()
        return self

    @property
    def body(self) -> Model:
        """The equations of the trial's patients."""
        return mechanism.t_dm1() if self.model == "t_dm1" else mechanism.t_dm1_adjuvant()

    def rows(self) -> list[PublishedRow]:
        """Every published result to compare with: those written one by one, then those of whole tables."""
        return [*self.published, *(row for table in self.published_tables for row in table.rows())]

    def overrides(self) -> dict[str, float]:
        """Replaced facts in their own unit.

        Raises ValueError for a fact that is unknown or not the model's, a unit that does not fit, or a negative number.
        """
        found: dict[str, float] = {}
        for name, text in self.parameters.items():
            try:
                found[name] = replaced(self.body, name, text)
            except ValueError as error:
                raise PlacedError(str(error), "parameters", name) from error
        return found

    def tick_day(self, arm: SimulatedArm) -> int:
        """The longest step (day) that meets every visit of an arm."""
        days = [round(arm.every), round(self.visits.recheck_every)]
        if self.visits.scan_every is not None:
            days.append(round(self.visits.scan_every))
        if isinstance(arm, TDM1Arm) and arm.then is not None:
            days.append(round(arm.then.every))
        days += [day - 1 for day in self.visits.labs_on_cycle_days if day > 1]
        return gcd(*days)
