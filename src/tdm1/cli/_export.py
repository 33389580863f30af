"""`tdm1 export`: a shipped model as SBML or LaTeX, with the values of the reference patient."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tdm1.cli._screen import note
from tdm1.cli._values import OptionError

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
    """Write the file, or print it. Raises OptionError, ParameterError and SbmlError; all mean bad input."""
    from tdm1 import evidence

    if request.format not in FORMATS:
        hint = evidence.nearest(request.format, FORMATS)
        raise OptionError(f"there is no format '{request.format}'{hint} (known: {', '.join(FORMATS)})")
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
    model = _model(request.model)
    if request.format == "latex":
        _refuse_options_of_sbml(request)
        from tdm1.interop import latex

        return latex.document(model)
    from tdm1.interop import sbml

    changed = facts_from(request.set_facts)
    course = None if request.dose_mg_per_kg is None else _course(request, request.dose_mg_per_kg)
    if course is None:
        _refuse_options_of_a_course(request)
    return sbml.document(model, reference_values(model, changed), course, changed_facts=changed)


def _model(name: str) -> Model:
    from tdm1 import evidence, mechanism

    known = {model.name: model for model in mechanism.shipped()}
    if name not in known:
        raise OptionError(f"there is no model '{name}'{evidence.nearest(name, known)} (known: {', '.join(known)})")
    return known[name]


def facts_from(settings: tuple[str, ...]) -> dict[str, float]:
    """Facts and their other values from `FACT=VALUE` texts. Raises OptionError for one that is not like that."""
    found: dict[str, float] = {}
    for text in settings:
        name, equals, number = (part.strip() for part in text.partition("="))
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if not equals or not name or not abs(value) < float("inf"):
            raise OptionError(f"--set '{text}' is not FACT=VALUE with a finite number (example: tumour.kill_rate=0.2)")
        if name in found:
            raise OptionError(f"--set gives '{name}' twice; give it once")
        found[name] = value
    return found


def reference_values(model: Model, changed: dict[str, float]) -> dict[str, float]:
    """Parameters of the typical patient with reference covariates, by name.

    `changed` replaces facts of the model's parameters. Raises ParameterError for another fact, and OptionError for
    one that the reference patient's own covariate stands in for, where the change would be lost without a word.
    """
    from tdm1 import evidence
    from tdm1.population.individual import typical

    typical(model, changed)  # refuses a fact that no parameter of the model names
    before = _values(model)
    if not changed:
        return before
    with evidence.what_if(changed):
        after = _values(model)
    for fact, value in changed.items():
        using = [parameter.name for parameter in model.parameter_table if parameter.fact == fact]
        if value != evidence.fact(fact).value and all(before[one] == after[one] for one in using):
            raise OptionError(
                f"--set {fact}: the reference patient gives '{', '.join(using)}' a value of her own "
                f"({after[using[0]]:g}); change it in the exported file"
            )
    return after


def _values(model: Model) -> dict[str, float]:
    from tdm1.trial.simulate import reference_patient

    who, _ = reference_patient(model, 0.0)
    return dict(zip(model.parameters, map(float, who.values[0]), strict=True))


def _course(request: Request, dose_mg_per_kg: float) -> Course:
    from tdm1 import evidence
    from tdm1.cli._values import positive
    from tdm1.interop.sbml import Course

    dose = positive("--dose-mg-per-kg", dose_mg_per_kg)
    weight_kg = evidence.value("plasma.covariate.weight_reference", "kg")
    every = evidence.value("label.us.cycle", "day") if request.every_days is None else request.every_days
    return Course(
        dose_mg=dose * weight_kg,
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
