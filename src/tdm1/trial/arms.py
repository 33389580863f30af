"""The arms of a trial file: T-DM1 and trastuzumab are simulated, another treatment is drawn from what was published."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tdm1.trial._place import PlacedError
from tdm1.trial._strict import Chance, Day, InfusionLength, Strict
from tdm1.trial.published_arm import PublishedArm
from tdm1.trial.quantity import Measured


class OtherEvents(Strict):
    """What ends or changes treatment besides the simulated findings, as chances per cycle at risk."""

    delay: Chance = Field(description="chance in a cycle of an event that delays the next dose (unit: 1)")
    reduction: Chance = Field(description="chance in a cycle of an event that lowers the dose (unit: 1)")
    stop: Chance = Field(description="chance in a cycle of an event that ends treatment (unit: 1)")
    withdrawal: Chance = Field(
        0.0, description="chance in a cycle of leaving treatment for another reason than an adverse event (unit: 1)"
    )


Trastuzumab_dose = Annotated[float, Measured("mg/kg", "6 mg/kg", above=0.0, highest=20.0)]


class Trastuzumab(Strict):
    """Trastuzumab after T-DM1: when its planned cycles are done, or when it was stopped for toxicity."""

    dose: Trastuzumab_dose = Field(description="dose per body weight (unit: mg/kg)")
    loading_dose: Trastuzumab_dose = Field(description="first dose after a long pause (unit: mg/kg)")
    reload_after: Day = Field(description="time since the last dose of either drug that asks for loading (unit: day)")
    every: Day = Field(description="time between doses (unit: day)")
    first_infusion: InfusionLength = Field(description="length of the first infusion (unit: day)")
    later_infusion: InfusionLength = Field(description="length of later infusions (unit: day)")
    total_cycles: int | Literal["until progression"] = Field(
        description="cycles of T-DM1 and trastuzumab together, or until progression (unit: cycles)"
    )


class TDM1Arm(Strict):
    """Patients on T-DM1, simulated from the infusion to the decision."""

    kind: Literal["t_dm1"]
    patients: int = Field(ge=1, description="patients in the arm (unit: patients)")
    dose: Annotated[float, Measured("mg/kg", "3.6 mg/kg", above=0.0, highest=20.0)] = Field(
        description="starting dose per body weight (unit: mg/kg)"
    )
    every: Day = Field(description="time between doses (unit: day)")
    first_infusion: InfusionLength = Field(
        description="length of the first infusion (unit: day; write minutes as '90 min')"
    )
    later_infusion: InfusionLength = Field(description="length of later infusions (unit: day)")
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
    other_events: OtherEvents = Field(description="adverse events other than the simulated ones, and withdrawal")
    then: Trastuzumab | None = Field(
        None, description="trastuzumab after the planned cycles of T-DM1, or after a stop for toxicity"
    )

    @model_validator(mode="after")
    def _possible(self) -> TDM1Arm:
        if isinstance(self.cycles, int) and self.cycles < 1:
            raise PlacedError("cycles is at least 1, or 'until progression'", "cycles")
        _whole_days(self.every, max(self.first_infusion, self.later_infusion))
        levels = [self.dose, *(self.lower_doses or [])]
        if any(low >= high for high, low in itertools.pairwise(levels)):
            raise PlacedError("lower_doses go down from the starting dose", "lower_doses")
        if self.then is not None:
            _whole_days(self.then.every, max(self.then.first_infusion, self.then.later_infusion), "then")
        return self


class TrastuzumabArm(Strict):
    """Patients on trastuzumab alone, simulated: antibody, heart, background of laboratory values and symptoms."""

    kind: Literal["trastuzumab"]
    patients: int = Field(ge=1, description="patients in the arm (unit: patients)")
    dose: Trastuzumab_dose = Field(description="dose per body weight (unit: mg/kg)")
    loading_dose: Trastuzumab_dose = Field(description="first dose after a long pause (unit: mg/kg)")
    reload_after: Day = Field(description="time since the last dose that asks for loading (unit: day)")
    every: Day = Field(description="time between doses (unit: day)")
    first_infusion: InfusionLength = Field(description="length of the first infusion (unit: day)")
    later_infusion: InfusionLength = Field(description="length of later infusions (unit: day)")
    cycles: int | Literal["until progression"] = Field(
        "until progression", description="number of cycles, or until progression (unit: cycles)"
    )
    longest_delay: Annotated[float, Measured("day", "42 day", above=0.0)] = Field(
        description="delay of a dose after which treatment ends (unit: day)"
    )
    other_events: OtherEvents = Field(description="adverse events other than the simulated ones, and withdrawal")

    @model_validator(mode="after")
    def _possible(self) -> TrastuzumabArm:
        _whole_days(self.every, max(self.first_infusion, self.later_infusion))
        return self


def _whole_days(every: float, infusion: float, *place: str) -> None:
    if every != round(every):
        raise PlacedError("every is not a whole number of days", *place, "every")
    if every <= infusion:
        raise PlacedError("every is shorter than the infusion", *place, "every")


SimulatedArm = TDM1Arm | TrastuzumabArm
Arm = Annotated[TDM1Arm | TrastuzumabArm | PublishedArm, Field(discriminator="kind")]
