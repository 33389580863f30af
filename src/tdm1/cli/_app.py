"""The commands, their options and their help texts. What they do stands in the modules they import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="tdm1",
    help="T-DM1 (ado-trastuzumab emtansine) made executable: research software, not a medical device.",
    epilog="Start with: tdm1 trial emilia",
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain help: it reads well on every terminal, and drawing it with rich would cost half the start-up time.
    rich_markup_mode=None,
)
schema_app = typer.Typer(help="Print the JSON Schema of a file that tdm1 reads.")
app.add_typer(schema_app, name="schema")

Seed = Annotated[
    int | None, typer.Option(help="Seed of the random streams; the same seed gives the same numbers.", min=0)
]
Patients = Annotated[
    int | None, typer.Option(help="Number of virtual patients; the first N are always the same people.", min=1)
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="FACT=VALUE", help="Another value for a fact, with its unit; may be given several times."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, to standard output.")]


def _version(wanted: bool) -> None:
    if wanted:
        from tdm1 import __version__

        typer.echo(f"tdm1 {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command(epilog="Example: tdm1 trial emilia --patients 200 --seed 1 --out runs/emilia")
def trial(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME|FILE", help="A built-in trial (emilia) or a trial file.", show_default=False),
    ] = None,
    patients: Patients = None,
    seed: Seed = None,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; the numbers do not depend on it.", min=1)
    ] = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Let the workers of this Dask scheduler do it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write tables, manifest and report to this new folder.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Finish a run to this folder that was ended before it was whole.")
    ] = None,
    json: Json = False,
) -> None:
    """Run a virtual trial and compare it with what was published.

    With --out, finished chunks of patients lie in DIR.part until the run is whole; --resume DIR goes on from them.
    """
    from tdm1.cli._trial import run_trial

    run_trial(
        name, patients=patients, seed=seed, workers=workers, dask=dask, out=out, resume=resume, as_json=json
    )


@app.command(
    short_help="Simulate a regimen without a trial around it.",
    epilog="Example: tdm1 simulate --dose-mg-per-kg 3.6 --cycles 2 --observe conjugate,platelets --plot band.svg",
)
def simulate(
    drug: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Follow a drug (t_dm1, trastuzumab, t_dxd) through its whole mechanism; left out: T-DM1 as in trials.",
        ),
    ] = None,
    dose_mg_per_kg: Annotated[
        float | None, typer.Option(help="Dose, mg per kg of body weight; 3.6 for T-DM1, needed for another drug.")
    ] = None,
    every_days: Annotated[float, typer.Option(help="Days between doses.")] = 21.0,
    cycles: Annotated[int, typer.Option(help="Number of doses.", min=1)] = 4,
    weight_kg: Annotated[float, typer.Option(help="Body weight of every patient, kg.")] = 70.0,
    patients: Annotated[int, typer.Option(help="Number of virtual patients.", min=1)] = 500,
    observe: Annotated[str, typer.Option(help="What to observe, with commas between the names.")] = "conjugate",
    times_day: Annotated[
        str | None, typer.Option(help="Days to observe at, with commas between; left out: a regular grid.")
    ] = None,
    seed: Seed = None,
    settings: Settings = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the bands to a .png, .svg or .html file.")
    ] = None,
    json: Json = False,
) -> None:
    """Simulate a regimen without a trial around it: median and 5 to 95 % band of each observation."""
    from tdm1.cli._simulate import Request, run_simulation
    from tdm1.cli._values import dose_of, names, positive, times
    from tdm1.cli._values import settings as read_settings

    request = Request(
        dose_mg_per_kg=dose_of(drug, dose_mg_per_kg),
        every_days=positive("--every-days", every_days),
        cycles=cycles,
        weight_kg=positive("--weight-kg", weight_kg),
        patients=patients,
        observe=names("--observe", observe),
        times_day=times("--times-day", times_day),
        seed=seed,
        settings=read_settings("--set", settings),
        drug=drug,
    )
    run_simulation(request, plot=plot, as_json=json)


@app.command(
    short_help="Compare regimens on the same patients.",
    epilog="Example: tdm1 compare emilia '3.6 mg/kg q3w' '2.4 mg/kg qw' '3.6 mg/kg q3w x4 then trastuzumab' --out cmp",
)
def compare(
    name: Annotated[str, typer.Argument(metavar="TRIAL", help="A built-in trial (emilia) or a trial file (YAML).")],
    regimens: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="REGIMEN…",
            help="Regimens such as '3.0 mg/kg q3w', or arms of the trial; the first is the reference.",
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read more regimens from this YAML list.")
    ] = None,
    patients: Annotated[
        int | None, typer.Option(help="Number of virtual patients, the same under every regimen.", min=2)
    ] = None,
    seed: Seed = None,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; the numbers do not depend on it.", min=1)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write page, picture and tables to this new folder.")
    ] = None,
    json: Json = False,
) -> None:
    """Treat the same patients with each regimen: efficacy against toxicity, differences, numbers needed."""
    from tdm1.cli._compare import run_compare

    run_compare(
        name, regimens or [], file=file, patients=patients, seed=seed, workers=workers, out=out, as_json=json
    )


@app.command(short_help="Say what a number, rule or term is.", epilog="Example: tdm1 explain clearance")
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A fact (clearance), a rule (M9), a term (nadir) or a topic (mechanism, covariates)."
        ),
    ],
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw a topic to a .png, .svg or .html file.")
    ] = None,
    drug: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of the mechanism: which drug; left out: t_dm1.")
    ] = None,
    dose_mg_per_kg: Annotated[
        float | None, typer.Option(help="Of the mechanism: its dose; needed for other drugs than T-DM1.")
    ] = None,
    json: Json = False,
) -> None:
    """Print what is known of a number, a label rule or a term, and where it comes from; or compute a topic."""
    from tdm1.cli._explain import run_explain

    run_explain(name, plot=plot, as_json=json, drug=drug, dose_mg_per_kg=dose_mg_per_kg)


@app.command(short_help="Fit unknown parameters to published data.", epilog="Example: tdm1 calibrate emilia")
def calibrate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="emilia, lines, plasma, platelets or control.")],
    patients: Patients = None,
    seed: Seed = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the fitted facts to this new file.")] = None,
    json: Json = False,
) -> None:
    """Fit the parameters that no paper gives to named published data."""
    from tdm1.cli._calibrate import run_calibration

    run_calibration(name, patients=patients, seed=seed, out=out, as_json=json)


@app.command(
    short_help="Compare everything with what was published.",
    epilog="Example: tdm1 qualify --trials emilia,courses --out runs/qualify",
)
def qualify(
    trials: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Built-in trials and `courses`, with commas; left out: all.")
    ] = None,
    patients: Annotated[
        int | None, typer.Option(help="Virtual patients of each trial; left out: each at its own size.", min=1)
    ] = None,
    seed: Seed = None,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; the numbers do not depend on it.", min=1)
    ] = None,
    tests: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Test results (JUnit XML) for the credibility table.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write qualification.html and .json to this new folder.")
    ] = None,
    json: Json = False,
) -> None:
    """Run every comparison with published results and report it, failures first. Rows outside are no error."""
    from tdm1.cli._qualify import Request, run_qualification
    from tdm1.cli._values import names

    chosen = None if trials is None else names("--trials", trials)
    request = Request(trials=chosen, patients=patients, seed=seed, workers=workers, tests=tests, out=out)
    run_qualification(request, as_json=json)


@schema_app.command("trial", epilog="Example: tdm1 schema trial > trial.schema.json")
def schema_trial() -> None:
    """Print the JSON Schema of a trial file, with a description and a unit for every field."""
    from tdm1.cli._schema import print_trial_schema

    print_trial_schema()


@schema_app.command("person", epilog="Example: tdm1 schema person > person.schema.json")
def schema_person() -> None:
    """Print the JSON Schema of a person's record, the file that `tdm1 check` reads."""
    from tdm1.cli._schema import print_person_schema

    print_person_schema()
