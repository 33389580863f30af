"""The house stands as the design says: floors, file sizes, no reading outside, the two commands."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted((REPOSITORY / "src").rglob("*.py"))
TEXTS = sorted(
    path
    for folder in ("src", "tests", "docs", "benchmarks", ".ci")
    for path in (REPOSITORY / folder).rglob("*")
    if path.is_file() and path.suffix in {"", ".py", ".md", ".yaml", ".json", ".csv", ".svg", ".html", ".j2"}
    and "__pycache__" not in path.parts
) + [REPOSITORY / name for name in ("README.md", "Makefile", "pyproject.toml", "CONTRIBUTING.md", "CHANGELOG.md")]


def _name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def test_floors_against_import_linter() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert re.search(r"Contracts: [3-9] kept, 0 broken", run.stdout)


def test_contract_of_the_floors_names_every_package() -> None:
    """A new package without a floor would slip past the contract."""
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    floors = next(contract for contract in contracts if contract["id"] == "floors")
    named = {name.strip() for layer in floors["layers"] for name in layer.split("|")} | {"tdm1.interop"}
    packages = {f"tdm1.{path.parent.name}" for path in (REPOSITORY / "src" / "tdm1").glob("*/__init__.py")}
    assert packages == named


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_source_file_is_short_or_says_why(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = text.count("\n")
    if lines > 300:
        doc = ast.get_docstring(ast.parse(text)) or ""
        assert "300 lines" in doc, f"{_name(path)} has {lines} lines; split it, or say why in its docstring"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_source_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{_name(path)} has no docstring"


def test_nothing_reads_or_names_what_users_do_not_have() -> None:
    """Users have no material beside the checkout, and no file names the machine that it was written on."""
    # Put together here so that this file does not hold what it forbids.
    forbidden = re.compile("|".join((r"\.\./" + "shared", "/wo" + "rk/", "/tm" + "p/", "/ro" + "ot/", "/op" + "t/")))
    found = [
        f"{_name(path)}:{number}: {line.strip()[:100]}"
        for path in TEXTS
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert not found, "\n".join(found)


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")))
    found = [_name(path) for path in SOURCES if marks.search(path.read_text("utf-8"))]
    assert not found, found


def test_the_two_commands_of_the_readme_are_targets_of_make() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    for target in ("trial", "test"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_every_make_target_named_in_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    for path in [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *(REPOSITORY / "docs").rglob("*.md")]:
        for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```|`(make [a-z]+)", path.read_text("utf-8"), re.DOTALL):
            for target in re.findall(r"\bmake ([a-z]+)", " ".join(block)):
                assert target in targets, f"{_name(path)} names 'make {target}'"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_holds_versions_and_hashes_and_no_place(name: str) -> None:
    text = (REPOSITORY / name).read_text("utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|@ ", text)
    packages = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==", text, flags=re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(packages) == len(blocks) > 20
    assert all("--hash=sha256:" in block for block in blocks)


def test_lock_holds_every_dependency_of_the_package() -> None:
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    optional = project["optional-dependencies"]
    for name, wanted in (
        ("requirements.lock", project["dependencies"] + optional["build"]),
        ("requirements-dev.lock", project["dependencies"] + optional["build"] + optional["dev"]),
    ):
        locked = set(re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==", (REPOSITORY / name).read_text("utf-8"), re.M))
        missing = [dep for dep in wanted if re.split(r"[\[>=<~! ;]", dep)[0].lower() not in locked]
        assert not missing, f"{name} lacks {missing}; run make lock"
