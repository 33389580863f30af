"""`tdm1 explain covariates`: who differs, as a table, JSON or a forest plot."""

from __future__ import annotations

from pathlib import Path

from tdm1.cli._screen import note, print_json, progress, stdout


def run_covariates(*, plot: Path | None, as_json: bool) -> None:
    """Compute and show the effects of covariates. Raises PictureError, which means bad input, for a bad `plot`."""
    from tdm1.report import covariates, covariates_picture, simulation
    from tdm1.trial.covariate_effects import covariate_effects

    if plot is not None:
        simulation.check_picture_file(plot)
    with progress("explain covariates") as report:
        report(0.0, "solving")
        found = covariate_effects()
        if plot is not None:
            report(1.0, "drawing")
            covariates_picture.draw(found, plot)
    if as_json:
        print_json(covariates.as_json(found))
    else:
        covariates.print_terminal(found, stdout())
    if plot is not None:
        note(f"written: {plot}")
