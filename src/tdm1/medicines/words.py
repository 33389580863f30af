"""The words of a medicine's free text: plain letters, without strengths, forms and instructions."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from tdm1.evidence._loader import ROOT, parse_yaml

_FILE = "medicine_words.yaml"
#: Strengths and volumes: '200 mg', '2000 UNT/ML', '5 ML', '0.5%', '10 mg/5 ml'.
_UNIT = r"(?:mg|mcg|ug|µg|g|kg|ml|l|iu|unt|units?|unit|mmol|meq|%|hr|hours?|h|actuat|x)"
_STRENGTH = re.compile(rf"\b\d+(?:[.,]\d+)?\s*{_UNIT}?(?:\s*/\s*(?:\d+(?:[.,]\d+)?\s*)?{_UNIT})?(?![a-z0-9])")
_SPLIT = re.compile(r"\s*(?:[/+&,;|]|\band\b|\bwith\b|\bplus\b)\s*")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


@cache
def fillers() -> frozenset[str]:
    """Words beside a name that say form, salt, way or time, and name no medicine."""
    return frozenset(str(_document()["beside_a_name"]).split())


@cache
def nothing() -> frozenset[str]:
    """Answers that name no medicine at all."""
    return frozenset(_document()["no_medicine"])


@cache
def not_taken() -> frozenset[str]:
    """Words that say that what is named is not taken."""
    return frozenset(_document()["not_taken"])


@cache
def outside() -> frozenset[str]:
    """Words for forms of which little reaches the blood: creams, eye drops."""
    return frozenset(_document()["outside"])


@cache
def _document() -> dict[str, Any]:
    return parse_yaml(ROOT.joinpath(_FILE).read_text("utf-8"), _FILE)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower-case letters and digits with single spaces; accents and apostrophes gone."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return _NOT_A_LETTER.sub(" ", folded.replace("'", "").replace("`", "")).strip()


def parts(text: str) -> list[str]:
    """The pieces of a free text that may each name a medicine, without strengths.

    'ibuprofen 400 mg / paracetamol' gives two; a hyphenated name stays one.
    """
    lowered = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    without = _STRENGTH.sub(" ", lowered)
    found = [plain(piece) for piece in re.split(r"\(|\)|\[|\]|\{|\}", without) for piece in _SPLIT.split(piece)]
    return [piece for piece in found if piece]
