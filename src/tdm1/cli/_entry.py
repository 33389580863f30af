"""Runs the command line and turns every error into one line and an exit code.

Exit 0: fine. Exit 2: bad input (one line says what and how to mend it). Exit 1: a fault of ours.
Exit 130: stopped by the user.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

FINE, FAULT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def one_line(text: object) -> str:
    """`text` with every run of white space, line ends included, as one space."""
    return " ".join(str(text).split())


def is_bad_input(error: BaseException) -> bool:
    """True for a ValueError class that this package defines: only those speak to the user.

    A ValueError of a library is not trusted to be about the user's input; it counts as our fault.
    """
    return isinstance(error, ValueError) and type(error).__module__.split(".")[0] == "tdm1"


def _complain(text: str) -> None:
    print(f"tdm1: {one_line(text)}", file=sys.stderr)


def _report_fault(error: BaseException) -> int:
    from tdm1 import __version__

    if os.environ.get("TDM1_TRACEBACK"):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    _complain(
        f"a fault of ours: {type(error).__name__}: {error}. Please report this line, the command and tdm1 "
        f"{__version__}; "
        "TDM1_TRACEBACK=1 shows where it happened"
    )
    return FAULT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `tdm1` with `arguments` (those of the process when None) and return the exit code."""
    import typer

    from tdm1.cli._person_app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets `?`, not a crash.
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(args=given or ["--help"], prog_name="tdm1", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else FINE
    except typer.TyperException as error:
        # Usage errors: typer's own words, which name the nearest option or command.
        _complain(error.format_message() or "see tdm1 --help")
        return BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        _complain("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of the pipe left (`tdm1 … | head`): not an error, but nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except Exception as error:
        if is_bad_input(error):
            if os.environ.get("TDM1_TRACEBACK"):
                import traceback

                traceback.print_exception(error, file=sys.stderr)
            _complain(str(error))
            return BAD_INPUT
        return _report_fault(error)
