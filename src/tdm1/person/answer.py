"""What `tdm1 check` answers for one person: eligibility, screening, the next dose, and what is still needed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Literal

YesNoUnknown = Literal["yes", "no", "unknown"]
Purpose = Literal["eligibility", "screening", "next_dose", "medicines"]
NextAction = Literal["give", "hold", "reduce", "stop", "unknown"]


@dataclass(frozen=True, slots=True)
class Sourced:
    """A statement with its id, its source (key of the evidence), the place there, and how it was read.

    `answer` tells whether it is met: yes, no or unknown; of a dose rule, yes when its finding is there.
    `decides` marks what the answer comes from.
    """

    id: str
    text: str
    source: str
    where: str
    read: str
    answer: YesNoUnknown = "yes"
    decides: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Needed:
    """A value that is not known and could change an answer: what it is called, in words, why, and for which answers."""

    name: str
    text: str
    needed_for: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Indication:
    """The indication of the label that holds."""

    id: str
    setting: str
    region: str
    text: str
    source: str
    where: str
    read: str


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning. `kind` groups them: label kinds (not_studied, …), medicines' kinds, watch, record.

    `note` tells what weakens it, such as how it is known that a medicine belongs to a class.
    """

    id: str
    kind: str
    text: str
    advice: str
    source: str
    where: str
    read: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MedicineRead:
    """How one medicine of the list was understood: by code, name or spelling, or not at all."""

    given: str
    ingredients: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """What to measure or ask again, in words, by name, and until when (None: before any dose)."""

    text: str
    tests: tuple[str, ...]
    by: datetime.date | None


@dataclass(frozen=True, slots=True)
class NextDose:
    """The decision on the next dose. `dose_mg` is None when no dose is given or the weight is not known.

    `label` names the label text that decided; it is empty where no dose rule could be asked.
    `would_be_mg_per_kg` is the level at which treatment would go on after a hold, or once the missing values are known.
    """

    action: NextAction
    level_mg_per_kg: float | None
    dose_mg: float | None
    text: str
    reasons: tuple[Sourced, ...]
    recheck: Recheck
    would_be_mg_per_kg: float | None
    earliest: datetime.date | None
    doses_given: int | None
    label: str
    statements: tuple[Sourced, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """The whole answer for one person on one day. It is research software: the treating team decides."""

    on: datetime.date
    region: str
    setting: str
    eligible: YesNoUnknown
    indication: Indication | None
    reasons: tuple[Sourced, ...]
    missing: tuple[Needed, ...]
    warnings: tuple[Warned, ...]
    next_dose: NextDose
    medicines: tuple[MedicineRead, ...]
    notes: tuple[str, ...]
    disclaimer: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; days as YYYY-MM-DD."""
        import orjson

        # orjson writes dataclasses and days itself, many times faster than a walk over the fields.
        return orjson.loads(orjson.dumps(self))
