"""The error of this package."""

from __future__ import annotations


class SymptomError(ValueError):
    """A call to the symptoms model that cannot be, with what to do instead."""
