"""The regimen language of `tdm1 compare`: `3.6 mg/kg q3w x4 then trastuzumab`.

regimen  = DOSE "mg/kg" schedule [ "x" CYCLES ] [ "then trastuzumab" ]
schedule = "qw" | "q" WEEKS "w" | "q" DAYS "d" | "every" N ( "days" | "weeks" )
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, cast

import yaml

from tdm1 import evidence
from tdm1.trial.reading import InputError

#: A regimen with every part of the language, shown in errors and help.
EXAMPLE = "3.6 mg/kg q3w x4 then trastuzumab"
_DAYS_PER_WEEK = 7
_UNIT, _WEEKLY, _EVERY, _THEN, _DRUG = "mg/kg", "qw", "every", "then", "trastuzumab"
_SCHEDULE = re.compile(r"q(\d+)([wd])")
_CYCLES = re.compile(r"x(\d+)")
#: No dose above this is a dose of T-DM1 that a trial file takes either.
_HIGHEST_MG_PER_KG = 20.0


@dataclass(frozen=True, slots=True)
class Regimen:
    """One regimen as asked for.

    dose_mg_per_kg   starting dose (mg/kg)
    every_day        days between doses
    cycles           planned doses; None: as long as the trial treats
    trastuzumab      trastuzumab follows the planned doses
    """

    dose_mg_per_kg: float
    every_day: int
    cycles: int | None = None
    trastuzumab: bool = False

    def __str__(self) -> str:
        """The regimen in its own language, always spelt the same way."""
        weeks, rest = divmod(self.every_day, _DAYS_PER_WEEK)
        schedule = f"every {self.every_day} days" if rest else _WEEKLY if weeks == 1 else f"q{weeks}w"
        planned = "" if self.cycles is None else f" x{self.cycles}"
        return f"{self.dose_mg_per_kg:g} {_UNIT} {schedule}{planned}{' then trastuzumab' if self.trastuzumab else ''}"


class _Words:
    """The words of one regimen, taken from left to right; errors name the word."""

    def __init__(self, text: str) -> None:
        # `3.6mg/kg`, `x 4` and `x4 cycles` are common spellings of the same words.
        spaced = re.sub(r"(?<=[\d.])(?=mg/kg)", " ", " ".join(text.lower().replace("×", "x").split()))
        spaced = re.sub(r"\bx (?=\d)", "x", spaced)
        self.text, self.words, self.at = text, re.sub(r"(x\d+) cycles?\b", r"\1", spaced).split(), 0

    @property
    def next(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        word = self.next
        self.at += 1
        return word

    def error(self, wanted: str, known: tuple[str, ...] = ()) -> InputError:
        place = f"word {self.at + 1}, '{self.next}'" if self.next else "its end"
        hint = evidence.nearest(self.next, known) if self.next and known else ""
        return InputError(f"regimen '{self.text}', at {place}: {wanted}{hint} (a regimen looks like '{EXAMPLE}')")


def parse(text: str) -> Regimen:
    """The regimen that `text` writes. Raises InputError that points at the word that cannot be read."""
    words = _Words(text)
    dose = _dose(words)
    every = _every(words)
    cycles = None
    if words.next.startswith("x"):
        found = _CYCLES.fullmatch(words.next)
        if found is None or int(found[1]) < 1:
            raise words.error("a number of cycles is written x4, at least x1")
        cycles = int(found[1])
        words.take()
    follows = words.next == _THEN
    if follows:
        words.take()
        if words.next != _DRUG:
            raise words.error("only trastuzumab can follow", (_DRUG,))
        words.take()
    if words.next:
        raise words.error("nothing was expected here but x4 or 'then trastuzumab'", (_THEN,))
    if follows and cycles is None:
        raise InputError(
            f"regimen '{text}': trastuzumab follows planned cycles; say how many, such as x4 before 'then trastuzumab'"
        )
    return Regimen(dose, every, cycles, follows)


def _dose(words: _Words) -> float:
    try:
        dose = float(words.next)
    except ValueError:
        raise words.error("a dose was expected, such as 3.6") from None
    if not (isfinite(dose) and 0 < dose <= _HIGHEST_MG_PER_KG):
        raise words.error(f"a dose lies above 0 and at most {_HIGHEST_MG_PER_KG:g} mg/kg")
    words.take()
    if words.next != _UNIT:
        raise words.error("the unit mg/kg was expected", (_UNIT,))
    words.take()
    return dose


def _every(words: _Words) -> int:
    if words.next == _WEEKLY:
        words.take()
        return _DAYS_PER_WEEK
    found = _SCHEDULE.fullmatch(words.next)
    if found is not None:
        number, weekly = int(found[1]), found[2] == "w"
    elif words.next == _EVERY:
        words.take()
        if not words.next.isdecimal():
            raise words.error("a whole number was expected, such as 'every 21 days'")
        number = int(words.take())
        unit: str = words.next
        if unit.removesuffix("s") not in ("day", "week"):
            raise words.error("days or weeks were expected", ("days", "weeks"))
        weekly = unit.startswith("week")
    else:
        raise words.error("a schedule was expected: qw, q3w or 'every 21 days'", ("qw", "q3w", "every"))
    if number < 1:
        raise words.error("at least 1 day lies between doses")
    words.take()
    return number * (_DAYS_PER_WEEK if weekly else 1)


def read_list(path: Path) -> list[str]:
    """Regimens of a YAML file that holds a list of texts. Raises InputError naming the file."""
    try:
        raw: Any = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path}: not a readable YAML file: {str(error).splitlines()[0]}") from error
    if not isinstance(raw, list) or not all(isinstance(entry, str) for entry in cast("list[Any]", raw)):
        raise InputError(f"{path}: write a list of regimens, one a line, such as \"- {EXAMPLE}\"")
    return cast("list[str]", raw)
