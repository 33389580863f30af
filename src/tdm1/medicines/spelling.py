"""The one name of the register that a misspelt text is near to; none where two that differ in weight are as near."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz, process

from tdm1 import evidence
from tdm1.medicines.register import by_name, ingredients, look_alikes

#: Names shorter than this are recognised letter by letter only.
SHORTEST_SPELT = 5
_LOOKED_AT = 12
_OFFERED = 3

#: (names of ingredients, similarity 0 to 100, the name of the register that is near).
Ranked = tuple[tuple[str, ...], float, str]


@cache
def _names() -> tuple[str, ...]:
    return tuple(name for name in by_name() if len(name) >= SHORTEST_SPELT)


@cache
def _long_names() -> tuple[str, ...]:
    return tuple(name for name in _names() if " " in name)


@cache
def _limits() -> tuple[float, float, float]:
    """Cut-off, gap and the similarity from which a name is offered."""
    return (evidence.value("medicines.spelling_cutoff", "1"), evidence.value("medicines.spelling_gap", "1"),
            evidence.value("medicines.candidate_cutoff", "1"))


def near_name(text: str) -> tuple[tuple[str, ...], float, tuple[str, ...]]:
    """(ingredients, similarity, names it may mean) of a text; no ingredients where it is near to none or to several."""
    if len(text) < SHORTEST_SPELT:
        return (), 0.0, ()
    ranked = _rank(text, _names())
    if _is_one(ranked) and text not in look_alikes():
        return ranked[0][0], ranked[0][1], ()
    return (), ranked[0][1] if ranked else 0.0, tuple(name for _, _, name in ranked[:_OFFERED])


def longer_name(text: str) -> tuple[tuple[str, ...], float]:
    """(ingredients, similarity) of the name of several words that a text is near to as a whole; () for none."""
    ranked = _rank(text, _long_names())
    return (ranked[0][0], ranked[0][1]) if _is_one(ranked) else ((), 0.0)


def _rank(text: str, names: Sequence[str]) -> list[Ranked]:
    best: dict[tuple[str, ...], tuple[float, str]] = {}
    for name, score, _ in process.extract(text, names, scorer=fuzz.ratio, limit=_LOOKED_AT, score_cutoff=_limits()[2]):
        if score > best.get(by_name()[name], (0.0, ""))[0]:
            best[by_name()[name]] = (score, name)
    return sorted(((meant, score, name) for meant, (score, name) in best.items()), key=lambda one: -one[1])


def _is_one(ranked: list[Ranked]) -> bool:
    """Is the first near enough, and no other with something else hanging on it nearly as near."""
    cutoff, gap, _ = _limits()
    if not ranked or ranked[0][1] < cutoff:
        return False
    meant, score, _ = ranked[0]
    return not any(near > score - gap and _weight(other) != _weight(meant) for other, near, _ in ranked[1:])


def _weight(names: tuple[str, ...]) -> frozenset[str]:
    """What hangs on a reading: the warning classes and earlier treatments of its ingredients."""
    known = ingredients()
    return frozenset(one for name in names for one in (*known[name].classes, *known[name].treats))
