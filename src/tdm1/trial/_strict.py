"""Base of every part of a trial file: unknown keys are refused with the nearest name."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tdm1 import evidence
from tdm1.trial._place import PlacedError
from tdm1.trial.quantity import Measured


class Strict(BaseModel):
    """A part of the trial file; an unknown key is an error that names the nearest known one."""

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
Chance = Annotated[float, Measured("1", "0.03 1", lowest=0.0, highest=1.0)]
InfusionLength = Annotated[float, Measured("day", "90 min", above=0.0, highest=1.0)]
