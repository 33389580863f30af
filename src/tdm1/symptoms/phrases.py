"""The phrases of `evidence/symptoms/plain_words.yaml`, and where they stand in the words of a person.

A phrase is a row of slots; each slot is filled by one of some words, or by words that follow each other. All slots
stand in one sentence, in any order, with no more than a few other words between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Any

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.symptoms.calling import Urgency, flags, terms
from tdm1.symptoms.words import Word, near, split, stem

FILE = "symptoms/plain_words.yaml"
#: Name of the pseudo sign of a person who feels well.
FINE = "fine"
#: Name of the pseudo sign of words that mean something else where they stand.
APART = "apart"
#: More places of one slot in one sentence than this are not tried: the first ones tell enough.
_MOST_PLACES = 6

_Alternative = tuple[str, ...]
_Slot = tuple[_Alternative, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A term or flag as people say it.

    over    how soon to call where it is said to be gone; None: it counts in full all the same
    asks    questions whose answer could make it more urgent
    advice  terms whose advice fits
    """

    name: str
    is_term: bool
    over: Urgency | None
    asks: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a sign that was found: places of its words in the text; `spelt` where one was misspelt."""

    name: str
    places: tuple[int, ...]
    spelt: bool


@dataclass(frozen=True, slots=True)
class _Book:
    phrases: tuple[tuple[str, tuple[_Slot, ...]], ...]
    by_first: dict[str, tuple[_Alternative, ...]]
    by_alternative: dict[_Alternative, tuple[tuple[int, int], ...]]
    spelt: tuple[str, ...]
    known: frozenset[str]
    apart: dict[str, tuple[_Alternative, ...]]
    misspelt: dict[str, str]
    gap: int


@cache
def document() -> dict[str, Any]:
    """The file as it stands."""
    return parse_yaml(ROOT.joinpath(FILE).read_text("utf-8"), FILE)


@cache
def signs() -> dict[str, Sign]:
    """Every sign by its name. Raises EvidenceError for a name that is neither a term nor a flag."""
    found: dict[str, Sign] = {}
    for section, allowed in (("terms", terms()), ("flags", flags())):
        for name, raw in document()[section].items():
            if name not in allowed:
                raise evidence.EvidenceError(f"{FILE}: no {section[:-1]} is called '{name}'"
                                             f"{evidence.nearest(name, allowed)}")
            is_term = section == "terms"
            advice = tuple(raw.get("advice", (name,) if is_term else ()))
            found[name] = Sign(name, is_term, raw.get("over"), tuple(raw.get("asks", ())), advice)
    return found


def _stems(words: str) -> _Alternative:
    return tuple(map(stem, words.split("_")))


def _whole(one: _Alternative) -> str:
    """The stem under which words that are read as one are known."""
    return "_".join(one)


def _slots(phrase: str, apart: Collection[_Alternative]) -> tuple[_Slot, ...]:
    return tuple(
        tuple(dict.fromkeys((_whole(one),) if one in apart else one for one in map(_stems, slot.split("|"))))
        for slot in phrase.split()
    )


@cache
def _book() -> _Book:
    phrases: list[tuple[str, tuple[_Slot, ...]]] = []
    raw = document()
    apart = frozenset(_stems(one) for phrase in raw["apart"] for one in phrase.split("|"))
    sections = {**raw["terms"], **raw["flags"], FINE: {"phrases": raw["fine"]}}
    for name, entry in sections.items():
        phrases += [(name, _slots(phrase, apart)) for phrase in entry["phrases"]]
    apart_by_first: defaultdict[str, list[_Alternative]] = defaultdict(list)
    # The longest first, so that 'red blood cells' is not read as 'blood cells'.
    for one in sorted(apart, key=lambda words: (-len(words), words)):
        apart_by_first[one[0]].append(one)
    by_first: defaultdict[str, dict[_Alternative, None]] = defaultdict(dict)
    by_alternative: defaultdict[_Alternative, list[tuple[int, int]]] = defaultdict(list)
    for at, (_, slots) in enumerate(phrases):
        for number, slot in enumerate(slots):
            for alternative in slot:
                by_first[alternative[0]][alternative] = None
                by_alternative[alternative].append((at, number))
    words = {word for alternatives in by_first.values() for one in alternatives for word in one}
    shortest = int(evidence.value("triage.shortest_spelt", "1"))
    plain = {
        word for entry in sections.values() for phrase in entry["phrases"]
        for slot in phrase.split() for one in slot.split("|") for word in one.split("_")
    }
    common = {stem(word) for word in raw["common"]} | {word for one in apart for word in one}
    return _Book(
        tuple(phrases),
        {first: tuple(found) for first, found in by_first.items()},
        {one: tuple(found) for one, found in by_alternative.items()},
        tuple(sorted(word for word in plain if len(word) >= shortest)),
        frozenset(words | common),
        {first: tuple(found) for first, found in apart_by_first.items()},
        dict(raw["misspelt"]),
        int(evidence.value("triage.words_apart", "1")),
    )


@lru_cache(maxsize=8192)
def _read(letters: str) -> tuple[str, ...]:
    """Stems that a word the book does not know may mean."""
    book = _book()
    if letters in book.misspelt:
        return (stem(book.misspelt[letters]),)
    if stem(letters) in book.known:
        return ()
    found = near(letters, book.spelt, cutoff=evidence.value("triage.spelling_cutoff", "1"),
                 shortest=int(evidence.value("triage.shortest_spelt", "1")))
    return tuple(dict.fromkeys(stem(word) for word in found))


@dataclass(frozen=True, slots=True)
class _Place:
    first: int
    last: int
    spelt: bool


def _apart(words: Sequence[Word]) -> dict[int, _Alternative]:
    """Words that are read as one, such as 'blood pressure', by the place of the first of them."""
    found: dict[int, _Alternative] = {}
    taken = -1
    for at, word in enumerate(words):
        for one in _book().apart.get(word.stem, ()) if at > taken else ():
            follow = words[at : at + len(one)]
            if tuple(other.stem for other in follow) == one and follow[-1].sentence == word.sentence:
                found[at] = one
                taken = at + len(one) - 1
                break
    return found


def find(text: str) -> tuple[list[Word], list[Hit]]:
    """The words of a text, and every phrase of every sign that stands in it."""
    words = split(text)
    apart = _apart(words)
    inside = {at for first, one in apart.items() for at in range(first, first + len(one))}
    sentences: defaultdict[int, dict[int, dict[str, bool]]] = defaultdict(dict)
    for at, word in enumerate(words):
        if at in apart:
            sentences[word.sentence][at] = {_whole(apart[at]): False}
        elif at not in inside:
            sentences[word.sentence][at] = {word.stem: False, **dict.fromkeys(_read(word.letters), True)}
    hits = [Hit(APART, tuple(sorted(inside)), False)] if inside else []
    for meant in sentences.values():
        hits += _in_sentence(meant)
    return words, hits


def _in_sentence(meant: dict[int, dict[str, bool]]) -> list[Hit]:
    """Phrases in a sentence; `meant` are the stems that each place may mean, and whether by spelling alone."""
    book = _book()
    slots: defaultdict[int, dict[int, list[_Place]]] = defaultdict(dict)
    for at, heard in meant.items():
        for first in heard:
            for alternative in book.by_first.get(first, ()):
                place = _follow(alternative, at, meant)
                if place is not None:
                    for phrase, number in book.by_alternative[alternative]:
                        slots[phrase].setdefault(number, []).append(place)
    hits: list[Hit] = []
    for phrase, filled in slots.items():
        name, wanted = book.phrases[phrase]
        if len(filled) == len(wanted):
            for chosen in product(*(filled[number][:_MOST_PLACES] for number in range(len(wanted)))):
                hit = _together(name, chosen, book.gap)
                if hit is not None:
                    hits.append(hit)
    return hits


def _follow(alternative: _Alternative, at: int, meant: dict[int, dict[str, bool]]) -> _Place | None:
    """Where the words of an alternative follow each other from a place on, or None."""
    spelt = False
    for step, word in enumerate(alternative):
        heard = meant.get(at + step, {})
        if word not in heard:
            return None
        spelt |= heard[word]
    return _Place(at, at + len(alternative) - 1, spelt)


def _together(name: str, chosen: Sequence[_Place], gap: int) -> Hit | None:
    """A hit where the words of all slots are different ones and stand near enough to each other."""
    taken = [at for one in chosen for at in range(one.first, one.last + 1)]
    if len(set(taken)) < len(taken) or max(taken) - min(taken) + 1 > len(taken) + gap:
        return None
    return Hit(name, tuple(sorted(taken)), any(one.spelt for one in chosen))
