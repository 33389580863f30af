"""Error of the regimen: says where, what, and how to mend it."""

from __future__ import annotations


class RegimenError(ValueError):
    """A schedule, a weight or a ledger entry that cannot be."""
