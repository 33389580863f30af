"""One entry of the calendar: its day, the clinic's words, and the statements of the label behind it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.regimen.schedule import Schedule, observation_minute

EventKind = Literal["infusion", "blood_test", "heart_test", "pregnancy_test", "contraception_end", "breastfeeding_end"]
#: Which infusion it is: the first, a later one, or one given slowly because an earlier one was not tolerated.
Infusion = Literal["first", "later", "slow"]
_FILE = "calendar.yaml"
_KINDS: dict[str, EventKind] = {
    "infusion_first": "infusion", "infusion_later": "infusion", "infusion_slow": "infusion",
    "infusion_given": "infusion", "blood_test": "blood_test", "heart_test": "heart_test",
    "pregnancy_test": "pregnancy_test", "contraception_female": "contraception_end",
    "contraception_male": "contraception_end", "breastfeeding": "breastfeeding_end",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of the label by its id (D1, C3, P2, …), with its source and how that was read."""

    id: str
    text: str
    source: str
    where: str
    read: str


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """One entry of the calendar.

    name         which words it has: those of the clinic here, those of the patient by `tdm1.regimen.patient_words`
    minutes      what it takes in all; infusion_minute and observation_minute are its parts; None where not known
    cycle        number of the dose that it belongs to
    dose_mg      None without a body weight, and for doses of the past, whose weight was another one
    done         the record says that it has happened
    infusion     first, later, or slow; None for what is no infusion to come
    statements   lines of the label behind it; id, source, where and read are those of the first one
    last_dose    day of the last dose, from which the end of contraception or of no breastfeeding counts
    """

    day: datetime.date
    kind: EventKind
    title: str
    detail: str
    minutes: float | None
    cycle: int | None
    level_mg_per_kg: float | None
    dose_mg: float | None
    done: bool
    id: str
    source: str
    where: str
    read: str
    name: str
    infusion: Infusion | None
    infusion_minute: float | None
    observation_minute: float | None
    statements: tuple[Statement, ...]
    last_dose: datetime.date | None


@cache
def _document() -> dict[str, Any]:
    return parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)


@cache
def _numbers() -> dict[str, float]:
    """Every number that the words of the calendar may name."""
    schedule = Schedule.of_label("early")
    assert schedule.max_cycles is not None
    return {
        "interval": schedule.interval_day,
        "early_cycles": schedule.max_cycles,
        "first_minute": schedule.first_infusion_minute,
        "later_minute": schedule.later_infusion_minute,
        "first_watch": observation_minute(first=True),
        "later_watch": observation_minute(first=False),
        "lvef_every": evidence.value("monitoring.lvef_every", "month"),
        "contraception_female": evidence.value("monitoring.contraception_female", "month"),
        "contraception_male_us": evidence.value("monitoring.contraception_male_us", "month"),
        "breastfeeding": evidence.value("monitoring.breastfeeding", "month"),
        "blood_test_before": evidence.value("monitoring.blood_test_before", "day"),
        "start_test_before": evidence.value("monitoring.start_test_before", "day"),
        "platelets_watch": evidence.value("screening.platelets_watch", "10*9/L"),
    }


@cache
def _statements(name: str, region: str) -> tuple[Statement, ...]:
    """The lines of the label behind an entry, in the text of a region."""
    known: dict[str, dict[str, Any]] = _document()["statements"]
    found: list[Statement] = []
    for wanted in _document()["events"][name]["statements"]:
        found += [
            Statement(wanted, raw["text"].format(**_numbers()), raw["source"], raw["where"], raw["read"])
            for key, raw in known.items()
            if key.split("-")[0] == wanted and region in raw.get("regions", (region,))
        ]
    return tuple(found)


def note(name: str, **fill: object) -> str:
    """A remark on a calendar, from the words of `calendar.yaml`."""
    return _document()["notes"][name].format(**{**_numbers(), **fill})


def event(name: str, day: datetime.date, region: str, *, fill: Mapping[str, str | float] | None = None,
          **more: Any) -> PlanEvent:
    """An entry with the words called `name`; `fill` is what they say of this course."""
    raw = _document()["events"][name]
    filled = {**_numbers(), **(fill or {})}
    statements = _statements(name, region)
    first = statements[0]
    rest: dict[str, Any] = {
        "minutes": None, "cycle": None, "level_mg_per_kg": None, "dose_mg": None, "done": False, "infusion": None,
        "infusion_minute": None, "observation_minute": None, "last_dose": None,
    }
    return PlanEvent(
        day=day, kind=_KINDS[name], title=raw["title"].format(**filled), detail=raw["detail"].format(**filled),
        id=first.id, source=first.source, where=first.where, read=first.read, name=name, statements=statements,
        **(rest | more),
    )
