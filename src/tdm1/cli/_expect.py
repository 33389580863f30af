"""`tdm1 expect`: what to expect for a person like this one, in plain words, JSON, or a page to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tdm1.cli._screen import note, print_json, progress, stdout
from tdm1.cli._values import OptionError

_YES_NO = {"yes": 1.0, "no": 0.0}


def covariates(option: str, given: Sequence[str]) -> dict[str, float]:
    """Covariates from `NAME=VALUE` texts: numbers in the unit of the register, or yes and no.

    Raises OptionError, naming the text, for one that is none of these or given twice.
    """
    found: dict[str, float] = {}
    for one in given:
        name, sign, value = (part.strip() for part in one.partition("="))
        if not sign or not name:
            raise OptionError(f"{option} '{one}' is no covariate; write NAME=VALUE such as age_year=61")
        if name in found:
            raise OptionError(f"{option} gives {name} twice; give it once")
        try:
            found[name] = _YES_NO[value.lower()] if value.lower() in _YES_NO else float(value)
        except ValueError:
            raise OptionError(f"{option} {name}: '{value}' is no number; write a number, yes or no") from None
    return found


def run_expect(
    setting: str, known: Mapping[str, float], *, patients: int | None = None, seed: int | None = None,
    survival: bool = False, out: Path | None = None, as_json: bool = False,
) -> None:
    """Forecast for people who share `known` (see `covariates`), in the metastatic or the early setting.

    out        new file for the page (.html)
    survival   tell how long people live, too
    Raises ForecastError, PopulationError and OptionError; all mean bad input.
    """
    from tdm1 import forecast
    from tdm1.report import expect_page, expect_terminal

    if out is not None and out.suffix != ".html":
        raise OptionError(f"--out {out} is no page; name a file that ends in .html")
    if out is not None and out.exists():
        raise OptionError(f"--out {out} is there already; name a new file")
    if out is not None and not out.parent.is_dir():
        raise OptionError(f"--out {out}: there is no folder {out.parent}; make it first")
    seeded = {} if seed is None else {"seed": seed}
    with progress("expect") as report:
        found = forecast.expect(setting, known, patients=patients, progress=report, **seeded)
    if out is not None:
        out.write_text(expect_page.page(found, finished=datetime.now(UTC), survival=survival), "utf-8")
    if as_json:
        print_json(found.as_dict(survival=survival))
    else:
        expect_terminal.print_expectation(found, stdout(), survival=survival)
    if found.failed_solves:
        note(f"warning: {found.failed_solves} of {found.patients} people could not be solved and are left out")
    if out is not None:
        note(f"written: {out}")
