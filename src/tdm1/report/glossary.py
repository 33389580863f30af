"""Terms of the field in plain words, from the evidence's glossary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

OWN_WORDS = "own words"


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its words, other names, and the key of its source or `own words`."""

    name: str
    words: str
    also: tuple[str, ...]
    source: str


@cache
def terms() -> tuple[Term, ...]:
    """Every term of the glossary."""
    import yaml

    text = files("tdm1.evidence").joinpath("glossary.yaml").read_text("utf-8")
    return tuple(
        Term(str(name), raw["words"], tuple(raw.get("also", ())), raw["source"])
        for name, raw in yaml.safe_load(text).items()
    )


def find(name: str) -> Term | None:
    """The term called `name`, or also called so; capitals do not count."""
    wanted = name.casefold()
    for term in terms():
        if wanted in (term.name.casefold(), *(other.casefold() for other in term.also)):
            return term
    return None
