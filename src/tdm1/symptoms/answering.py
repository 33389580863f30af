"""What is said to a person after the triage: what to do, what was not understood, and what else to check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tdm1 import evidence
from tdm1.evidence.texts import text as words_for
from tdm1.symptoms.calling import URGENCIES, Urgency
from tdm1.symptoms.phrases import document, signs
from tdm1.symptoms.temperature import Measured, to_fahrenheit
from tdm1.symptoms.words import Word

#: The pound, by its definition.
_KG_PER_LB = 0.45359237


@dataclass(frozen=True, slots=True)
class FoundSymptom:
    """A sign that was found: a term of the catalogue or a flag, never both.

    said   the words of the person that say it
    plain  what it is called, in a patient's words
    how    by the words themselves, or by words near to them in spelling
    """

    term: str | None
    flag: str | None
    said: str
    plain: str
    urgency: Urgency
    why: str
    statements: tuple[str, ...]
    source: str
    where: str
    read: str
    how: Literal["words", "spelling"]

    @property
    def name(self) -> str:
        """The name of the term or flag."""
        return self.term or self.flag or ""


def degrees(celsius: float) -> dict[str, str]:
    """A temperature on both scales, as the texts ask for it."""
    return {"celsius": f"{celsius:.4g}", "fahrenheit": f"{to_fahrenheit(celsius):.4g}"}


def not_understood(
    text: str, words: Sequence[Word], understood: set[int], temperatures: Sequence[Measured]
) -> tuple[str, ...]:
    """Pieces of sentences of which no word was understood, without those that say nothing of how a person feels."""
    beside = _beside()
    pieces: dict[int, list[int]] = {}
    for at, word in enumerate(words):
        pieces.setdefault(word.piece, []).append(at)
    found: list[str] = []
    for places in pieces.values():
        start, end = words[places[0]].start, words[places[-1]].end
        numbered = any(start <= one.start < end for one in temperatures)
        if numbered or understood.intersection(places):
            continue
        if any(words[at].letters not in beside and not words[at].letters[0].isdigit() for at in places):
            found.append(text[start:end])
    return tuple(dict.fromkeys(found))


@cache
def _beside() -> frozenset[str]:
    return frozenset(document()["beside"])


def what_to_do(
    urgency: Urgency, found: Sequence[FoundSymptom], unmatched: Sequence[str], fine: bool, language: str
) -> str:
    """What to do, in plain sentences; the signs to call at once about always stand at the end."""
    if found:
        keys = [f"say_{urgency.replace(' ', '_')}", *(["say_not_understood"] if unmatched else [])]
    elif fine:
        keys = ["say_fine", *(["say_not_understood"] if unmatched else [])]
    else:
        keys = ["say_nothing_understood" if unmatched else "say_nothing_found"]
    said = [words_for(f"triage.{key}", language) for key in keys]
    signs_to_know = words_for("triage.say_signs", language, **degrees(evidence.value("triage.fever", "degC")))
    return " ".join((*said, signs_to_know))


def questions(
    urgency: Urgency, found: Sequence[FoundSymptom], unmatched: Sequence[str], measured_already: bool, language: str
) -> tuple[str, ...]:
    """Questions that no answer is known of; none where it is already at once."""
    if urgency == URGENCIES[-1]:
        return ()
    names = {one.name for one in found}
    asked: dict[str, None] = {}
    for one in found:
        if one.name in signs():
            asked |= dict.fromkeys(signs()[one.name].asks)
    leads: dict[str, list[str]] = document()["questions"]
    wanted = [
        key for key in asked
        if not names.intersection(leads[key]) and not (key == "temperature" and measured_already)
    ]
    said = [words_for(f"triage.ask_{key}", language, **_numbers(key)) for key in wanted]
    if unmatched or not found:
        said.append(words_for("triage.ask_serious", language))
    return tuple(said)


def _numbers(question: str) -> dict[str, str]:
    if question == "temperature":
        return degrees(evidence.value("triage.fever", "degC"))
    if question == "weight":
        kg = evidence.value("triage.weight_gain", "kg")
        return {"kg": f"{kg:.2g}", "lb": f"{kg / _KG_PER_LB:.0f}"}
    return {}
