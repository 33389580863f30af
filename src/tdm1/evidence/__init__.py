"""Floor 1: every number and every label fact, with its source, unit, date and reading mark."""

from tdm1.evidence._errors import EvidenceError, nearest
from tdm1.evidence._fact import Fact, Source, Variability
from tdm1.evidence._loader import fact, facts, sources, value
from tdm1.evidence._tables import table, tables
from tdm1.evidence.what_if import what_if

__all__ = [
    "EvidenceError", "Fact", "Source", "Variability", "fact", "facts", "nearest", "sources", "table", "tables", "value",
    "what_if",
]
