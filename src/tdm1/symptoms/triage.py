"""What a person feels, in plain words, and how soon to call about it: at once, today or at the next visit.

The most urgent of all that was said counts. Words that are not understood are told at the next visit at the latest, and
it is never said that no help is needed. What counts as a denial stands in `denial`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from tdm1 import evidence
from tdm1.evidence.texts import text as words_for
from tdm1.symptoms._errors import SymptomError
from tdm1.symptoms.advice import Advice, advice
from tdm1.symptoms.answering import FoundSymptom, degrees, not_understood, questions, what_to_do
from tdm1.symptoms.calling import URGENCIES, Urgency, when_to_call
from tdm1.symptoms.catalogue import catalogue
from tdm1.symptoms.denial import state
from tdm1.symptoms.phrases import APART, FINE, Hit, document, find, signs
from tdm1.symptoms.temperature import Measured, believable, measured, to_celsius
from tdm1.symptoms.words import Word

_GONE = "was_there"


@dataclass(frozen=True, slots=True)
class Triage:
    """How soon to call, why, what was not understood, what may help, and what to check.

    found      most urgent first
    unmatched  pieces of the text that were not understood
    say        what to do, as plain sentences
    asked      questions whose answers could make it more urgent
    notice     what this software is and is not
    """

    urgency: Urgency
    found: tuple[FoundSymptom, ...]
    unmatched: tuple[str, ...]
    advice: tuple[Advice, ...]
    say: str
    asked: tuple[str, ...]
    notice: str


@dataclass(frozen=True, slots=True)
class _Heard:
    name: str
    said: str
    spelt: bool
    start: int
    places: frozenset[int]


def triage(
    text: str, *, language: str = "en", temperature_c: float | None = None, days_since_dose: int | None = None
) -> Triage:
    """How soon to call about what a person says, with reasons, questions and advice.

    temperature_c    measured body temperature, degC
    days_since_dose  whole days since the last infusion; on day 0 and 1 some signs may be a reaction to it

    Raises SymptomError for a text that is too long, a temperature that no living body has, or days below 0;
    EvidenceError for a language without texts.
    """
    _check(text, temperature_c, days_since_dose)
    words, hits = find(text)
    temperatures = measured(text)
    there, gone, understood = _heard(text, words, hits, temperatures)
    there += [heard for one in temperatures if (heard := _of_temperature(one.celsius, text[one.start : one.end], one))]
    if temperature_c is not None:
        shown = words_for("triage.measured", language, **degrees(temperature_c))
        heard = _of_temperature(temperature_c, shown, Measured(temperature_c, len(text), len(text)))
        there += [heard] if heard else []
    there = _with_combinations(_without_parts(there), days_since_dose)
    found = _found(there, gone, language)
    urgency = found[0].urgency if found else URGENCIES[0]
    unmatched = not_understood(text, words, understood, temperatures)
    fine = any(hit.name == FINE for hit in hits)
    return Triage(
        urgency, found, unmatched, _advice(found, language), what_to_do(urgency, found, unmatched, fine, language),
        questions(urgency, found, unmatched, temperature_c is not None or bool(temperatures), language),
        words_for("triage.notice", language),
    )


def _check(text: str, temperature_c: float | None, days_since_dose: int | None) -> None:
    longest = int(evidence.value("triage.longest_text", "1"))
    if len(text) > longest:
        raise SymptomError(f"the text has {len(text)} characters; write at most {longest}, the most important first")
    if temperature_c is not None and not (math.isfinite(temperature_c) and believable(temperature_c)):
        celsius = to_celsius(temperature_c) if math.isfinite(temperature_c) else math.nan
        hint = f"; {temperature_c:g} °F is {celsius:.1f} °C" if believable(celsius) else ""
        raise SymptomError(f"temperature_c {temperature_c:g} is no body temperature in °C{hint}")
    if days_since_dose is not None and days_since_dose < 0:
        raise SymptomError(f"days_since_dose {days_since_dose} is below 0; count whole days from the last infusion")


def _heard(
    text: str, words: Sequence[Word], hits: Iterable[Hit], temperatures: Sequence[Measured]
) -> tuple[list[_Heard], list[_Heard], set[int]]:
    """Signs that are there, signs that are said to be gone, and the places of words that were understood."""
    starts = {one.start for one in temperatures}
    numbered = {word.sentence for word in words if word.start in starts}
    there: list[_Heard] = []
    gone: list[_Heard] = []
    understood: set[int] = set()
    absent: set[int] = set()
    for hit in sorted(hits, key=lambda one: one.places):
        understood.update(hit.places)
        if hit.name in (FINE, APART):
            continue
        # Where a number is given, it tells the temperature, and not the word before it.
        asks = {words[at].letters for at in hit.places} & {"temp", "temperature"}
        if asks and words[hit.places[0]].sentence in numbered:
            continue
        first, last = words[hit.places[0]], words[hit.places[-1]]
        heard = _Heard(hit.name, text[first.start : last.end], hit.spelt, first.start, frozenset(hit.places))
        now = state(words, hit.places, absent)
        if now == "absent":
            absent.update(hit.places)
        elif now == "gone" and _over(hit.name) is not None:
            gone.append(heard)
        else:
            there.append(heard)
    return there, gone, understood


def _over(name: str) -> Urgency | None:
    """How soon to call about a sign that is gone; None where it counts in full."""
    own = signs()[name].over
    return own if own is not None else None if when_to_call(name).when == "at once" else "next visit"


def _of_temperature(celsius: float, said: str, one: Measured) -> _Heard | None:
    if celsius >= evidence.value("triage.fever", "degC"):
        name = "pyrexia"
    elif celsius >= evidence.value("triage.raised_temperature", "degC"):
        name = "raised_temperature"
    elif celsius < evidence.value("triage.low_temperature", "degC"):
        name = "low_temperature"
    else:
        return None
    return _Heard(name, said, False, one.start, frozenset())


def _without_parts(heard: list[_Heard]) -> list[_Heard]:
    """Without signs whose words are all part of another that is at least as urgent, as 'pain' is of 'chest pain'."""
    rank = {one.name: URGENCIES.index(when_to_call(one.name).when) for one in heard}
    by_place: dict[int, list[_Heard]] = {}
    for one in heard:
        for at in one.places:
            by_place.setdefault(at, []).append(one)
    return [
        one for one in heard
        if not any(
            one.places < other.places and rank[one.name] <= rank[other.name]
            for other in by_place.get(min(one.places, default=-1), ())
        )
    ]


def _with_combinations(heard: list[_Heard], days_since_dose: int | None) -> list[_Heard]:
    by_name = {one.name: one for one in reversed(heard)}
    raw = document()
    found = list(heard)
    for rule in raw["together"]:
        if all(name in by_name for name in rule["of"]):
            said = ", ".join(by_name[name].said for name in rule["of"])
            found.append(_Heard(rule["mean"], said, False, by_name[rule["of"][0]].start, frozenset()))
    if days_since_dose is not None and days_since_dose <= evidence.value("triage.infusion_reaction_days", "day"):
        for rule in raw["after_infusion"]:
            first = next((by_name[name] for name in rule["of"] if name in by_name), None)
            if first is not None:
                found.append(_Heard(rule["mean"], first.said, first.spelt, first.start, frozenset()))
    return found


@cache
def _plain() -> dict[str, str]:
    everything = catalogue()
    return {term.name: term.plain for term in (*everything.symptoms, *everything.overlaps, *everything.reported)}


def _name_of(name: str, language: str) -> str:
    return words_for(f"triage.name_{name}", language) if name not in _plain() else _plain()[name]


def _found(there: Sequence[_Heard], gone: Sequence[_Heard], language: str) -> tuple[FoundSymptom, ...]:
    """One entry a sign, the most urgent first, then in the order in which they were said."""
    first: dict[str, _Heard] = {}
    for one in sorted(there, key=lambda heard: (heard.spelt, heard.start)):
        first.setdefault(one.name, one)
    found: list[tuple[int, FoundSymptom]] = []
    for name, one in first.items():
        call = when_to_call(name, language)
        is_term = name in _plain()
        found.append((one.start, FoundSymptom(
            name if is_term else None, None if is_term else name, one.said, _name_of(name, language), call.when,
            call.why, call.statements, call.source, call.where, call.read, "spelling" if one.spelt else "words",
        )))
    over: dict[str, _Heard] = {}
    for one in gone:
        if one.name not in first:
            over.setdefault(one.name, one)
    for name, one in over.items():
        when = _over(name) or "at once"
        call = when_to_call(_GONE, language)
        found.append((one.start, FoundSymptom(
            None, _GONE, one.said, words_for("triage.gone", language, plain=_name_of(name, language)), when,
            words_for(f"triage.why_gone_{when.replace(' ', '_')}", language), when_to_call(name).statements,
            call.source, call.where, call.read, "spelling" if one.spelt else "words",
        )))
    found.sort(key=lambda one: (-URGENCIES.index(one[1].urgency), one[0]))
    return tuple(one for _, one in found)


def _advice(found: Sequence[FoundSymptom], language: str) -> tuple[Advice, ...]:
    by_id: dict[str, Advice] = {}
    for one in found:
        for piece in advice(one.name, language):
            by_id.setdefault(piece.id, piece)
    return tuple(by_id.values())
