"""Body temperatures in what a person says: '38.5', 'temp 101.3', '39 °C', '100.4F'."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tdm1 import evidence

#: A number of body temperature that is not part of a longer one, and the unit after it.
_NUMBER = re.compile(
    r"(?<![\d.,/:])(\d{2,3}(?:[.,]\d{1,2})?)(?![\d/:]|[.,]\d)[ \t]*(?:°|º|degrees?|deg\.?)?[ \t]*"
    r"(celsius|centigrade|fahrenheit|farenheit|c|f)?(?![a-z])",
    re.IGNORECASE,
)
_NEAR = re.compile(r"temp|tmp|fever|fevr|thermomet|feverish|pyrexia", re.IGNORECASE)
#: What makes a number something else than a temperature.
_OTHER = re.compile(
    r"^\s*(?:%|years?|yrs?|yo\b|y/o|days?|weeks?|hours?|hrs?|h\b|min|months?|mg|mcg|ml|kg|kilos?|lbs?|pounds?|cm|bpm|times|"
    r"mmhg|units?|am\b|pm\b|percent|steps|/)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[!?;\n\r]|\.(?!\d)")


@dataclass(frozen=True, slots=True)
class Measured:
    """A temperature in degC with the words that said it."""

    celsius: float
    start: int
    end: int


def believable(celsius: float) -> bool:
    """Whether a number can be the temperature of a living body, in degC."""
    low, high = evidence.value("triage.lowest_believable", "degC"), evidence.value("triage.highest_believable", "degC")
    return low <= celsius <= high


def to_fahrenheit(celsius: float) -> float:
    """The same temperature in degF."""
    return celsius * 9 / 5 + 32


def to_celsius(fahrenheit: float) -> float:
    """The same temperature in degC, to a hundredth so that 100.4 degF is 38 degC and not a hair below."""
    return round((fahrenheit - 32) * 5 / 9, 2)


def measured(text: str) -> list[Measured]:
    """Every body temperature in a text.

    A number counts where it has a unit, where words such as 'temp' or 'fever' stand in its sentence, or where it has
    decimals. Numbers that no living body has are passed over.
    """
    found: list[Measured] = []
    for match in _NUMBER.finditer(text):
        value = float(match[1].replace(",", "."))
        unit = (match[2] or "")[:1].lower()
        if not unit and _OTHER.match(text[match.end() :]):
            continue
        celsius = value if unit == "c" else to_celsius(value)
        if not unit and believable(value):
            celsius = value
        if not believable(celsius):
            continue
        marked = bool(unit) or "°" in match.group() or "deg" in match.group().lower()
        if marked or "." in match[1] or "," in match[1] or _NEAR.search(_sentence(text, match.start(), match.end())):
            found.append(Measured(celsius, match.start(), match.end()))
    return found


def _sentence(text: str, start: int, end: int) -> str:
    before = [mark.end() for mark in _SENTENCE_END.finditer(text, 0, start)]
    after = _SENTENCE_END.search(text, end)
    return text[before[-1] if before else 0 : after.start() if after else len(text)]
