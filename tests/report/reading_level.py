"""School grade of a text, by three formulas; none of them needs a dictionary that would have to be fetched.

textstat counts letters, words and sentences. Its own syllables come from a word list that is not part of it, so the
grade of Flesch and Kincaid is worked out here from groups of vowels.
"""

from __future__ import annotations

import re

import textstat


def _syllables(word: str) -> int:
    letters = re.sub(r"[^a-z]", "", word.lower())
    # An e at the end is silent, but not the one of "table"; the e of "called" is silent, but not that of "wanted".
    letters = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$|(?<=[aeiouy])le$", "", letters)
    return max(len(re.findall(r"[aeiouy]+", letters)), 1)


def flesch_kincaid(text: str) -> float:
    """Kincaid and others 1975: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    words = [word for word in re.findall(r"[A-Za-z0-9][A-Za-z0-9'-]*", text)]
    return 0.39 * len(words) / textstat.sentence_count(text) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def grades(text: str) -> dict[str, float]:
    """Grade by Flesch-Kincaid, by the automated readability index, and by Coleman and Liau."""
    return {
        "Flesch-Kincaid": flesch_kincaid(text),
        "automated readability index": float(textstat.automated_readability_index(text)),
        "Coleman-Liau": float(textstat.coleman_liau_index(text)),
    }
