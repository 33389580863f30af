"""`tdm1 explain mechanism`: where a drug and its payload are day by day, and why other cells are spared."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tdm1.cli._screen import note, print_json, progress, stdout

if TYPE_CHECKING:
    from tdm1.trial.mechanism_story import Story


def run_mechanism(*, drug: str | None, dose_mg_per_kg: float | None, plot: Path | None, as_json: bool) -> None:
    """Compute and show the story. Raises InputError or PictureError, which mean bad input."""
    from tdm1.cli._values import dose_of
    from tdm1.report import mechanism, selectivity, simulation
    from tdm1.trial.mechanism_story import story
    from tdm1.trial.selectivity import selectivity as compare_cells

    name = drug or "t_dm1"
    if plot is not None:
        simulation.check_picture_file(plot)
    with progress("explain mechanism") as report:
        report(0.0, "solving")
        dose = dose_of(name, dose_mg_per_kg)
        found = story(name, dose_mg_per_kg=dose)
        carries = any(level.id == "payload" for level in found.levels)
        page = plot is not None and plot.suffix.lower() == ".html"
        cells = None
        if carries and (page or as_json):
            report(0.4, "cells with more and less HER2")
            cells = [compare_cells(name, setting=setting, dose_mg_per_kg=dose) for setting in ("vessel", "tissue")]
        if plot is not None:
            report(0.9, "drawing")
            _draw(found, None if cells is None else selectivity.view(*cells), plot)
    if as_json:
        compared = None if cells is None else [selectivity.as_json(one) for one in cells]
        print_json(mechanism.as_json(found) | {"selectivity": compared})
    else:
        mechanism.print_story(found, stdout())
    if plot is not None:
        note(f"written: {plot}")


def _draw(found: Story, cells: dict[str, Any] | None, plot: Path) -> None:
    from tdm1.report import mechanism_page
    from tdm1.report.pictures import mechanism as picture
    from tdm1.report.simulation import PictureError

    try:
        if plot.suffix.lower() == ".html":
            text = mechanism_page.page(found, selectivity=cells, finished=datetime.now())
            plot.write_text(text, "utf-8")
        else:
            picture.draw(found, plot)
    except OSError as error:
        raise PictureError(f"--plot {plot}: the file cannot be written: {error}") from error
