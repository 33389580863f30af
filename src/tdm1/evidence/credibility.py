"""The questions of ICH M15 and ASME V&V 40 and, per factor of credibility, claims with the tests that show them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from tdm1.evidence._errors import EvidenceError
from tdm1.evidence._loader import ROOT, parse_yaml

_FILE = "credibility.yaml"
#: The questions of the framework, in the order of the report.
QUESTIONS = (
    "question_of_interest", "context_of_use", "not_a_context_of_use", "model_influence",
    "consequence_of_a_wrong_decision", "model_risk",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of evidence. `tests` are folders, files or `file::function`, as pytest names them."""

    claim: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of credibility: what it asks, and the lines of evidence."""

    name: str
    asks: str
    lines: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Credibility:
    """The answers to the framework's questions, by name, and the factors."""

    framework: dict[str, str]
    factors: tuple[Factor, ...]


def _claim(raw: Any, factor: str) -> Claim:
    if not isinstance(raw, dict) or set(raw) != {"claim", "tests"} or not raw["claim"]:
        raise EvidenceError(f"{_FILE}: a line of '{factor}' is {raw!r}; it takes a claim and its tests")
    tests = raw["tests"]
    if not isinstance(tests, list) or not tests:
        raise EvidenceError(f"{_FILE}: '{raw['claim']}' names no tests; a claim without a test is not evidence")
    for test in tests:
        if not str(test).startswith("tests/"):
            raise EvidenceError(f"{_FILE}: '{test}' is no test; write tests/FOLDER/FILE.py or …::FUNCTION")
    return Claim(str(raw["claim"]), tuple(str(test) for test in tests))


def parse_credibility(text: str) -> Credibility:
    """The document in a YAML text. Raises EvidenceError that says which line breaks the form and how to mend it."""
    raw: Any = parse_yaml(text, _FILE)
    if not isinstance(raw, dict) or set(raw) != {"framework", "factors"}:
        raise EvidenceError(f"{_FILE}: it takes 'framework' and 'factors'")
    framework = {str(key): str(value) for key, value in raw["framework"].items()}
    if tuple(framework) != QUESTIONS:
        raise EvidenceError(f"{_FILE}: framework answers {list(framework)}; it takes {', '.join(QUESTIONS)}")
    factors: list[Factor] = []
    for entry in raw["factors"]:
        if not isinstance(entry, dict) or set(entry) != {"name", "asks", "lines"} or not entry["lines"]:
            raise EvidenceError(f"{_FILE}: factor {entry!r} takes a name, what it asks, and one line or more")
        name = str(entry["name"])
        factors.append(Factor(name, str(entry["asks"]), tuple(_claim(line, name) for line in entry["lines"])))
    return Credibility(framework, tuple(factors))


@cache
def credibility() -> Credibility:
    """The framework and the factors as `credibility.yaml` has them."""
    return parse_credibility(ROOT.joinpath(_FILE).read_text("utf-8"))
