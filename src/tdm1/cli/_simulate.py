"""`tdm1 simulate`: a regimen without a trial around it, as a table, JSON or a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tdm1.cli._screen import note, print_json, progress, stdout


@dataclass(frozen=True, slots=True)
class Request:
    """What to simulate: dose in mg/kg, days between doses, number of doses, weight in kg (None: the population's).

    `settings` are other values for facts, as text with a unit; `drug` a drug to follow through its whole mechanism.
    """

    dose_mg_per_kg: float
    every_days: float
    cycles: int
    weight_kg: float | None
    patients: int
    observe: tuple[str, ...]
    times_day: tuple[float, ...] | None
    seed: int | None
    settings: dict[str, str] = field(default_factory=dict[str, str])
    drug: str | None = None


def run_simulation(request: Request, *, plot: Path | None, as_json: bool) -> None:
    """Simulate and show. Raises the input errors of `tdm1.trial` and PictureError; both mean bad input."""
    from tdm1 import trial
    from tdm1.evidence import drugs
    from tdm1.report import as_json as forms
    from tdm1.report import simulation, terminal

    if plot is not None:
        simulation.check_picture_file(plot)
    seed = {} if request.seed is None else {"seed": request.seed}
    with progress("simulate") as report:
        report(0.0, "solving")
        result = trial.simulate(
            dose_mg_per_kg=request.dose_mg_per_kg,
            every_days=request.every_days,
            cycles=request.cycles,
            weight_kg=request.weight_kg,
            patients=request.patients,
            observe=request.observe,
            times_day=request.times_day,
            settings=request.settings,
            drug=request.drug,
            **seed,
        )
        if plot is not None:
            report(1.0, "drawing")
            simulation.draw(
                result, plot, dose_mg_per_kg=request.dose_mg_per_kg, every_days=request.every_days,
                drug=request.drug or "t_dm1",
            )
    if as_json:
        print_json(forms.simulation_json(result))
    else:
        terminal.print_simulation(result, stdout())
    if request.drug is not None:
        note(f"the whole mechanism of {request.drug} (model full_{request.drug}), in patients like those of EMILIA")
        for caution in drugs.drug(request.drug).cautions:
            note(f"! {caution}")
    if result.failed_solves:
        note(f"warning: {result.failed_solves} of {request.patients} patients could not be solved and are left out")
    if plot is not None:
        note(f"written: {plot}")
