"""The command `tdm1 sensitivity` with its options and help texts; `_app` imports it, and it adds itself to `app`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tdm1.cli._app import Json, Seed, Settings, app


@app.command(
    short_help="Which output moves with which parameter.",
    epilog="Example: tdm1 sensitivity --outputs tumour_kill,platelet_nadir --samples 256 --out sensitivity",
)
def sensitivity(
    model: Annotated[str, typer.Option(help="A shipped model, such as t_dm1 or t_dm1_plasma.")] = "t_dm1",
    outputs: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Outputs that the model has, with commas: conjugate_auc, conjugate_peak, conjugate_trough, "
            "antibody_trough, dm1_peak, payload_peak, mean_dar, liver_exposure, megakaryocyte_exposure, "
            "tumour_payload, tumour_kill, platelet_nadir, neutrophil_nadir, haemoglobin_nadir, alt_peak, ast_peak, "
            "bilirubin_peak, potassium_nadir, lvef_fall, nerve_exposure; left out: the usual ones.",
        ),
    ] = None,
    method: Annotated[str, typer.Option(help="local (elasticities), sobol (shares of variance) or both.")] = "both",
    samples: Annotated[
        int, typer.Option(help="Rows of the Sobol' sequence, a power of two; each is solved once a parameter.")
    ] = 512,
    dose_mg_per_kg: Annotated[
        float | None, typer.Option(help="Dose, mg per kg of body weight; left out: the label's.")
    ] = None,
    every_days: Annotated[float | None, typer.Option(help="Days between doses; left out: the label's.")] = None,
    cycles: Annotated[int, typer.Option(help="Number of doses.", min=1)] = 2,
    top: Annotated[int, typer.Option(help="Parameters shown for each output.", min=1)] = 15,
    settings: Settings = None,
    seed: Seed = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write page, pictures and tables to this new folder.")
    ] = None,
    json: Json = False,
) -> None:
    """Rank the parameters by what they do to each output of the reference patient: local and Sobol indices."""
    from tdm1.cli._sensitivity import Request, run_sensitivity
    from tdm1.cli._values import names, positive
    from tdm1.cli._values import settings as read_settings

    request = Request(
        model=model,
        outputs=None if outputs is None else names("--outputs", outputs),
        method=method,
        samples=samples,
        dose_mg_per_kg=None if dose_mg_per_kg is None else positive("--dose-mg-per-kg", dose_mg_per_kg),
        every_days=None if every_days is None else positive("--every-days", every_days),
        cycles=cycles,
        top=top,
        seed=seed,
        settings=read_settings("--set", settings),
    )
    run_sensitivity(request, out=out, as_json=json)
