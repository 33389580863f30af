"""Gates over every fact: unit, source, use, uniqueness. They loop over whatever the fact files hold."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml

from tdm1 import evidence
from tdm1.evidence import units

PACKAGE = Path(evidence.__file__).parent.parent
FACTS = sorted((PACKAGE / "evidence" / "facts").glob("*.yaml"))
NAMES = sorted(evidence.facts())


def _pattern(node: ast.expr) -> str | None:
    """A regular expression for the texts that a string or an f-string can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z0-9_.]+" for p in node.values]
        return "".join(parts)
    return None


@cache
def _used() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Names and patterns of names that the package's Python code and its rule and trial files mention."""
    words: set[str] = set()
    patterns: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                pattern = _pattern(node)
                # An f-string counts only when it has a whole segment, as in f"tumour.{x}" or f"{x}.within_patient_cv".
                if pattern and re.search(r"^[a-z0-9_]+\\\.|\\\.[a-z0-9_]{6,}$", pattern):
                    patterns.add(pattern)
    for path in [*PACKAGE.rglob("*.yaml"), *PACKAGE.rglob("*.json")]:
        if path not in FACTS:
            words.update(re.findall(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+", path.read_text("utf-8")))
    return frozenset(words), tuple(re.compile(pattern) for pattern in patterns)


@pytest.mark.parametrize("name", NAMES)
def test_fact_has_a_unit_that_the_register_understands(name: str) -> None:
    units.parse(evidence.fact(name).unit)


@pytest.mark.parametrize("name", NAMES)
def test_fact_source_resolves(name: str) -> None:
    found = evidence.fact(name)
    keys = [found.source] + ([found.variability.source] if found.variability else [])
    known = evidence.sources()
    for key in keys:
        assert key in known, f"{found.file}: '{name}' cites '{key}'{evidence.nearest(key, known)}"


@pytest.mark.parametrize("name", NAMES)
def test_fact_without_a_source_for_its_number_says_why(name: str) -> None:
    found = evidence.fact(name)
    if found.read == "assumed":
        assert found.note, f"{found.file}: '{name}' is assumed; its note must say why it is what it is"
    if found.source == "tdm1":
        assert found.read not in ("read", "secondary"), f"{found.file}: '{name}' cannot be read in our own text"


@pytest.mark.parametrize("name", NAMES)
def test_fact_is_used_by_the_package(name: str) -> None:
    words, patterns = _used()
    assert name in words or any(pattern.fullmatch(name) for pattern in patterns), (
        f"{evidence.fact(name).file}: nobody asks for '{name}'; use it or take it out"
    )


def test_fact_names_are_dotted_lower_case() -> None:
    odd = [name for name in NAMES if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", name)]
    assert not odd, odd


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.name)
def test_fact_file_has_no_key_twice(path: Path) -> None:
    # A YAML reader keeps the last of two equal keys and says nothing, so the syntax tree is asked.
    def visit(node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            counts = Counter(key.value for key, _ in node.value)
            twice = [key for key, count in counts.items() if count > 1]
            assert not twice, f"{path.name}: {twice} stand twice in one mapping"
            for _, value in node.value:
                visit(value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                visit(value)

    root = yaml.compose(path.read_text("utf-8"))
    assert root is not None
    visit(root)


def test_no_number_stands_under_two_names() -> None:
    same: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for found in evidence.facts().values():
        same[(found.meaning, found.value, found.unit, found.population, found.source)].append(found.name)
    twice = [names for names in same.values() if len(names) > 1]
    assert not twice, twice


def test_unknown_fact_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(evidence.EvidenceError, match=r"did you mean 'plasma\.clearance'"):
        evidence.fact("plasma.clearence")


def test_wrong_unit_is_refused() -> None:
    with pytest.raises(evidence.EvidenceError, match="the code expects mL/day"):
        evidence.value("plasma.clearance", "mL/day")
