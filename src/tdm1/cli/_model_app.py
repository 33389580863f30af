"""The commands about the models themselves: sensitivity and export. What they do stands in the modules they import.

`app` is the command line of `_app` with these commands added to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tdm1.cli._app import Json, Seed, Settings, app

__all__ = ["app"]


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
            "tumour_payload, her2_rich_payload, tumour_kill, platelet_nadir, neutrophil_nadir, haemoglobin_nadir, "
            "alt_peak, ast_peak, bilirubin_peak, potassium_nadir, lvef_fall, nerve_exposure; left out: the usual ones.",
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


@app.command(
    short_help="Write a model as SBML or LaTeX.",
    epilog="Example: tdm1 export sbml t_dm1 --dose-mg-per-kg 3.6 --every-days 21 --cycles 2 --out t_dm1.xml",
)
def export(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="sbml (Level 3) or latex (the equations).")],
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A shipped model, such as t_dm1 or t_dm1_plasma.")],
    set_facts: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FACT=VALUE", help="Another value for a fact, in its unit; may be repeated."),
    ] = None,
    dose_mg_per_kg: Annotated[
        float | None, typer.Option(help="Write infusions of this dose as events; left out: rates stay 0.")
    ] = None,
    every_days: Annotated[float | None, typer.Option(help="Days between doses; left out: the label's.")] = None,
    cycles: Annotated[int | None, typer.Option(help="Number of doses; left out: one.", min=1)] = None,
    drug_input: Annotated[
        str | None, typer.Option(metavar="INPUT", help="The model's input that is dosed; left out: infusion.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this new file.")] = None,
) -> None:
    """Write a shipped model, with the reference patient's values, for other tools. Printed without --out."""
    from tdm1.cli._export import Request, run_export

    request = Request(
        format=format,
        model=model,
        set_facts=tuple(set_facts or ()),
        dose_mg_per_kg=dose_mg_per_kg,
        every_days=every_days,
        cycles=cycles,
        drug=drug_input,
    )
    run_export(request, out=out)
