"""The commands for one person: check, plan, symptoms, expect, serve. What they do stands in the modules they import.

`app` is the whole command line: that of `_model_app` with these commands added to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tdm1.cli._app import Json, Patients, Seed
from tdm1.cli._model_app import app

__all__ = ["app"]

On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Day of the question; left out: today.")]
Region = Annotated[
    str | None, typer.Option(metavar="NAME", help="Whose label text is asked: US, EU or England; left out: US.")
]


@app.command(
    short_help="May this person have the drug, and the next dose?",
    epilog="Example: tdm1 check low_platelets",
)
def check(
    patient: Annotated[
        str,
        typer.Argument(metavar="PATIENT", help="A record (tdm1 schema person), FHIR bundle, example, or - for a pipe."),
    ],
    on: On = None,
    region: Region = None,
    json: Json = False,
) -> None:
    """Say whether the label's indication holds, what must be known, and what its rules say of the next dose."""
    from tdm1.cli._check import run_check

    run_check(patient, on=on, region=region, as_json=json)


@app.command(
    short_help="The course as a calendar, and how to make up a dose.",
    epilog="Example: tdm1 plan --setting early --start 2026-12-01 --weight-kg 64 --sex female --prepare",
)
def plan(
    start: Annotated[str, typer.Option(metavar="DATE", help="Day of the first dose.")],
    setting: Annotated[str, typer.Option(help="metastatic or early.")] = "metastatic",
    region: Annotated[str, typer.Option(help="US, EU or England.")] = "US",
    weight_kg: Annotated[float | None, typer.Option(help="Body weight for the milligrams, kg.")] = None,
    level_mg_per_kg: Annotated[float | None, typer.Option(help="Dose level; left out: the full dose.")] = None,
    cycles: Annotated[int | None, typer.Option(help="Doses to show; needed in metastatic disease.", min=1)] = None,
    given: Annotated[
        str | None,
        typer.Option(metavar="DOSES", help="Doses given so far: DATE, DATE:LEVEL or DATE:LEVEL:reaction, with commas."),
    ] = None,
    missed: Annotated[
        str | None, typer.Option(metavar="DATES", help="Missed days, each with the day it was made good: DATE:DATE,…")
    ] = None,
    lvef: Annotated[str | None, typer.Option(metavar="DATES", help="Days of heart tests so far, with commas.")] = None,
    sex: Annotated[str | None, typer.Option(help="female or male, for the end of contraception.")] = None,
    no_pregnancy_possible: Annotated[
        bool, typer.Option("--no-pregnancy-possible", help="Leave contraception out.")
    ] = False,
    last_dose: Annotated[
        bool, typer.Option("--last-dose", help="The last dose shown is the last one planned.")
    ] = False,
    ics: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a calendar file (.ics).")] = None,
    sheet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the preparation sheet to print (.html).")
    ] = None,
    prepare: Annotated[bool, typer.Option("--prepare", help="Print the preparation sheet of the next dose.")] = False,
    json: Json = False,
) -> None:
    """List infusions, blood tests, heart tests and the end of contraception; a missed dose moves what follows."""
    from tdm1.cli._plan import Request, run_plan

    request = Request(
        setting=setting, region=region, start=start, weight_kg=weight_kg, level_mg_per_kg=level_mg_per_kg,
        cycles=cycles, given=given, missed=missed, lvef=lvef, sex=sex, ics=ics, prepare=prepare, sheet=sheet,
        could_become_pregnant=not no_pregnancy_possible, last_dose=last_dose,
    )
    run_plan(request, as_json=json)


@app.command(
    short_help="Of 100 people like one: what to expect.",
    epilog="Example: tdm1 expect early --known age_year=52 --known weight_kg=64 --out expect.html",
)
def expect(
    setting: Annotated[str, typer.Argument(metavar="SETTING", help="metastatic or early.")],
    known: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What is known of the person; may be repeated.")
    ] = None,
    patients: Patients = None,
    seed: Seed = None,
    survival: Annotated[bool, typer.Option("--survival", help="Show how long people live, too.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with pictures to this file.")] = None,
    json: Json = False,
) -> None:
    """Simulate people like one and say in plain words what of 100 of them had, beside what the trial saw."""
    from tdm1.cli._expect import covariates, run_expect

    run_expect(
        setting, covariates("--known", known or []), patients=patients, seed=seed, survival=survival, out=out,
        as_json=json,
    )


@app.command(
    short_help="How soon to call about what one feels.",
    epilog='Example: tdm1 symptoms "my gums bleed and I have a fever of 38.4"',
)
def symptoms(
    words: Annotated[list[str], typer.Argument(metavar="WORDS…", help="What the person feels, in plain words.")],
    temperature_c: Annotated[
        float | None, typer.Option(help="Measured body temperature, °C; it may stand in the words, too.")
    ] = None,
    days_since_dose: Annotated[
        int | None, typer.Option(help="Whole days since the last infusion.", min=0)
    ] = None,
    json: Json = False,
) -> None:
    """Say whether to call at once, today, or to tell at the next visit, why, and what may help."""
    from tdm1.cli._symptoms import run_symptoms

    run_symptoms(words, temperature_c=temperature_c, days_since_dose=days_since_dose, as_json=json)


@app.command(
    short_help="The web page and the services for a clinic's system.",
    epilog="Example: tdm1 serve --port 8000",
)
def serve(
    host: Annotated[str, typer.Option(help="Address to serve on; this machine alone by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to serve on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Number of processes.", min=1)] = 1,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings: trusted clients, limits, names (YAML or JSON).")
    ] = None,
    without_tokens: Annotated[
        bool, typer.Option("--without-tokens", help="Serve other machines although no trusted clients are set.")
    ] = False,
) -> None:
    """Serve three doors (what to expect, next dose, explore), an HTTP interface and CDS Hooks, until Ctrl-C."""
    from tdm1.cli._serve import run_serve

    run_serve(host, port, workers, config, without_tokens=without_tokens)
