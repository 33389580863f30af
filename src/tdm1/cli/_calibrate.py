"""`tdm1 calibrate`: fit the parameters that no paper gives, and show what changed."""

from __future__ import annotations

from pathlib import Path

from tdm1.cli._screen import note, print_json, progress, stdout
from tdm1.cli._values import OptionError


def run_calibration(name: str, *, patients: int | None, seed: int | None, out: Path | None, as_json: bool) -> None:
    """Run the calibration `name`, show the result, and write the fact file to `out`.

    Raises the input errors of `tdm1.trial`, and OptionError when `out` exists; both mean bad input.
    """
    from tdm1 import trial
    from tdm1.report import as_json as forms
    from tdm1.report import terminal

    if out is not None and (out.exists() or not out.absolute().parent.is_dir()):
        raise OptionError(f"--out {out}: name a new file in a folder that exists")
    with progress(f"calibrate {name}") as report:
        result = trial.calibrate(name, patients=patients, seed=seed, progress=report)
    if as_json:
        print_json(forms.calibration_json(name, result))
    else:
        terminal.print_calibration(result, stdout())
    if out is not None:
        try:
            out.write_text(result.facts_yaml, encoding="utf-8")
        except OSError as error:
            raise OptionError(f"--out {out}: the file cannot be written: {error}") from error
        note(f"written: {out}; these are facts, to be put in place of the file of the same subject")
