"""Reads what a clinic's system tells about a card. It is checked and forgotten: nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from tdm1.interop.cds_hooks._errors import HookError

_OUTCOMES = ("accepted", "overridden")


def read_feedback(document: Mapping[str, Any]) -> int:
    """The number of reports in a feedback body. Raises HookError for what does not follow CDS Hooks 2.0."""
    reports = document.get("feedback")
    if not isinstance(reports, list):
        raise HookError("feedback: a list of reports is expected")
    for index, raw in enumerate(cast("list[Any]", reports)):
        place = f"feedback.{index}"
        if not isinstance(raw, dict):
            raise HookError(f"{place}: a JSON object is expected")
        one = cast("dict[str, Any]", raw)
        for name in ("card", "outcomeTimestamp"):
            if not isinstance(one.get(name), str) or not one[name]:
                raise HookError(f"{place}.{name}: a text is expected")
        if one.get("outcome") not in _OUTCOMES:
            raise HookError(f"{place}.outcome: it is accepted or overridden")
    return len(cast("list[Any]", reports))
