"""The words of what a person says: plain letters with their place in the text, sentences, stems, slips of spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz, process

#: A number with its decimals, or a word with the apostrophes inside it.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:['’`´][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.!?;\n\r•]")
_PIECE = re.compile(r"[,:()\[\]/–—-]")
_NEW_PIECE = frozenset(("and", "but", "also", "plus", "then", "though", "however", "yet", "although", "while"))
_BEFORE_NOT = frozenset(
    ("do", "does", "did", "is", "was", "are", "were", "has", "have", "had", "will", "would", "could", "can")
)
_SHORTENED = {"can": "cant", "will": "wont"}
#: Words shorter than this keep their endings.
_SHORTEST_STEMMED = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A word: its letters, its stem, where it stands in the text, and its sentence and piece of a sentence."""

    letters: str
    stem: str
    start: int
    end: int
    sentence: int
    piece: int


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower-case letters without accents and apostrophes; letters of other scripts stay as they are."""
    lowered = text.casefold()
    plain = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9.,]", "", plain) or lowered


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without the endings -s, -ed, -ing, -ly: enough to see that 'vomited' and 'vomiting' are one."""
    if len(word) < _SHORTEST_STEMMED or not word.isascii():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("ly") and len(word) > 5:
        word = word[:-2]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def split(text: str) -> list[Word]:
    """The words of a text in order. 'can not', 'cannot' and 'can't' are all `cant`."""
    found: list[Word] = []
    sentence = piece = 0
    last = 0
    for match in _TOKEN.finditer(text):
        between = text[last : match.start()]
        letters = fold(match.group())
        fresh = _SENTENCE.search(between) is not None
        if fresh:
            sentence += 1
        if fresh or _PIECE.search(between) or letters in _NEW_PIECE:
            piece += 1
        last = match.end()
        if letters == "cannot":
            letters = "cant"
        if letters == "not" and found and not fresh and found[-1].letters in _BEFORE_NOT:
            joined = _SHORTENED.get(found[-1].letters, found[-1].letters + "nt")
            found[-1] = replace(found[-1], letters=joined, stem=stem(joined), end=match.end())
            continue
        found.append(Word(letters, stem(letters), match.start(), match.end(), sentence, piece))
    return found


def near(letters: str, known: Collection[str], *, cutoff: float, shortest: int) -> tuple[str, ...]:
    """The known words that a misspelt word is nearest to, all of the best score; none below the cut-off.

    Words with fewer letters than `shortest` are near to too many others.
    """
    if len(letters) < shortest or not letters.isalpha():
        return ()
    found = process.extract(letters, known, scorer=fuzz.ratio, score_cutoff=cutoff, limit=4)
    return tuple(word for word, score, _ in found if score == found[0][1])
