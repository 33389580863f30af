"""The commands for one person: check, plan, symptoms, expect, serve. What they do stands in the modules they import.

`app` is the whole command line: that of `_app` with these commands added to it.
"""

from __future__ import annotations

from typing import Annotated

import typer

from tdm1.cli._app import Json, app

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
