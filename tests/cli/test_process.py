"""The command as a process of its own: what it imports, pipes, and terminals without Unicode."""

from __future__ import annotations

import os
import subprocess
import sys


def _tdm1(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from tdm1.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys; from tdm1.cli import main; main(['--help']); main(['trial', '--help']);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'numpy', 'polars', 'sympy', 'numba',"
        "'matplotlib', 'lifelines', 'pandas', 'scipy', 'pint', 'jinja2', 'yaml', 'altair', 'rich'}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_exit_codes_of_the_process() -> None:
    assert _tdm1("--version").returncode == 0
    wrong = _tdm1("explain", "clearence")
    assert wrong.returncode == 2 and wrong.stdout == "" and wrong.stderr.count("\n") == 1


def test_a_terminal_without_unicode_still_gets_its_text() -> None:
    done = _tdm1("explain", "M9", PYTHONIOENCODING="ascii", TERM="dumb", COLUMNS="80")
    assert done.returncode == 0 and "platelets 25 to under 50" in done.stdout


def test_a_reader_that_leaves_is_no_error() -> None:
    code = "import sys; from tdm1.cli import main; sys.exit(main(['explain', 'clearance']))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == "" and process.wait() == 0
