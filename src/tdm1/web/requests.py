"""Bodies of the API's requests beside a person's record. What is left out is not filled in unless a default says so."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Region = Literal["US", "EU", "England"]


def _day(raw: Any) -> Any:
    if not isinstance(raw, str):
        raise ValueError("write the day as YYYY-MM-DD")
    try:
        return datetime.date.fromisoformat(raw)
    except ValueError:
        raise ValueError(f"'{raw[:40]}' is no day of the calendar; write it as YYYY-MM-DD") from None


def _number(raw: Any) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise ValueError("a number is expected")
    return raw


Day = Annotated[
    datetime.date, BeforeValidator(_day, json_schema_input_type=str), Field(json_schema_extra={"format": "date"})
]
Number = Annotated[
    float, BeforeValidator(_number, json_schema_input_type=float), Field(allow_inf_nan=False)
]
#: A day list that no course of treatment is longer than.
_MOST = 200


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GivenBody(_Body):
    """A dose that was given."""

    day: Day
    level_mg_per_kg: Number
    tolerated: bool = Field(default=True, strict=True)


class PlanBody(_Body):
    """What a calendar is made from; see `tdm1.regimen.CourseRequest`."""

    setting: Literal["metastatic", "early"]
    region: Region
    first_dose: Day = Field(description="day of the first dose, planned or given")
    weight_kg: Number | None = Field(default=None, description="body weight for the milligrams; left out: none shown")
    level_mg_per_kg: Number | None = Field(default=None, description="left out: that of the last dose, else full")
    doses_given: tuple[GivenBody, ...] = Field(default=(), max_length=_MOST)
    cycles: int | None = Field(default=None, strict=True, description="doses to show; needed in metastatic disease")
    missed: tuple[Day, ...] = Field(default=(), max_length=_MOST, description="planned days without a dose")
    given_instead: tuple[Day, ...] = Field(default=(), max_length=_MOST, description="for each missed day its new day")
    lvef_days: tuple[Day, ...] = Field(default=(), max_length=_MOST, description="days of heart tests so far")
    sex: Literal["female", "male"] | None = Field(default=None, description="left out: no end of contraception")
    could_become_pregnant: bool = Field(default=True, strict=True)
    last_dose: bool = Field(default=False, strict=True, description="the last dose shown is the last one planned")


class PrepareBody(_Body):
    """A dose to make up; see `tdm1.regimen.prepare`."""

    dose_mg: Number
    region: Region
    infusion: Literal["first", "later", "slow"] = Field(description="first; later; slow: not tolerated before")
    weight_kg: Number | None = Field(default=None, description="with it a dose above the largest level is refused")


class SymptomsBody(_Body):
    """What a person feels, in plain words; see `tdm1.symptoms.triage`."""

    text: str = Field(strict=True, max_length=2000)
    temperature_c: Number | None = None
    days_since_dose: int | None = Field(default=None, strict=True, ge=0, le=10_000)


class ExpectBody(_Body):
    """Of 100 people like one; see `tdm1.forecast.expect`."""

    setting: Literal["metastatic", "early"]
    known: dict[str, Number] = Field(
        default_factory=dict, max_length=60, description="covariates by name, in the units of the register; yes is 1"
    )
    patients: int | None = Field(default=None, strict=True, le=2048, description="virtual people")
    seed: int = Field(default=1, strict=True, ge=0, le=2**62)
    survival: bool = Field(default=False, strict=True, description="tell how long people live, too")


class ExploreBody(_Body):
    """A what-if; see `tdm1.forecast.Settings`. What is left out is what the label or the trial says."""

    dose_mg_per_kg: Number | None = None
    interval_day: int | None = Field(default=None, strict=True)
    cycles: int | None = Field(default=None, strict=True)
    weight_kg: Number | None = None
    prior_lines: int | None = Field(default=None, strict=True)
    her2_factor: Number = 1.0
    patients: int | None = Field(default=None, strict=True)
    seed: int = Field(default=1, strict=True)
