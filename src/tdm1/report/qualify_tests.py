"""The credibility table as a test run leaves it: which claims are shown, which failed, which were not run."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tdm1.evidence.credibility import Claim, Credibility, credibility

Outcome = Literal["passed", "failed", "skipped"]
State = Literal["shown", "failed", "not run"]


class TestReportError(ValueError):
    """A file of test results that cannot be read."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class TestRun:
    """Outcomes of a test run by dotted name without parameters (`tests.engine.test_x.test_y`), and when it began."""

    __test__ = False

    began: str
    outcomes: dict[str, tuple[Outcome, ...]]

    def count(self, outcome: Outcome) -> int:
        """How many tests ended so."""
        return sum(found.count(outcome) for found in self.outcomes.values())

    def of(self, test: str) -> list[Outcome]:
        """Outcomes of all tests that a name means: a folder, a file, or one function with all its parameters."""
        file, _, function = test.partition("::")
        dotted = ".".join(part for part in (file.removesuffix(".py"), function) if part)
        dotted = dotted.strip("/").replace("/", ".").replace("::", ".")
        return [
            outcome
            for name, outcomes in self.outcomes.items()
            if name == dotted or name.startswith(dotted + ".")
            for outcome in outcomes
        ]


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim and its state. `counts` gives passed, failed and skipped for each of its tests, in their order."""

    claim: str
    tests: tuple[str, ...]
    state: State
    counts: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class JudgedFactor:
    """A factor of credibility with its claims judged."""

    name: str
    asks: str
    lines: tuple[JudgedClaim, ...]


def read_junit(path: Path) -> TestRun:
    """The outcomes in a JUnit XML file as pytest writes it (`--junitxml`).

    Raises TestReportError when the file is missing, is no JUnit XML, or holds no test.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except OSError as error:
        raise TestReportError(
            f"--tests {path}: the file cannot be read ({error.strerror}); write one with pytest --junitxml={path}"
        ) from error
    except ElementTree.ParseError as error:
        raise TestReportError(f"--tests {path}: not XML ({error}); write one with pytest --junitxml={path}") from error
    cases = list(root.iter("testcase"))
    if root.tag not in ("testsuites", "testsuite") or not cases:
        raise TestReportError(f"--tests {path}: no JUnit file with tests; write one with pytest --junitxml={path}")
    found: dict[str, list[Outcome]] = {}
    for case in cases:
        place, name = case.get("classname", ""), case.get("name", "").partition("[")[0]
        # A module that could not be imported is one case without a place; its name is the module.
        full = f"{place}.{name}" if place else name
        children = {child.tag for child in case}
        outcome: Outcome = "skipped" if "skipped" in children else "passed"
        if children & {"failure", "error"}:
            outcome = "failed"
        found.setdefault(full, []).append(outcome)
    suite = root if root.tag == "testsuite" else root.find("testsuite")
    began = suite.get("timestamp", "") if suite is not None else ""
    return TestRun(began, {name: tuple(outcomes) for name, outcomes in found.items()})


def judge(claim: Claim, run: TestRun | None) -> JudgedClaim:
    """The state of a claim: `failed` when one of its tests failed, `shown` when all ran and passed, else `not run`."""
    outcomes: Sequence[list[Outcome]] = [[] if run is None else run.of(test) for test in claim.tests]
    state: State = "not run"
    if any("failed" in found for found in outcomes):
        state = "failed"
    elif all(found and set(found) == {"passed"} for found in outcomes):
        state = "shown"
    counts = tuple((found.count("passed"), found.count("failed"), found.count("skipped")) for found in outcomes)
    return JudgedClaim(claim.claim, claim.tests, state, counts)


def judged(run: TestRun | None, document: Credibility | None = None) -> list[JudgedFactor]:
    """Every factor of credibility with its claims judged by a test run; None: nothing was run."""
    return [
        JudgedFactor(factor.name, factor.asks, tuple(judge(line, run) for line in factor.lines))
        for factor in (document or credibility()).factors
    ]
