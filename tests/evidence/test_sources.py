"""Gates over the sources: each is cited, keys are lower case, aliases point to one source only."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from tdm1 import evidence

PACKAGE = Path(evidence.__file__).parent.parent
REPOSITORY = PACKAGE.parent.parent
RAW = yaml.safe_load((PACKAGE / "evidence" / "sources.yaml").read_text("utf-8"))


@cache
def _words() -> frozenset[str]:
    """Every word of the package's data and code and of the docs, but for the list of sources itself."""
    files = [
        path
        for folder in (PACKAGE, REPOSITORY / "docs")
        for ending in ("*.py", "*.yaml", "*.csv", "*.json", "*.md")
        for path in folder.rglob(ending)
        if path.name != "sources.yaml"
    ]
    return frozenset(word for path in files for word in re.findall(r"[A-Za-z0-9_]+", path.read_text("utf-8")))


@pytest.mark.parametrize("key", sorted(RAW))
def test_source_is_cited_somewhere(key: str) -> None:
    assert key in _words(), f"sources.yaml: nothing cites '{key}'; take it out"


@pytest.mark.parametrize("key", sorted(RAW))
def test_source_has_a_citation_and_known_fields(key: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]+", key)
    assert set(RAW[key]) <= {"citation", "doi", "url", "note", "aliases"}
    assert len(RAW[key]["citation"]) > 10
    doi = RAW[key].get("doi", "")
    assert not doi or re.fullmatch(r"10\.\d{4,9}/\S+|urn:\S+|rs-\d+", doi), doi


def test_alias_is_neither_a_key_nor_the_alias_of_another_source() -> None:
    seen: set[str] = set(RAW)
    for key, entry in RAW.items():
        for alias in entry.get("aliases", ()):
            assert alias not in seen, f"sources.yaml: alias '{alias}' of '{key}' means something else already"
            seen.add(alias)


def test_source_keys_stand_once_in_the_file() -> None:
    text = (PACKAGE / "evidence" / "sources.yaml").read_text("utf-8")
    keys = re.findall(r"^([a-z0-9_]+):", text, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(RAW)
