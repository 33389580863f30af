"""`tdm1 export`: a shipped model as SBML or LaTeX, with the values of the reference patient."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tdm1.cli._screen import note
from tdm1.cli._values import OptionError, positive, settings

if TYPE_CHECKING:
    from tdm1.interop.sbml import Course
    from tdm1.mechanism import Model

FORMATS = ("sbml", "latex")


@dataclass(frozen=True, slots=True)
class Request:
    """What to export. Without a dose the infusion rates are left to the user of the file."""

    format: str
    model: str
    set_facts: tuple[str, ...]
    dose_mg_per_kg: float | None
    every_days: float | None
    cycles: int | None
    drug: str | None


def run_export(request: Request, *, out: Path | None) -> None:
    """Write the file, or print it. Raises OptionError, InputError and SbmlError; all mean bad input."""
    from tdm1 import evidence

    if request.format not in FORMATS:
        hint = evidence.nearest(request.format, FORMATS)
        raise OptionError(f"there is no format '{request.format}'{hint} (known: {', '.join(FORMATS)})")
    if request.dose_mg_per_kg is not None:
        positive("--dose-mg-per-kg", request.dose_mg_per_kg)
    if out is not None and (out.exists() or not out.absolute().parent.is_dir()):
        raise OptionError(f"--out {out}: name a new file in a folder that exists")
    text = _text(request)
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OptionError(f"--out {out}: the file cannot be written: {error}") from error
    note(f"written: {out}")


def _text(request: Request) -> str:
    from tdm1.trial.sensitivity.analysis import model_called

    model = model_called(request.model)
    if request.format == "latex":
        _refuse_options_of_sbml(request)
        from tdm1.interop import latex

        return latex.document(model)
    if request.dose_mg_per_kg is None:
        _refuse_options_of_a_course(request)
    from tdm1.interop import sbml

    changed = _facts(model, request.set_facts)
    values, dose_mg = reference_values(model, changed, request.dose_mg_per_kg or 0.0)
    course = None if request.dose_mg_per_kg is None else _course(request, dose_mg)
    return sbml.document(model, values, course, changed_facts=changed)


def _facts(model: Model, items: tuple[str, ...]) -> dict[str, float]:
    """Other values for facts of the model, from `FACT=VALUE` items. Raises OptionError for one that cannot be."""
    from tdm1.trial.overrides import replaced_all

    given = settings("--set", list(items))
    try:
        return replaced_all(model, given)
    except ValueError as error:
        raise OptionError(f"--set {error}") from error


def reference_values(
    model: Model, changed: dict[str, float], dose_mg_per_kg: float
) -> tuple[dict[str, float], float]:
    """Parameters of the model's reference patient by name, and her dose (mg), with other values for some facts.

    Raises OptionError for a fact that the reference patient's own covariate stands in for: the change would be lost
    without a word.
    """
    from tdm1 import evidence
    from tdm1.trial.sensitivity.reference import reference

    before, dose_mg = reference(model, dose_mg_per_kg)
    with evidence.what_if(changed):
        after, dose_mg = reference(model, dose_mg_per_kg)
    for fact, value in changed.items():
        using = [place for place, parameter in enumerate(model.parameter_table) if parameter.fact == fact]
        if value != evidence.fact(fact).value and all(before[place] == after[place] for place in using):
            raise OptionError(
                f"--set {fact}: the reference patient gives '{model.parameters[using[0]]}' a value of her own "
                f"({after[using[0]]:g}); change it in the exported file"
            )
    return dict(zip(model.parameters, map(float, after), strict=True)), dose_mg


def _course(request: Request, dose_mg: float) -> Course:
    from tdm1 import evidence
    from tdm1.interop.sbml import Course

    every = evidence.value("label.us.cycle", "day") if request.every_days is None else request.every_days
    return Course(
        dose_mg=dose_mg,
        every_days=positive("--every-days", every),
        cycles=1 if request.cycles is None else request.cycles,
        first_infusion_days=evidence.value("label.us.infusion_first", "min") / (24 * 60),
        later_infusion_days=evidence.value("label.us.infusion_later", "min") / (24 * 60),
        **({} if request.drug is None else {"drug": request.drug}),
    )


def _refuse_options_of_a_course(request: Request) -> None:
    for option, value in (
        ("--every-days", request.every_days), ("--cycles", request.cycles), ("--drug-input", request.drug)
    ):
        if value is not None:
            raise OptionError(f"{option} describes doses; give --dose-mg-per-kg with it")


def _refuse_options_of_sbml(request: Request) -> None:
    if request.set_facts or request.dose_mg_per_kg is not None:
        raise OptionError("the equations as LaTeX hold no values; leave out --set and --dose-mg-per-kg, or export sbml")
    _refuse_options_of_a_course(request)
