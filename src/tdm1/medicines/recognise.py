"""Which ingredients a medicine holds: by its code, its name, or a spelling near to one name alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tdm1.medicines.medicine import SYSTEMS, Medicine
from tdm1.medicines.register import by_code, by_name
from tdm1.medicines.spelling import longer_name, near_name
from tdm1.medicines.words import fillers, not_taken, nothing, parts, plain

By = Literal["code", "name", "spelling", "unknown"]
_MOST_WORDS = 5
_SHORTEST_WORD = 2


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a medicine was read as.

    by           code, name, spelling, or unknown where some of it could not be read
    similarity   of the least certain part that was read, 0 to 100
    candidates   names that it may mean, where it could not be read
    """

    given: Medicine
    ingredients: tuple[str, ...]
    by: By
    similarity: float
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """What a free text names. `unread` are its words that could not be read, `candidates` what they may mean."""

    ingredients: tuple[str, ...]
    spelt: bool
    similarity: float
    unread: tuple[str, ...]
    candidates: tuple[str, ...]


def recognise(medicine: Medicine) -> Recognised:
    """The ingredients of a medicine. What cannot be read is said to be unknown; nothing is guessed.

    A code that is not in the register is no obstacle where the name can be read. Where code and name say different
    things, both count, for the safe side, and `disagreement` tells the question.
    """
    found = _coded(medicine)
    if medicine.name is None:
        return Recognised(medicine, found, "code" if found else "unknown", 100.0 if found else 0.0, ())
    text = read_text(medicine.name)
    both = tuple(dict.fromkeys((*found, *text.ingredients)))
    if found:
        return Recognised(medicine, both, "code", 100.0, ())
    if text.unread:
        return Recognised(medicine, both, "unknown", text.similarity if both else 0.0, text.candidates)
    return Recognised(medicine, both, "spelling" if text.spelt else "name", text.similarity, ())


def disagreement(medicine: Medicine) -> str:
    """What to ask where the code names one medicine and the name another; empty where they agree or one is not read."""
    coded = _coded(medicine)
    if not coded or medicine.name is None:
        return ""
    named = read_text(medicine.name).ingredients
    if not named or set(coded) <= set(named) or set(named) <= set(coded):
        return ""
    return (f"the code of '{medicine.said}' is that of {' and '.join(coded)}, its name says {' and '.join(named)}: "
            "which is taken?")


def _coded(medicine: Medicine) -> tuple[str, ...]:
    if medicine.code is None or medicine.system is None:
        return ()
    known, code, system = by_code(), medicine.code.strip(), SYSTEMS[medicine.system]
    # A package code of the NDC begins with that of its product.
    names = (known.get((system, code)), known.get((system, code.rsplit("-", 1)[0])) if system == "ndc" else None)
    return tuple(name for name in names if name is not None)


@lru_cache(maxsize=4096)
def read_text(text: str) -> Text:
    """The ingredients that a free text names, and the words of it that could not be read."""
    simple = plain(text)
    if simple in nothing():
        return Text((), False, 100.0, (), ())
    whole = by_name().get(simple)
    if whole is not None:
        return Text(whole, False, 100.0, (), ())
    pieces = [_read_piece(piece) for piece in parts(text) or [simple]]
    found = tuple(dict.fromkeys(name for piece in pieces for name in piece.ingredients))
    unread = tuple(word for piece in pieces for word in piece.unread)
    candidates = tuple(dict.fromkeys(name for piece in pieces for name in piece.candidates))
    similarity = min((piece.similarity for piece in pieces), default=0.0)
    if not_taken() & set(simple.split()):
        return Text((), False, 0.0, (simple,), (*found, *candidates))
    if not found and not unread:
        unread = (simple,)
    return Text(found, any(piece.spelt for piece in pieces), similarity, unread, candidates)


def _read_piece(piece: str) -> Text:
    """One piece of a text: names letter by letter first, then the spelling of what is left."""
    exact, rest = _exact(piece.split())
    words = [word for word in rest if word not in fillers() and not word.isdigit() and len(word) >= _SHORTEST_WORD]
    if not words:
        return Text(tuple(exact), False, 100.0, (), ())
    if exact:
        # 'trastuzumab emtansin' is a longer name misspelt, not trastuzumab beside something else.
        longer, score = longer_name(" ".join(word for word in piece.split() if word not in fillers()))
        if longer:
            return Text(longer, True, score, (), ())
    near, score, candidates = near_name(" ".join(words))
    if near:
        return Text((*exact, *near), True, score, (), ())
    if len(words) == 1:
        return Text(tuple(exact), False, 100.0, tuple(words), candidates)
    each = [(word, *near_name(word)) for word in words]
    found = [name for _, names, _, _ in each for name in names]
    unread = tuple(word for word, names, _, _ in each if not names)
    scores = [score for _, names, score, _ in each if names]
    return Text((*exact, *found), bool(found), min(scores, default=100.0), unread, candidates)


def _exact(words: list[str]) -> tuple[list[str], list[str]]:
    """Ingredients whose names stand in the words, the longest first, and the words that are left."""
    known = by_name()
    found: list[str] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            names = known.get(" ".join(words[at:at + length]))
            if names is not None:
                found += names
                at += length
                break
        else:
            rest.append(words[at])
            at += 1
    return found, rest
