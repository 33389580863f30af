"""What to know before and during treatment, beside the label's indications and dose rules: heart, lungs, pregnancy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.person.answer import Sourced

_FILE = "screening.yaml"


@dataclass(frozen=True, slots=True)
class Screen:
    """One question: yes to any of its variables gives the warning; `ask` is asked for if none is known."""

    id: str
    kind: str
    text: str
    advice: str
    any_of: tuple[str, ...]
    ask: str
    source: str
    where: str
    read: str

    def answer(self, known: Mapping[str, bool]) -> bool | None:
        """True when one of the variables is yes, False when the one asked for is no, None when it is not known."""
        if any(known.get(name, False) for name in self.any_of):
            return True
        return False if self.ask in known else None


@cache
def _document() -> dict[str, Any]:
    return parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)


@cache
def screens() -> tuple[Screen, ...]:
    """The questions about heart and lungs (statement S23)."""
    return tuple(
        Screen(name, raw["kind"], raw["text"], raw["advice"], tuple(raw["any_of"]), raw["ask"], raw["source"],
               raw["where"], raw["read"])
        for name, raw in _document()["screens"].items()
    )


@cache
def statement(name: str) -> Sourced:
    """A sentence of the label by its id (D1, C3, P2, …), with its source."""
    raw = _document()["statements"][name]
    return Sourced(name, raw["text"], raw["source"], raw["where"], raw["read"])
