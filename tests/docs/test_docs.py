"""The documentation is built, its Python runs and prints what it says, its commands exist."""

from __future__ import annotations

import importlib
import io
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from tdm1 import trial

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *PAGES]
BIN = Path(sys.executable).parent


def _blocks(page: Path) -> list[tuple[int, str]]:
    """Line and text of every Python block of a page."""
    text = page.read_text("utf-8")
    return [
        (text.count("\n", 0, found.start()) + 1, found.group(1))
        for found in re.finditer(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    ]


WITH_PYTHON = [page for page in TEXTS if _blocks(page)]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.name)
def test_python_of_a_page_runs_and_prints_what_it_says(page: Path) -> None:
    """Blocks of a page share their names, as a reader would type them; lines `#> …` are what they print."""
    names: dict[str, object] = {"__name__": "docs"}
    for line, block in _blocks(page):
        # Blank lines in front keep the line numbers of a traceback those of the page.
        code = compile("\n" * line + block, str(page), "exec")
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(code, names)
        promised = [text.removeprefix("#>").strip() for text in block.splitlines() if text.startswith("#>")]
        assert [text.strip() for text in printed.getvalue().splitlines()] == promised, f"{page.name}, line {line}"


def test_some_pages_hold_python() -> None:
    assert {"evidence.md", "trial.md", "engine.md"} <= {page.name for page in WITH_PYTHON}


def test_docs_build_without_a_warning_and_fetch_nothing(tmp_path: Path) -> None:
    build = [BIN / "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path]
    run = subprocess.run(build, cwd=REPOSITORY, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    built = sorted(tmp_path.rglob("*.html"))
    assert len(built) >= len(PAGES)
    for page in built:
        tags = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", page.read_text("utf-8"))
        fetched = [tag for tag in tags if re.search(r"(?:src|href)=[\"']?https?://", tag)]
        assert not fetched, f"{page.name} fetches {fetched}"


def _commands() -> list[tuple[str, str]]:
    found = []
    for path in TEXTS:
        for block in re.findall(r"```sh\n(.*?)```", path.read_text("utf-8"), flags=re.DOTALL):
            for line in block.splitlines():
                command = line.split("#")[0].strip()
                if command.startswith("tdm1 "):
                    found.append((path.name, command))
    return found


@cache
def _help(*command: str) -> str:
    run = subprocess.run([BIN / "tdm1", *command, "--help"], capture_output=True, text=True)
    assert run.returncode == 0, f"tdm1 {' '.join(command)} --help: {run.stderr}"
    return run.stdout


@pytest.mark.parametrize(("page", "command"), _commands())
def test_command_and_options_named_in_the_docs_exist(page: str, command: str) -> None:
    words = shlex.split(command)[1:]
    name = words[:2] if words[0] == "schema" else words[:1]
    text = _help(*name)
    for word in words:
        if word.startswith("--"):
            assert re.search(rf"{re.escape(word)}\b", text), f"{page}: 'tdm1 {' '.join(name)}' has no option {word}"


@pytest.mark.parametrize(
    ("page", "command"),
    sorted({(page, command) for page, command in _commands() if command.startswith(("tdm1 explain", "tdm1 schema"))}),
)
def test_quick_command_of_the_docs_succeeds(page: str, command: str, tmp_path: Path) -> None:
    run = subprocess.run([BIN / "tdm1", *shlex.split(command)[1:]], capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, f"{page}: {command}: {run.stderr}"
    assert run.stdout.strip()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_local_links_and_pictures_exist(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("script", ["draw_architecture", "draw_engine"])
def test_picture_against_the_script_that_draws_it(script: str) -> None:
    sys.path.insert(0, str(DOCS))
    try:
        drawn = importlib.import_module(script)
    finally:
        sys.path.remove(str(DOCS))
    assert drawn.PICTURE.read_text("utf-8") == drawn.picture()


def test_trial_file_of_the_docs_is_one_that_runs() -> None:
    text = (DOCS / "how-to" / "add-a-trial.md").read_text("utf-8")
    files = [block for block in re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL) if block.startswith("name:")]
    assert len(files) == 1
    result = trial.run(trial.parse(files[0], "weekly.yaml"), patients=16)
    assert result.failed_solves == 0
    assert result.arms["weekly"].n == 16


def test_folders_and_files_named_in_the_docs_exist() -> None:
    for path in PAGES:
        for name in re.findall(r"`((?:src|tests|docs|benchmarks)/[\w./-]+)`", path.read_text("utf-8")):
            assert (REPOSITORY / name).exists(), f"{path.name} names {name}"
