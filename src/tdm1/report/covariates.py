"""Covariate effects on exposure as JSON and as a table for a terminal; the picture stands in `covariates_picture`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdm1.report.behind_a_run import MARKS
from tdm1.report.explanation import cited

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from tdm1.trial.covariate_effects import CovariateEffects, Effect
    from tdm1.trial.covariate_published import Level

#: What a reader must know before using the numbers.
CAUTIONS = (
    "Lu 2014's printed clearances come from the same model as ours: agreement checks our chain, from covariates to "
    "the solved equations, not the model.",
    "The papers at hand print no standard errors of these effects, so none are shown. The range given beside a printed "
    "value is what the rounding of its digits leaves open.",
    "All six at their worst at once are far rarer than 1 patient in 20; the spread of the six as they occur together "
    "says how far virtual patients differ by them.",
    "Troughs vary too widely where patients differ by more than the six: Lu 2014's spread of the two distribution "
    "parameters is wide and strongly shrunken, so the data say little of it.",
    "Exposure is that to the conjugate. DM1, total antibody, effect and harm are not in it.",
)
_MEASURES = ("auc_steady", "cmax_steady", "trough_steady")


def level_in_words(at: Level) -> str:
    """The value of a percentile with its unit; a mark says that it is that of our virtual patients."""
    return f"{at.value:.3g} {at.covariate.unit}{'' if at.published else '*'}"


def band() -> tuple[float, float]:
    """Ends of the band that is drawn as like the reference patient's exposure."""
    from tdm1 import evidence

    return evidence.value("covariate_effects.band_lower", "1"), evidence.value("covariate_effects.band_upper", "1")


def _effect_json(effect: Effect) -> dict[str, Any]:
    at, printed = effect.level, effect.printed
    return {
        "covariate": at.covariate.name,
        "words": at.covariate.words,
        "percentile": at.percentile,
        "value": at.value,
        "unit": at.covariate.unit,
        "percentile_of": "Lu 2014's patients" if at.published else "virtual EMILIA patients",
        "percentile_read": at.read,
        "ratio": effect.ratio,
        "equation_auc_ratio": effect.equation,
        "printed": None if printed is None else {
            "metric": printed.metric,
            "clearance_l_per_day": printed.clearance_l_per_day,
            "auc_ratio": printed.ratio,
            "auc_ratio_by_rounding": [printed.lower, printed.upper],
            "equation_by_rounding": [printed.equation_lower, printed.equation_upper],
            "peak_ratio": printed.peak_ratio,
            "agrees": printed.agrees,
            "source": cited(printed.source)[1],
            "read": printed.read,
        },
    }


def as_json(found: CovariateEffects) -> dict[str, Any]:
    """Everything that was computed and compared, as JSON data. Ratios are to the reference patient."""
    from tdm1.trial.covariate_effects import MEASURES

    low, high = band()
    return {
        "name": "covariates",
        "kind": "topic",
        "regimen": {"dose_mg_per_kg": found.dose_mg_per_kg, "every_days": found.every_days},
        "measures": {name: {"unit": unit, "meaning": meaning} for name, (unit, meaning) in MEASURES.items()},
        "reference_patient": {"covariates": found.reference_covariates, "exposure": found.reference},
        "effects": [_effect_json(effect) for effect in found.effects],
        "extremes": [{"words": one.words, "covariates": one.values, "ratio": one.ratio} for one in found.extremes],
        "spreads": [{"words": one.words, "p05_ratio": one.p05, "p95_ratio": one.p95} for one in found.spreads],
        "liver": [
            {"words": one.words, "auc_ratio": one.ratio, "n": one.n, "source": cited(one.source)[1], "read": one.read,
             "simulated": None}
            for one in found.liver
        ],
        "published_in_words": [
            {**{name: value for name, value in row.items() if name not in ("source_key", "verified")},
             "source": cited(row["source_key"])[1], "read": "read" if row["verified"] == "yes" else row["verified"]}
            for row in found.in_words
        ],
        "band": [low, high],
        "patients": found.patients,
        "seed": found.seed,
        "warnings": list(CAUTIONS),
    }


def _printed(effect: Effect) -> str:
    if effect.printed is None:
        return "the reference" if effect.equation == 1.0 else f"{effect.equation:.2f} (equation)"
    mark = "" if effect.printed.agrees else ", outside rounding"
    return f"{effect.printed.ratio:.2f} (CL {effect.printed.clearance_l_per_day:g} L/day{mark})"


def _table(*heads: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if head in ("AUC", "peak", "trough") else "left", no_wrap=place == 0)
    return table


def print_terminal(found: CovariateEffects, console: Console) -> None:
    """Print the table of effects, the spreads, and what was published in words."""
    from rich.markup import escape

    reference = found.reference
    console.print(
        f"[bold]Who differs[/]  exposure to T-DM1 at steady state, {found.dose_mg_per_kg:g} mg/kg every "
        f"{found.every_days:g} days"
    )
    console.print(
        f"as a ratio to the reference patient of {found.reference_covariates['weight_kg']:g} kg: AUC "
        f"{reference['auc_steady']:.0f} ug*day/mL, peak {reference['cmax_steady']:.1f} ug/mL, trough "
        f"{reference['trough_steady']:.2f} ug/mL", style="dim",
    )
    table = _table("covariate", "5th or 95th percentile", "AUC", "peak", "trough", "AUC by Lu 2014")
    for effect in found.effects:
        numbers = [f"{effect.ratio[name]:.2f}" for name in _MEASURES]
        table.add_row(escape(effect.level.covariate.words), level_in_words(effect.level), *numbers, _printed(effect))
    for extreme in found.extremes:
        table.add_row(extreme.words, "", *[f"{extreme.ratio[name]:.2f}" for name in _MEASURES], "")
    console.print(table)
    console.print("* of our virtual EMILIA patients; the other percentiles are Lu 2014's\n", style="dim")
    table = _table("5 to 95 % of virtual patients", "AUC", "peak", "trough")
    for spread in found.spreads:
        table.add_row(spread.words, *[f"{spread.p05[name]:.2f} to {spread.p95[name]:.2f}" for name in _MEASURES])
    console.print(table)
    console.print("\npublished, not simulated", style="dim")
    for organ in found.liver:
        console.print(escape(f"{organ.words}: AUC {organ.ratio:.2f} of normal ({organ.n} patients; {organ.source})"))
    for row in found.in_words:
        group = f", {row['group']}" if row["group"] else ""
        size = "" if not row["n"] else f" ({row['n']} patient{'s' * (row['n'] > 1)})"
        read = "" if row["verified"] == "yes" else f", {MARKS.get(row['verified'], row['verified'])}"
        console.print(escape(f"{row['factor']}{group}: {row['statement']}{size}; {row['source_key']}{read}"))
    for caution in CAUTIONS:
        console.print(f"[yellow]caution:[/] {escape(caution)}")
