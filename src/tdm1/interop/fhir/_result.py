"""What was read from a bundle: the record, and what it was made of."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from tdm1.interop.fhir._patient import Patient
from tdm1.person import PersonRecord


@dataclass(frozen=True, slots=True)
class Used:
    """A resource that the record was made of, its place in the bundle, and what it told."""

    resource: str
    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A resource, or a part of one, that the record was not made of, and why."""

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class BundleRead:
    """A bundle as a record of one person.

    used      what the record was made of
    ignored   what it was not made of, and why
    notes     what a reader should know of how it was read
    No name, address or identifier of the person is kept; places hold the ids of resources.
    """

    record: PersonRecord
    used: tuple[Used, ...]
    ignored: tuple[Ignored, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Reading:
    """A bundle while it is read: the day of the question, whose bundle it is, and what was found on the way."""

    on: datetime.date
    patient: Patient
    used: list[Used] = field(default_factory=list[Used])
    ignored: list[Ignored] = field(default_factory=list[Ignored])
    notes: list[str] = field(default_factory=list[str])

    def use(self, place: str, what: str) -> None:
        """Record that something was used; the place names the type of resource."""
        kind = next((part.split("/")[0] for part in place.split(" ") if not part.startswith("entry[")), "")
        self.used.append(Used(kind, place, what))

    def ignore(self, place: str, why: str, *, tell: bool = False) -> None:
        """Record that something was not used; with `tell` a reader should know of it."""
        self.ignored.append(Ignored(place, why))
        if tell:
            self.notes.append(f"{place}: {why}")
