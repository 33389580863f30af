"""Errors of the safety floor: each says where, what, and how to mend it."""

from __future__ import annotations


class SafetyError(ValueError):
    """A rule file, a finding or a question that the safety floor refuses."""


class RuleError(SafetyError):
    """A rule file that breaks its schema, or a setting, region or rule that does not exist."""


class FindingError(SafetyError):
    """A finding that cannot be real (negative, infinite, out of its unit) or does not fit its patients."""
