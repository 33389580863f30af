"""Reads a hook's request: its context and the drafts that are being ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from tdm1.evidence import nearest
from tdm1.interop.cds_hooks._errors import HookError
from tdm1.interop.cds_hooks.discovery import HOOKS

Resource = Mapping[str, Any]
_LONGEST_ID = 256


@dataclass(frozen=True, slots=True)
class HookRequest:
    """One call of a service.

    patient_id   FHIR id of the patient, without `Patient/`
    drafts       resources of the draft orders, in their order; empty for patient-view
    selections   references of the newly chosen drafts (order-select); None where every draft counts
    prefetch     what was sent along, by prefetch key
    """

    hook: str
    patient_id: str
    drafts: tuple[Resource, ...]
    selections: frozenset[str] | None
    prefetch: Mapping[str, Any]


def _object(raw: Any, place: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise HookError(f"{place}: a JSON object is expected" + ("" if raw is not None else "; it is missing"))
    return cast("dict[str, Any]", raw)


def _text(raw: Any, place: str) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > _LONGEST_ID:
        raise HookError(f"{place}: a text of at most {_LONGEST_ID} characters is expected"
                        + ("" if raw is not None else "; it is missing"))
    return raw


def resources(bundle: Any, place: str) -> list[Resource]:
    """The resources of a bundle's entries. Raises HookError for what is none."""
    found = _object(bundle, place)
    if found.get("resourceType") != "Bundle":
        raise HookError(f"{place}: a Bundle is expected, found {found.get('resourceType', 'no resourceType')!r:.60}")
    entries = found.get("entry", [])
    if not isinstance(entries, list):
        raise HookError(f"{place}.entry: a list is expected")
    parts: list[Resource] = []
    for index, raw in enumerate(cast("list[Any]", entries)):
        entry = _object(raw, f"{place}.entry.{index}")
        if "resource" in entry:
            parts.append(_object(entry["resource"], f"{place}.entry.{index}.resource"))
    return parts


def read_request(document: Mapping[str, Any], service: str) -> HookRequest:
    """The request to a service. Raises HookError for what does not follow CDS Hooks 2.0."""
    expected = HOOKS.get(service)
    if expected is None:
        raise HookError(f"there is no service '{service[:60]}'{nearest(service[:60], HOOKS)}"
                        f" (known: {', '.join(HOOKS)})")
    hook = _text(document.get("hook"), "hook")
    if hook != expected:
        raise HookError(f"hook: service {service} answers {expected}, not '{hook[:60]}'")
    _text(document.get("hookInstance"), "hookInstance")
    context = _object(document.get("context"), "context")
    patient = _text(context.get("patientId"), "context.patientId").removeprefix("Patient/")
    sent = document.get("prefetch")
    prefetch = {} if sent is None else _object(sent, "prefetch")
    drafts: tuple[Resource, ...] = ()
    selections: frozenset[str] | None = None
    if expected != "patient-view":
        drafts = tuple(resources(context.get("draftOrders"), "context.draftOrders"))
    if expected == "order-select":
        chosen = context.get("selections")
        if not isinstance(chosen, list):
            raise HookError("context.selections: a list of references such as MedicationRequest/103 is expected")
        selections = frozenset(_text(one, f"context.selections.{place}") for place, one in enumerate(chosen))
    return HookRequest(expected, patient, drafts, selections, prefetch)
