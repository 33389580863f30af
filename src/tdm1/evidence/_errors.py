"""Errors of the evidence floor: each says where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class EvidenceError(ValueError):
    """A fact file that breaks its schema, or a question about a fact that does not exist."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint `; did you mean 'x'?` for a misspelt name, or an empty string."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""
