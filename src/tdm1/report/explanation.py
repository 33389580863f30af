"""What the answer to `tdm1 explain` is made of, and how a source is cited in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tdm1.report import glossary

_DOUBTFUL = {
    "recall": "this was written from memory of the source and has not been read again; check it before relying on it",
    "assumed": "this is our own choice; no source gives it",
}


class ExplainError(ValueError):
    """A name that is unknown, or that several facts share."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one name: labelled lines for people, the same as data, and warnings."""

    name: str
    kind: str
    lines: tuple[tuple[str, str], ...]
    data: dict[str, Any]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The explanation as JSON data."""
        return {"name": self.name, "kind": self.kind, **self.data, "warnings": list(self.warnings)}


def cited(key: str) -> tuple[str, dict[str, str]]:
    """A source in words with its link, and as data."""
    from tdm1 import evidence

    if key == glossary.OWN_WORDS:
        return key, {"key": key, "citation": key, "doi": "", "url": ""}
    known = evidence.sources()
    if key not in known:
        return key, {"key": key, "citation": "", "doi": "", "url": ""}
    source = known[key]
    link = f"doi:{source.doi}" if source.doi else source.url
    return f"{source.citation} {link}".strip(), {
        "key": key,
        "citation": source.citation,
        "doi": source.doi,
        "url": source.url,
    }


def doubt(read: str) -> tuple[str, ...]:
    """Warnings that belong to a reading mark."""
    return (_DOUBTFUL[read],) if read in _DOUBTFUL else ()
