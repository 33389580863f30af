"""A number in a trial file: written out (with its unit or in the covariate's), or taken from the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from tdm1 import evidence
from tdm1.evidence.units import factor
from tdm1.population._strict import Strict


class FromFact(Strict):
    """A number taken from the evidence, so that it stands in one place only."""

    fact: str = Field(description="name of the fact, as `tdm1 explain` takes it")
    unit: str = Field(description='unit the number is wanted in; it must fit the covariate (no unit: "1")')
    between_patients: bool = Field(
        default=False, description="take the fact's spread between patients (a CV, as a fraction) instead of its value"
    )

    @model_validator(mode="after")
    def _resolves(self) -> FromFact:
        self.value()
        return self

    def value(self) -> float:
        """The number in `unit`. Raises EvidenceError (a ValueError) for an unknown fact, unit or conversion.

        Raises ValueError when the spread is asked for and the fact has none given as a CV.
        """
        found = evidence.fact(self.fact)
        if self.between_patients:
            if found.variability is None or found.variability.kind != "cv":
                raise ValueError(f"'{self.fact}' has no spread between patients given as a CV")
            if self.unit != "1":
                raise ValueError(f"the CV of '{self.fact}' has no unit: write unit: \"1\"")
            return found.variability.value
        return found.value * factor(found.unit, self.unit)


class Stated(Strict):
    """A number written with its unit, as `85 kg`."""

    amount: float = Field(description="the number")
    unit: str = Field(description="its unit; it must be the covariate's")

    def value(self) -> float:
        """The number in `unit`."""
        return self.amount


def _stated(raw: object) -> object:
    if not isinstance(raw, str) or raw == "rest":
        return raw
    amount, _, unit = raw.partition(" ")
    try:
        found = float(amount) if unit.strip() else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"'{raw}' is not a number, nor a number with its unit such as '85 kg'")
    return Stated(amount=found, unit=unit.strip())


def _form(raw: Any) -> str:
    """Which form a number was written in, so that an error speaks of that form alone."""
    if isinstance(raw, Stated):
        return "stated"
    return "from_fact" if isinstance(raw, (Mapping, FromFact)) else "number"


#: A plain number, `85 kg`, or `{fact: …, unit: …}`.
Number = Annotated[
    Annotated[float, Tag("number")] | Annotated[FromFact, Tag("from_fact")] | Annotated[Stated, Tag("stated")],
    Discriminator(_form),
    BeforeValidator(_stated),
]


def number(given: float | FromFact | Stated) -> float:
    """The plain number behind a `Number`, in the unit that was written."""
    return float(given) if isinstance(given, (int, float)) else given.value()
