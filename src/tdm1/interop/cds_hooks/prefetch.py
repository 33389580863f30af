"""Puts what was sent along into one bundle, and tells what of it is missing or cut short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from tdm1.interop.cds_hooks._errors import HookError, PrefetchMissing
from tdm1.interop.cds_hooks.discovery import prefetch_templates
from tdm1.interop.cds_hooks.request import HookRequest, Resource, resources

_NEEDED = "patient"


@dataclass(frozen=True, slots=True)
class Gathered:
    """One bundle of everything that was sent, and what is known to be incomplete, in words."""

    bundle: dict[str, Any]
    incomplete: tuple[str, ...]


def _has_next(raw: Mapping[str, Any]) -> bool:
    links = raw.get("link")
    if not isinstance(links, list):
        return False
    return any(isinstance(one, dict) and one.get("relation") == "next" for one in cast("list[Any]", links))


def _of_key(key: str, raw: Any, incomplete: list[str]) -> list[Resource]:
    """The resources under one prefetch key; null means that there are none."""
    if raw is None:
        return []
    place = f"prefetch.{key}"
    if not isinstance(raw, dict):
        raise HookError(f"{place}: a FHIR resource, a Bundle or null is expected")
    sent = cast("dict[str, Any]", raw)
    found: list[Resource] = [sent]
    if sent.get("resourceType") == "Bundle":
        found = resources(sent, place)
        if _has_next(sent):
            incomplete.append(f"{key}: only the first page was sent")
    kept = [one for one in found if one.get("resourceType") != "OperationOutcome"]
    if len(kept) < len(found):
        incomplete.append(f"{key}: the clinic's system could not read all of it")
    return kept


def gather(request: HookRequest) -> Gathered:
    """One bundle with the patient and everything else that was sent.

    Raises PrefetchMissing without the patient, HookError when it is another patient than the context names, or when
    something under a key is no FHIR resource. Keys that we did not ask for are not read.
    """
    incomplete: list[str] = []
    found: dict[tuple[str, str], Resource] = {}
    unnamed: list[Resource] = []
    for key in prefetch_templates():
        if key not in request.prefetch:
            if key != _NEEDED:
                incomplete.append(f"{key}: not sent")
            continue
        for one in _of_key(key, request.prefetch[key], incomplete):
            kind, name = one.get("resourceType"), one.get("id")
            if isinstance(kind, str) and isinstance(name, str):
                found.setdefault((kind, name), one)
            else:
                unnamed.append(one)
    everything = [*found.values(), *unnamed]
    people = [one for one in everything if one.get("resourceType") == "Patient"]
    if not people:
        raise PrefetchMissing("prefetch.patient: the Patient is needed, and this service calls no FHIR server")
    for one in people:
        if one.get("id", request.patient_id) != request.patient_id:
            raise HookError("prefetch.patient: it is another patient than the one in context.patientId")
    entries = [{"resource": one} for one in everything]
    return Gathered({"resourceType": "Bundle", "type": "collection", "entry": entries}, tuple(incomplete))
