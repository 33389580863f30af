"""Whether a sign that was found in the words is there, is said not to be there, or is said to be gone.

On the safe side: it counts as not there only where a word of denial stands right before it in the same piece of the
sentence ('no fever', 'I do not have any chills', 'no fever or chills'), and as gone only where that is said right
after it and nothing later speaks of its return. 'No fever until today', 'not only fever', 'I don't know if I have
fever', 'never had such a headache' and 'no fever and chills' (the chills) all count as there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tdm1.symptoms.phrases import document
from tdm1.symptoms.words import Word

State = Literal["there", "absent", "gone"]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The words of denial of a language; `plain_words.yaml` says what each list is."""

    denials: frozenset[str]
    doubts: frozenset[str]
    between: frozenset[str]
    links: frozenset[str]
    limits: frozenset[str]
    limits_near: frozenset[str]
    no_more: frozenset[str]
    after: frozenset[str]
    gone: frozenset[str]
    gone_pairs: frozenset[str]
    returns: frozenset[str]


@cache
def _lists() -> _Lists:
    return _Lists(**{name: frozenset(map(str, found)) for name, found in document()["denial"].items()})


def _denied_from(words: Sequence[Word], first: int, own: Collection[int], absent: Collection[int]) -> int | None:
    """Where the denial stands that is right before a place, directly or through a denied sign joined by 'or'."""
    lists = _lists()
    piece = words[first].piece
    at = first - 1
    while at >= 0 and words[at].piece == piece and at not in own:
        letters = words[at].letters
        if letters in lists.denials:
            return None if _doubted(words, at, absent) else at
        if letters in lists.links:
            return at if at - 1 in absent else None
        if letters not in lists.between:
            return None
        at -= 1
    return None


def _doubted(words: Sequence[Word], denial: int, absent: Collection[int]) -> bool:
    """Whether an earlier word of the piece makes the denial unclear, as in 'can not brush without bleeding'."""
    lists = _lists()
    at = denial - 1
    while at >= 0 and words[at].piece == words[denial].piece and at not in absent:
        if words[at].letters in lists.denials or words[at].letters in lists.doubts:
            return True
        at -= 1
    return False


def _limited(words: Sequence[Word], last: int) -> bool:
    """Whether the rest of the sentence limits the denial, as 'until today' does."""
    lists, own = _lists(), words[last]
    return any(
        word.letters in lists.limits or (word.piece == own.piece and word.letters in lists.limits_near)
        for word in words[last + 1 :] if word.sentence == own.sentence
    )


def _gone_after(words: Sequence[Word], last: int) -> bool:
    lists = _lists()
    sentence = words[last].sentence
    at = last + 1
    while at < len(words) and words[at].sentence == sentence:
        letters = words[at].letters
        pair = f"{letters}_{words[at + 1].letters}" if at + 1 < len(words) else letters
        if pair in lists.gone_pairs or letters in lists.gone:
            later = words[at + 1 :]
            return not any(word.letters in lists.returns for word in later)
        if letters not in lists.after:
            return False
        at += 1
    return False


def state(words: Sequence[Word], places: Sequence[int], absent: Collection[int]) -> State:
    """Whether the sign in these places is there; `absent` are places of signs already known to be denied."""
    last = places[-1]
    own = frozenset(places)
    for place in places:
        denial = None if place - 1 in own else _denied_from(words, place, own, absent)
        if denial is not None and not _limited(words, last):
            beside = {word.letters for word in (*words[denial:place], *words[last + 1 : last + 2])}
            return "gone" if beside & _lists().no_more else "absent"
    return "gone" if _gone_after(words, last) else "there"
