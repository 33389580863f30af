"""The one error of this package."""

from __future__ import annotations


class MedicineError(ValueError):
    """A medicine without a name or code, or an unknown code system; says how to mend it."""
