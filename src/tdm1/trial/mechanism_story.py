"""Where the payload of a drug is, day by day, in the reference patient: every place in percent of what was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["blood", "body", "tumour", "gone"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the payload: its meaning, where it stands on the picture, its share of all given (percent) by day."""

    id: str
    title: str
    meaning: str
    group: Group
    column: int
    row: int
    share_pct: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """What takes payload from one place to another, in words."""

    start: str
    end: str
    words: str


@dataclass(frozen=True, slots=True)
class Level:
    """A concentration or rate by day."""

    id: str
    title: str
    unit: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """A fact that a step rests on."""

    name: str
    meaning: str
    value: str
    source: str
    read: str


@dataclass(frozen=True, slots=True)
class Story:
    """The whole way of a drug: `time_day` of shape (T,), and places and levels with T values each.

    The shares of all places add up to what has been given so far, in percent of all that will be given.
    """

    drug: str
    title: str
    payload: str
    model: str
    dose_mg_per_kg: float
    doses: int
    every_days: float
    weight_kg: float
    time_day: tuple[float, ...]
    places: tuple[Place, ...]
    flows: tuple[Flow, ...]
    levels: tuple[Level, ...]
    facts: tuple[Ground, ...]
