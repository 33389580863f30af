"""What every model of a trial file shares: no unknown key, no silent conversion, a nearest name in the error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, model_validator

from tdm1.evidence import nearest


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and names the nearest known one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        keys = [str(key) for key in cast("Mapping[Any, Any]", raw)]
        unknown = [key for key in keys if key not in cls.model_fields]
        if unknown:
            hints = ", ".join(f"'{key}'{nearest(key, cls.model_fields)}" for key in unknown)
            raise ValueError(f"unknown key {hints} (known keys: {', '.join(cls.model_fields)})")
        return cast("Any", raw)
