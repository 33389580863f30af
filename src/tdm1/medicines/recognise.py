"""Which ingredients a medicine holds: by its code, its name, or a spelling near to one name alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from tdm1 import evidence
from tdm1.medicines.medicine import SYSTEMS, Medicine
from tdm1.medicines.register import by_code, by_name, ingredients
from tdm1.medicines.words import fillers, nothing, parts, plain

By = Literal["code", "name", "spelling", "unknown"]
#: Names shorter than this are recognised letter by letter only.
_SHORTEST_SPELT = 5
_MOST_WORDS = 5


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
class _Text:
    ingredients: tuple[str, ...]
    spelt: bool
    similarity: float
    unread: tuple[str, ...]
    candidates: tuple[str, ...]


def recognise(medicine: Medicine) -> Recognised:
    """The ingredients of a medicine. What cannot be read is said to be unknown; nothing is guessed.

    A code that is not in the register is no obstacle where the name can be read. Where code and name say different
    things, both count, for the safe side.
    """
    found: tuple[str, ...] = ()
    if medicine.code is not None and medicine.system is not None:
        found = _coded(SYSTEMS[medicine.system], medicine.code)
    if medicine.name is None:
        return Recognised(medicine, found, "code" if found else "unknown", 100.0 if found else 0.0, ())
    text = read_text(medicine.name)
    both = tuple(dict.fromkeys((*found, *text.ingredients)))
    if found:
        return Recognised(medicine, both, "code", 100.0, ())
    if text.unread and not both:
        return Recognised(medicine, (), "unknown", 0.0, text.candidates)
    if text.unread:
        return Recognised(medicine, both, "unknown", text.similarity, text.candidates)
    return Recognised(medicine, both, "spelling" if text.spelt else "name", text.similarity, ())


def _coded(system: str, code: str) -> tuple[str, ...]:
    known = by_code()
    # A package code of the NDC begins with that of its product.
    names = [known.get((system, code)), known.get((system, code.rsplit("-", 1)[0])) if system == "ndc" else None]
    return tuple(name for name in names if name is not None)


@lru_cache(maxsize=4096)
def read_text(text: str) -> _Text:
    """The ingredients that a free text names, and the words of it that could not be read."""
    if plain(text) in nothing():
        return _Text((), False, 100.0, (), ())
    whole = by_name().get(plain(text))
    if whole is not None:
        return _Text(whole, False, 100.0, (), ())
    found: dict[str, None] = {}
    unread: list[str] = []
    candidates: list[str] = []
    spelt, similarity = False, 100.0
    pieces = parts(text) or [plain(text)]
    for piece in pieces:
        exact, rest = _exact(piece.split())
        found |= dict.fromkeys(exact)
        words = [word for word in rest if word not in fillers() and not word.isdigit() and len(word) > 1]
        if exact and all(len(word) < _SHORTEST_SPELT for word in words):
            continue
        if not words:
            if not exact and len(pieces) == 1:
                unread.append(piece)
            continue
        near, score, others = _near(" ".join(words))
        if near:
            found |= dict.fromkeys(near)
            spelt, similarity = True, min(similarity, score)
        else:
            unread.append(" ".join(words))
            candidates += others
    return _Text(tuple(found), spelt, similarity, tuple(unread), tuple(dict.fromkeys(candidates)))


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


@cache
def _spelt_names() -> list[str]:
    return [name for name in by_name() if len(name) >= _SHORTEST_SPELT]


def _near(text: str) -> tuple[tuple[str, ...], float, list[str]]:
    """Ingredients of the one name that a misspelt text is near to; else nothing, and the names it may mean."""
    cutoff = evidence.value("medicines.spelling_cutoff", "1")
    gap = evidence.value("medicines.spelling_gap", "1")
    if len(text) < _SHORTEST_SPELT:
        return (), 0.0, []
    options = [text] if " " not in text else [text, *(word for word in text.split() if len(word) >= _SHORTEST_SPELT)]
    best: dict[tuple[str, ...], tuple[float, str]] = {}
    for option in options:
        for name, score, _ in process.extract(option, _spelt_names(), scorer=fuzz.ratio, limit=6, score_cutoff=60):
            meant = by_name()[name]
            if score > best.get(meant, (0.0, ""))[0]:
                best[meant] = (score, name)
    ranked = sorted(best.items(), key=lambda one: -one[1][0])
    if not ranked:
        return (), 0.0, []
    (meant, (score, _)), *others = ranked
    rivals = [name for other, (near, name) in others if near > score - gap and _weight(other) != _weight(meant)]
    if score < cutoff or rivals:
        return (), score, [name for _, (_, name) in ranked[:3]]
    return meant, score, []


def _weight(names: tuple[str, ...]) -> frozenset[str]:
    """What hangs on a reading: the warning classes and earlier treatments of its ingredients."""
    known = ingredients()
    return frozenset(one for name in names for one in (*known[name].classes, *known[name].treats))
