"""Trial criteria as data: bounds on a measured variable, or a yes-or-no question, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility.variables import UPPER_LIMITS, VARIABLES
from tdm1.evidence import nearest

_FOLDER = files("tdm1.evidence").joinpath("eligibility")


class Strict(BaseModel):
    """A record that refuses unknown keys, with the nearest known one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, raw: Any) -> Any:
        if isinstance(raw, Mapping):
            for key in map(str, cast("Mapping[Any, Any]", raw)):
                if key not in cls.model_fields:
                    known = ", ".join(cls.model_fields)
                    raise ValueError(f"unknown key '{key}'{nearest(key, cls.model_fields)} (known keys: {known})")
        return cast("Any", raw)


class Criterion(Strict):
    """One criterion: bounds on a variable (`lower`, `upper`), a question (`requires`), or a category (`one_of`)."""

    id: str = Field(min_length=1, description="short name of the criterion, unique in its list")
    text: str = Field(min_length=1, description="the criterion in words")
    variable: str = Field(description="variable it asks about")
    lower: float | None = Field(default=None, description="smallest value that is eligible, in `unit`")
    lower_open: bool = Field(default=False, description="true: the lower bound itself is not eligible")
    upper: float | None = Field(default=None, description="largest value that is eligible, in `unit`")
    upper_open: bool = Field(default=False, description="true: the upper bound itself is not eligible")
    requires: bool | None = Field(default=None, description="answer that is eligible, for a yes-or-no variable")
    one_of: tuple[str, ...] = Field(default=(), strict=False, description="words that are eligible, for a category")
    unit: str | None = Field(default=None, description="unit of the bounds; it must be the variable's, or xULN")
    basis: Literal["absolute", "x_uln"] = Field(
        default="absolute", description="bounds in the variable's unit, or in multiples of the upper limit of normal"
    )
    by_construction: bool = Field(
        default=False, description="true: virtual patients without this variable are taken to meet the criterion"
    )
    source: str = Field(default="", description="key of the source")
    where: str = Field(default="", description="place in the source")
    read: str = Field(default="", description="how it was read: read, secondary, recall, derived, assumed")
    note: str = Field(default="", description="remark")

    @model_validator(mode="after")
    def _sound(self) -> Criterion:
        at = f"criterion '{self.id}'"
        if self.variable not in VARIABLES:
            raise ValueError(f"{at}: no variable is called '{self.variable}'{nearest(self.variable, VARIABLES)}")
        asked = VARIABLES[self.variable]
        natural = asked.unit
        bounded = self.lower is not None or self.upper is not None
        if asked.kind == "yes_no":
            if self.requires is None or bounded or self.unit is not None or self.one_of:
                raise ValueError(f"{at}: '{self.variable}' is answered yes or no: give `requires`, no bounds, no unit")
            return self
        if asked.kind == "category":
            self._check_words(at, asked.categories, plain=self.requires is None and not bounded and self.unit is None)
            return self
        if self.requires is not None or self.one_of or not bounded:
            raise ValueError(f"{at}: '{self.variable}' is measured: give `lower` or `upper`, not `requires`, `one_of`")
        if self.basis == "x_uln" and natural != "xULN" and self.variable not in UPPER_LIMITS:
            raise ValueError(f"{at}: '{self.variable}' has no upper limit of normal; use basis absolute")
        unit = "xULN" if self.basis == "x_uln" else natural
        if self.unit != unit:
            raise ValueError(f"{at}: bounds are in {unit}; write unit: \"{unit}\"")
        self._check_bounds(at)
        return self

    def _check_words(self, at: str, known: tuple[str, ...], *, plain: bool) -> None:
        words = ", ".join(known)
        if not self.one_of or not plain:
            raise ValueError(f"{at}: '{self.variable}' is one of {words}: give `one_of`, no bounds, no unit")
        for word in self.one_of:
            if word not in known:
                raise ValueError(f"{at}: '{self.variable}' is never '{word}'{nearest(word, known)} (known: {words})")

    def _check_bounds(self, at: str) -> None:
        if self.lower is None or self.upper is None:
            return
        if self.lower > self.upper or (self.lower == self.upper and (self.lower_open or self.upper_open)):
            raise ValueError(f"{at}: nothing lies between lower {self.lower:g} and upper {self.upper:g}")


class Criteria(Strict):
    """The eligibility criteria of a trial, as a trial file writes them."""

    based_on: str | None = Field(default=None, description="trial whose built-in criteria these start from")
    without: tuple[str, ...] = Field(default=(), strict=False, description="ids of criteria of that trial to leave out")
    criteria: tuple[Criterion, ...] = Field(
        default=(), strict=False, description="further criteria; one with the id of a built-in criterion replaces it"
    )

    @model_validator(mode="after")
    def _sound(self) -> Criteria:
        ids = [criterion.id for criterion in self.criteria]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"criterion '{twice[0]}' stands twice; give each its own id")
        base = {criterion.id for criterion in _builtin(self.based_on)} if self.based_on is not None else set[str]()
        for name in self.without:
            if name not in base:
                raise ValueError(f"without: no built-in criterion is called '{name}'{nearest(name, base)}")
        return self

    def all(self) -> tuple[Criterion, ...]:
        """Every criterion that holds, built-in ones first, in a fixed order."""
        found = {c.id: c for c in _builtin(self.based_on) if c.id not in self.without} if self.based_on else {}
        found.update({criterion.id: criterion for criterion in self.criteria})
        return tuple(found.values())


def builtin() -> list[str]:
    """Trials whose criteria come with the package."""
    names = (entry.name for entry in _FOLDER.iterdir())
    # The label's own files lie beside them and begin with label_.
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml") and name[:6] != "label_")


def unknown(name: str) -> str:
    """The message about a trial that has no built-in criteria."""
    return f"no eligibility criteria are called '{name}'{nearest(name, builtin())} (known: {', '.join(builtin())})"


@cache
def _builtin(name: str) -> tuple[Criterion, ...]:
    if name not in builtin():
        raise EligibilityError(unknown(name))
    return tuple(Criterion.model_validate(_whole(entry, name)) for entry in read(f"{name}.yaml"))


def read(file: str) -> Any:
    """The document in a file of the eligibility evidence."""
    return yaml.safe_load(_FOLDER.joinpath(file).read_text("utf-8"))


@cache
def conditions() -> dict[str, dict[str, Any]]:
    """The conditions of the label's warnings, by id, for criteria that are written as `same_as`."""
    return {name: {"id": name, **raw} for name, raw in read("label_warnings.yaml")["leaves"].items()}


def _whole(entry: dict[str, Any], file: str) -> dict[str, Any]:
    if "same_as" not in entry:
        return entry
    name = entry["same_as"]
    if name not in conditions():
        raise EligibilityError(f"{file}.yaml: no condition is called '{name}'{nearest(name, conditions())}")
    return conditions()[name] | {key: value for key, value in entry.items() if key != "same_as"}
