"""The credibility table: every claim names tests that exist, and a test run turns them into states."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tdm1.evidence import EvidenceError
from tdm1.evidence.credibility import Claim, credibility, parse_credibility
from tdm1.report.qualify_tests import TestReportError, TestRun, judge, judged, read_junit

REPOSITORY = Path(__file__).parents[2]
NAMED = sorted({test for factor in credibility().factors for line in factor.lines for test in line.tests})
JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" timestamp="2026-11-25T07:30:32.64+00:00">
<testcase classname="tests.a.test_one" name="test_plain" time="0.1" />
<testcase classname="tests.a.test_one" name="test_many[1.5-x]" />
<testcase classname="tests.a.test_one" name="test_many[2-y[z]]"><failure message="no">text</failure></testcase>
<testcase classname="tests.a.test_one.TestClass" name="test_inside"><error message="no">text</error></testcase>
<testcase classname="tests.a.test_two" name="test_left_out"><skipped message="no">text</skipped></testcase>
<testcase classname="tests.a.test_two" name="test_good" />
<testcase classname="" name="tests.b.test_broken"><error message="collection failure">text</error></testcase>
<testcase classname="tests.a.test_one_more" name="test_plain" />
</testsuite></testsuites>
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> TestRun:
    path = tmp_path_factory.mktemp("junit") / "tests.xml"
    path.write_text(JUNIT, "utf-8")
    return read_junit(path)


def test_every_named_test_exists_against_pytest_collection() -> None:
    """pytest itself is asked for exactly the names that stand in credibility.yaml; one that is missing is an error."""
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "-p", "no:cacheprovider", *NAMED]
    done = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    collected = [line for line in done.stdout.splitlines() if "::" in line]
    for test in NAMED:
        assert any(line.startswith(test) for line in collected), f"credibility.yaml: {test} holds no test"


def test_every_claim_has_tests_and_every_factor_of_the_standards_is_there() -> None:
    factors = credibility().factors
    assert [factor.name for factor in factors] == [
        "Verification of the code", "Verification of the solution", "Model inputs", "Comparator and validation",
        "Applicability",
    ]
    claims = [line for factor in factors for line in factor.lines]
    assert all(line.tests for line in claims)
    assert len({line.claim for line in claims}) == len(claims)


@pytest.mark.parametrize(
    ("test", "outcomes"),
    [
        ("tests/a/test_one.py::test_plain", ["passed"]),
        ("tests/a/test_one.py::test_many", ["passed", "failed"]),
        ("tests/a/test_one.py::TestClass::test_inside", ["failed"]),
        ("tests/a/test_one.py", ["passed", "passed", "failed", "failed"]),
        ("tests/a/test_two.py", ["skipped", "passed"]),
        ("tests/b/test_broken.py", ["failed"]),
        ("tests/a/test_one.py::test_pla", []),
        ("tests/a/test_three.py", []),
    ],
)
def test_outcomes_of_a_name_against_the_file(run: TestRun, test: str, outcomes: list[str]) -> None:
    assert run.of(test) == outcomes


def test_counts_of_a_run_against_the_file(run: TestRun) -> None:
    assert [run.count(state) for state in ("passed", "failed", "skipped")] == [4, 3, 1]  # type: ignore[arg-type]
    assert len(run.of("tests/a")) == 7 and len(run.of("tests/")) == 8
    assert run.began.startswith("2026-11-25T07:30")


@pytest.mark.parametrize(
    ("tests", "state"),
    [
        (("tests/a/test_one.py::test_plain",), "shown"),
        (("tests/a/test_one.py::test_plain", "tests/a/test_two.py::test_good"), "shown"),
        (("tests/a/test_one.py::test_many",), "failed"),
        (("tests/a/test_one.py::test_plain", "tests/b/test_broken.py"), "failed"),
        (("tests/a/test_two.py",), "not run"),  # one of its tests was skipped
        (("tests/a/test_one.py::test_plain", "tests/c/test_absent.py"), "not run"),
        (("tests/c/test_absent.py", "tests/a/test_one.py::test_many"), "failed"),
    ],
)
def test_state_of_a_claim_against_its_definition(run: TestRun, tests: tuple[str, ...], state: str) -> None:
    assert judge(Claim("a claim", tests), run).state == state


def test_without_a_test_run_nothing_is_shown() -> None:
    states = {line.state for factor in judged(None) for line in factor.lines}
    assert states == {"not run"}


def test_junit_of_a_real_run_against_pytest_itself(tmp_path: Path) -> None:
    """pytest writes the file here, so that a change of its format is seen."""
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_real.py").write_text(
        "import pytest\n\n@pytest.mark.parametrize('x', [1, 2])\ndef test_many(x):\n    assert x\n\n"
        "def test_bad():\n    assert False\n\ndef test_skipped():\n    pytest.skip('no')\n"
    )
    path = tmp_path / "junit.xml"
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={path}", "tests"]
    subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False)
    found = read_junit(path)
    assert found.of("tests/test_real.py::test_many") == ["passed", "passed"]
    assert found.of("tests/test_real.py::test_bad") == ["failed"]
    assert found.of("tests/test_real.py::test_skipped") == ["skipped"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("<testsuites>", "not XML"), ("<html/>", "no JUnit file"), ("<testsuites><testsuite/></testsuites>", "no JUnit"),
     (None, "cannot be read")],
)
def test_a_file_that_is_no_test_report_is_refused_with_a_mend(text: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "tests.xml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(TestReportError, match=said) as caught:
        read_junit(path)
    assert "--junitxml" in str(caught.value) and str(path) in str(caught.value)


FRAMEWORK = "framework: {question_of_interest: a, context_of_use: b, not_a_context_of_use: c, model_influence: d, " \
    "consequence_of_a_wrong_decision: e, model_risk: f}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("factors: []\n", "framework"),
        ("framework: {question_of_interest: a}\nfactors: []\n", "model_risk"),
        (FRAMEWORK + "factors: [{name: x, asks: y, lines: []}]\n", "one line or more"),
        (FRAMEWORK + "factors: [{name: x, asks: y, lines: [{claim: z, tests: []}]}]\n", "names no tests"),
        (FRAMEWORK + "factors: [{name: x, asks: y, lines: [{claim: z, tests: [src/a.py]}]}]\n", "is no test"),
        (FRAMEWORK + "factors: [{name: x, asks: y, lines: [{claim: z}]}]\n", "takes a claim and its tests"),
    ],
)
def test_a_credibility_file_that_breaks_the_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(EvidenceError, match=said):
        parse_credibility(text)
