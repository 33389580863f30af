"""A person's record as a clinic or a pharmacist writes it down: the small schema that `tdm1 check` reads.

What is left out is not known; nothing is filled in. `tdm1 schema person` prints the JSON Schema.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field, model_validator

from tdm1.eligibility import VARIABLES
from tdm1.eligibility.criteria import Strict
from tdm1.evidence import nearest
from tdm1.medicines import SYSTEMS
from tdm1.person.laboratory import lab_test, lab_tests
from tdm1.safety import LABS, SIGNS, OtherEvent

#: Growth of the cancer on T-DM1, or its return after surgery: it ends treatment, and no dose rule speaks of it.
PROGRESSION = "progression"
#: Findings of the dose rules that are no laboratory value: signs and grades, and another event's demand.
FINDINGS: tuple[str, ...] = (
    *SIGNS, PROGRESSION, *(lab.column for lab in LABS.values() if lab.whole), "other_event",
)
_EVENT_WORDS = tuple(event.name.lower() for event in OtherEvent)
#: Register variables that stand in another part of the record.
_ELSEWHERE = {test.variable: f"write it under labs, as '{test.name}'" for test in lab_tests().values()} | {
    "symptomatic_heart_failure": "write it under findings",
    "neuropathy_grade": "write it under findings",
}


def _date(raw: Any) -> Any:
    if isinstance(raw, datetime.datetime) or not isinstance(raw, str | datetime.date):
        raise ValueError(f"{raw!r} is no day; write it as YYYY-MM-DD")
    if isinstance(raw, datetime.date):
        return raw
    try:
        return datetime.date.fromisoformat(raw)
    except ValueError:
        raise ValueError(f"'{raw}' is no day of the calendar; write it as YYYY-MM-DD") from None


def _yes_no(raw: Any) -> Any:
    words = {"yes": True, "no": False}
    if isinstance(raw, str):
        if raw not in words:
            raise ValueError(f"'{raw}' is neither yes nor no")
        return words[raw]
    return raw


def _number(raw: Any) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise ValueError(f"{raw!r} is no number; leave the entry out if it is not known")
    try:
        return float(raw)
    except OverflowError:
        raise ValueError("the number is too large to be real") from None


Day = Annotated[datetime.date, BeforeValidator(_date, json_schema_input_type=str)]
YesNo = Annotated[bool, BeforeValidator(_yes_no, json_schema_input_type=Literal["yes", "no"])]
Number = Annotated[float, BeforeValidator(_number, json_schema_input_type=float)]


FindingValue = Annotated[
    Number | Literal["yes", "no", "none", "hold", "reduce", "hold_then_reduce", "stop"],
    # YAML reads a bare yes as true.
    BeforeValidator(lambda raw: {True: "yes", False: "no"}[raw] if isinstance(raw, bool) else raw),
]


class LabValue(Strict):
    """One measured value with its unit, its day and, where the label's bound is a multiple of it, the upper limit."""

    test: str = Field(description="what was measured: platelets, alt, ast, bilirubin, lvef, weight, …")
    value: Number = Field(description="the number, in `unit`")
    unit: str = Field(description="unit of the number, such as 10*9/L, /mm3, U/L, ukat/L, mg/dL, umol/L, xULN, %, kg")
    date: Day = Field(description="day of the measurement, YYYY-MM-DD")
    upper_limit: Number | None = Field(
        default=None, description="the laboratory's upper limit of normal, in the same unit (ALT, AST, bilirubin)"
    )

    @model_validator(mode="after")
    def _known(self) -> LabValue:
        lab_test(self.test)
        return self


class Finding(Strict):
    """What was found at a visit: a CTCAE grade, a sign (yes or no), or what another event asks for."""

    finding: str = Field(description="one of: " + ", ".join(FINDINGS))
    value: FindingValue = Field(
        union_mode="left_to_right",
        description="grade 0 to 5, yes or no, or for other_event: " + ", ".join(_EVENT_WORDS),
    )
    date: Day = Field(description="day of the finding, YYYY-MM-DD")

    @property
    def number(self) -> float:
        """The value as the dose rules take it."""
        if not isinstance(self.value, str):
            return self.value
        return float(_EVENT_WORDS.index(self.value)) if self.finding == "other_event" else float(self.value == "yes")

    @model_validator(mode="after")
    def _known(self) -> Finding:
        if self.finding not in FINDINGS:
            raise ValueError(f"no finding is called '{self.finding}'{nearest(self.finding, FINDINGS)}"
                             f" (known: {', '.join(FINDINGS)})")
        if self.finding == "other_event":
            takes: tuple[str, ...] = _EVENT_WORDS
        elif self.finding in SIGNS or self.finding == PROGRESSION:
            takes = ("yes", "no")
        else:
            takes = ()
        wrong_word = isinstance(self.value, str) and self.value not in takes
        wrong_number = not isinstance(self.value, str) and (bool(takes) or self.value not in range(6))
        if wrong_word or wrong_number:
            expected = " or ".join(takes) if takes else "a CTCAE grade from 0 to 5"
            raise ValueError(f"{self.finding} is {self.value}; write {expected}")
        return self


class Dose(Strict):
    """A dose that was given: its level, or the milligrams and the weight they were reckoned with."""

    date: Day = Field(description="day of the infusion, YYYY-MM-DD")
    level_mg_per_kg: Number | None = Field(default=None, description="dose level, mg per kg of body weight")
    dose_mg: Number | None = Field(default=None, description="dose in mg, where the level is not known")
    weight_kg: Number | None = Field(default=None, description="body weight (kg) that `dose_mg` was reckoned with")
    tolerated: YesNo | None = Field(default=None, description="was the infusion tolerated: yes or no")

    @model_validator(mode="after")
    def _sound(self) -> Dose:
        if (self.level_mg_per_kg is None) == (self.dose_mg is None):
            raise ValueError("give level_mg_per_kg, or dose_mg together with weight_kg")
        if (self.dose_mg is None) != (self.weight_kg is None):
            raise ValueError("dose_mg and weight_kg go together: the level is one divided by the other")
        for name in ("level_mg_per_kg", "dose_mg", "weight_kg"):
            number = getattr(self, name)
            if number is not None and not number > 0:
                raise ValueError(f"{name} is {number:g}; it must be more than 0")
        return self

    @property
    def level(self) -> float:
        """Dose per body weight, mg/kg, as given."""
        if self.level_mg_per_kg is not None:
            return self.level_mg_per_kg
        assert self.dose_mg is not None and self.weight_kg is not None
        return self.dose_mg / self.weight_kg


class MedicineEntry(Strict):
    """One medicine taken: its name as people write it, or its code."""

    name: str | None = Field(default=None, min_length=1, max_length=300, description="name, brand or free text")
    code: str | None = Field(default=None, min_length=1, description="code of the medicine")
    system: str | None = Field(default=None, description="code system: rxnorm, atc, snomed, ndc, unii, or its FHIR URL")
    active: YesNo = Field(default=True, description="is it taken now: yes or no")
    started: Day | None = Field(default=None, description="first day, YYYY-MM-DD")
    stopped: Day | None = Field(default=None, description="last day, YYYY-MM-DD")

    @model_validator(mode="after")
    def _named(self) -> MedicineEntry:
        if self.name is None and (self.code is None or self.system is None):
            raise ValueError("a medicine needs a name, or a code together with its system")
        if self.system is not None and self.system not in SYSTEMS:
            raise ValueError(f"'{self.system}' is no code system{nearest(self.system, SYSTEMS)}")
        if self.started is not None and self.stopped is not None and self.stopped < self.started:
            raise ValueError(f"it was stopped on {self.stopped}, before it was started on {self.started}")
        return self


class About(Strict):
    """Who the person is."""

    sex: Literal["female", "male"] | None = Field(default=None, description="sex, for pregnancy and contraception")
    birth_date: Day | None = Field(default=None, description="day of birth, YYYY-MM-DD; or give age_year in history")
    could_become_pregnant: YesNo | None = Field(
        default=None, description="yes, or no after the menopause or sterilisation; for men, of their partner"
    )


def _as_entry(raw: Any) -> Any:
    return {"name": raw} if isinstance(raw, str) else raw


Medicines = tuple[
    Annotated[MedicineEntry, BeforeValidator(_as_entry, json_schema_input_type=str | MedicineEntry)], ...
]


class PersonRecord(Strict):
    """Everything known about one person that eligibility, screening and the next dose ask for."""

    region: Literal["US", "EU", "England"] | None = Field(
        default=None, description="whose label text is asked: US, EU or England; left out: US, and the answer says so"
    )
    date: Day | None = Field(default=None, description="day of the question, YYYY-MM-DD; left out: today")
    about: About = Field(default=About(), description="sex and birth date")
    history: dict[str, Any] = Field(
        default_factory=dict,
        description="the cancer, earlier treatment and illnesses by the names of the register of a person "
        "(her2_positive, disease_stage, prior_taxane, …): yes or no, a number, a word, or value and unit",
    )
    labs: tuple[LabValue, ...] = Field(default=(), strict=False, description="measured values, in any order")
    findings: tuple[Finding, ...] = Field(default=(), strict=False, description="side effects found, with grade")
    doses: tuple[Dose, ...] | None = Field(
        default=None, strict=False,
        description="T-DM1 doses given so far; [] before the first one; left out: not known",
    )
    medicines: Medicines | None = Field(
        default=None, strict=False,
        description="every medicine taken, vitamins, herbal and over-the-counter ones included: names or entries; "
        "[] when none is taken; left out: not known",
    )

    @model_validator(mode="before")
    @classmethod
    def _history(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            raise ValueError("a person's record is an object with region, about, history, labs, …")
        history = cast("Mapping[str, Any]", raw).get("history")
        if isinstance(history, Mapping):
            for name in map(str, cast("Mapping[Any, Any]", history)):
                if name in _ELSEWHERE:
                    raise ValueError(f"history: {name} has a day; {_ELSEWHERE[name]}")
                if name not in VARIABLES:
                    raise ValueError(f"history: no variable is called '{name}'{nearest(name, VARIABLES)}")
        return cast("Any", raw)
