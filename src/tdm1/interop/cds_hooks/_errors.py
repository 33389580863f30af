"""Errors of a CDS Hooks request."""

from __future__ import annotations


class HookError(ValueError):
    """A request that does not follow CDS Hooks; says where and how to mend it."""


class PrefetchMissing(HookError):
    """What is needed was not sent, and we never fetch it ourselves (412 Precondition Failed)."""
