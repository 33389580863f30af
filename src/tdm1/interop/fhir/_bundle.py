"""The resources of a bundle with their places, and how they point to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from tdm1.evidence import nearest
from tdm1.interop.fhir import _codes, _json
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json

_MOST_NESTED = 3
#: Longest id that FHIR allows; a place shows no more of it.
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource: its type, its place in words such as `entry[12] Observation/abc`, and its address in the bundle."""

    kind: str
    resource: Json
    place: str
    url: str

    @property
    def names(self) -> set[str]:
        """References that mean it."""
        found = {self.url} if self.url else set[str]()
        identity = self.resource.get("id")
        if isinstance(identity, str) and identity:
            found |= {f"{self.kind}/{identity}", f"urn:uuid:{identity}"}
        return found


def is_bundle(document: Mapping[str, Any]) -> bool:
    """True when a document says that it is a FHIR resource of any type."""
    return "resourceType" in document


def entries(document: Mapping[str, Any]) -> list[Entry]:
    """Every resource of a bundle, those of bundles inside it included; one that stands twice alike comes once.

    Raises FhirError for what is no R4 bundle, one page of several, and two versions of one resource.
    """
    kind = document.get("resourceType")
    if kind != "Bundle":
        hint = nearest(kind, ("Bundle",)) if isinstance(kind, str) else ""
        raise FhirError(f"resourceType: a Bundle with the Patient and what belongs to it is expected, found "
                        f"{_json.shown(kind)}{hint}")
    found: list[Entry] = []
    _open(cast("Json", document), "", found, 0)
    known: dict[str, Entry] = {}
    kept: list[Entry] = []
    for entry in found:
        identity = entry.resource.get("id")
        key = f"{entry.kind}/{identity}" if isinstance(identity, str) and identity else f"#{entry.place}"
        before = known.setdefault(key, entry)
        if before is entry:
            kept.append(entry)
        elif before.resource != entry.resource:
            raise FhirError(f"{entry.place}: {key} stands at {before.place} with other content; keep one")
    return kept


def _open(bundle: Json, place: str, found: list[Entry], nested: int) -> None:
    if nested > _MOST_NESTED:
        raise FhirError(f"{place.strip()}: bundles are nested more than {_MOST_NESTED} deep")
    _check_kind(bundle, place)
    for link in _json.many(bundle, "link", f"{place}Bundle"):
        if link.get("relation") == "next":
            raise FhirError(f"{place}Bundle link: this is one page of several; give all pages in one bundle")
    for index, raw in enumerate(_json.many(bundle, "entry", f"{place}Bundle")):
        at = f"{place}entry[{index}]"
        resource = _json.one(raw, "resource", at)
        if resource is None:
            continue
        kind = _kind(resource, at)
        if kind == "Bundle":
            _open(resource, f"{at} ", found, nested + 1)
            continue
        identity = resource.get("id")
        named = f"{at} {kind}/{identity[:_LONGEST_ID]}" if isinstance(identity, str) else f"{at} {kind}"
        url = raw.get("fullUrl")
        found.append(Entry(kind, resource, named, url if isinstance(url, str) else ""))


def _check_kind(bundle: Json, place: str) -> None:
    kind = _json.text(bundle, "type", f"{place}Bundle")
    known: list[str] = _codes.document()["statuses"]["bundle"]
    refused: dict[str, str] = _codes.document()["statuses"]["bundle_refused"]
    if kind in refused:
        raise FhirError(f"{place}Bundle type: a bundle of type {kind} is not read, for {refused[kind]}")
    if kind not in known:
        hint = nearest(kind or "", known)
        raise FhirError(f"{place}Bundle type: {_json.shown(kind)} is no type of a FHIR R4 bundle{hint}"
                        f" (known: {', '.join(known)})")
    unreadable(bundle, f"{place}Bundle")


def _kind(resource: Json, at: str) -> str:
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not kind:
        raise FhirError(f"{at} resource: resourceType is missing")
    if kind not in _kinds():
        raise FhirError(f"{at} resource: '{kind[:40]}' is no type of resource in FHIR R4{nearest(kind, _kinds())}")
    return kind


@cache
def _kinds() -> frozenset[str]:
    return frozenset(_codes.document()["resource_types"])


def unreadable(resource: Json, place: str) -> None:
    """Refuses a resource that says that it means something else to those who do not know its rules."""
    for key in ("modifierExtension", "implicitRules"):
        if resource.get(key):
            raise FhirError(f"{place} {key}: it may change the meaning and is not known here; "
                            "give the resource without it, if it still holds")


def reference(owner: Json, key: str, place: str) -> str | None:
    """The reference of a field as written, without a version; None where it has none."""
    raw = _json.one(owner, key, place)
    written = None if raw is None else _json.text(raw, "reference", f"{place} {key}")
    return None if written is None else written.split("/_history/", 1)[0]


class Index:
    """Finds the resource that a reference means."""

    def __init__(self, found: list[Entry]) -> None:
        self._by_name = {name: entry for entry in found for name in entry.names}

    def find(self, written: str, owner: Entry) -> Json | None:
        """The resource of a reference, also one contained in its owner; None where it is not in the bundle."""
        if written.startswith("#"):
            for inner in _json.many(owner.resource, "contained", owner.place):
                if inner.get("id") == written[1:]:
                    return inner
            return None
        entry = self._by_name.get(written) or self._by_name.get("/".join(written.split("/")[-2:]))
        return None if entry is None else entry.resource
