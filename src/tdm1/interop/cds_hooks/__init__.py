"""CDS Hooks 2.0: what the clinic's system sends in, and a check as cards out. It translates and decides nothing."""

from tdm1.interop.cds_hooks._errors import HookError, PrefetchMissing
from tdm1.interop.cds_hooks.cards import Showing, cards
from tdm1.interop.cds_hooks.discovery import HOOKS, discovery, prefetch_templates
from tdm1.interop.cds_hooks.feedback import read_feedback
from tdm1.interop.cds_hooks.orders import Ordered, ordered, with_ordered
from tdm1.interop.cds_hooks.prefetch import Gathered, gather
from tdm1.interop.cds_hooks.relevance import concerns, has_had
from tdm1.interop.cds_hooks.request import HookRequest, read_request

__all__ = [
    "HOOKS", "Gathered", "HookError", "HookRequest", "Ordered", "PrefetchMissing", "Showing",
    "cards", "concerns", "discovery", "gather", "has_had", "ordered", "prefetch_templates", "read_feedback",
    "read_request", "with_ordered",
]
