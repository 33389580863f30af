"""Measures the tables of docs/mechanism.md. Run: python docs/measure_mechanism.py.

Prints their rows as the page has them; a test holds the page against them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tdm1 import evidence
from tdm1.evidence.drugs import drug
from tdm1.mechanism.cell_alternatives import ALTERNATIVES, alternative
from tdm1.mechanism.lesion_static import static_concentration
from tdm1.mechanism.models import by_dar_monkey, full
from tdm1.mechanism.static import published_static_range
from tdm1.population.drug_individuals import drug_individuals
from tdm1.population.individual import EFFECTS, typical
from tdm1.report.numbers import number
from tdm1.trial.dish import assay, curves, half_concentration, half_concentrations
from tdm1.trial.mechanism_check import fold_errors
from tdm1.trial.mechanism_course import first_infusion, typical_course
from tdm1.trial.selectivity import exposures
from tdm1.trial.simulate import reference_covariates

#: Concentration at the end of an infusion of 3.6 mg/kg, the highest that a cell at a vessel meets (ug/mL).
CLINICAL_UG_PER_ML = 80.0
#: Volume of a lesion in which exchange through the surface counts (cm**3).
SMALL_LESION_CM3 = 2.43
#: Doses in mg/kg of one cycle.
DOSES = {"t_dm1": 3.6, "t_dxd": 5.4}
GROUPS = tuple(f"{clone}_{zone}" for clone in ("high", "low", "lost") for zone in ("well", "poor"))
PROCESSES = {"internalization": "internalisation", "degradation": "degradation", "payload efflux": "efflux"}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what it is, what was found, between which limits it should lie, and the test that holds it.

    A row without a test is outside, or reads what is asked in another way; it is shown because the figure beside it
    would mislead alone.
    """

    what: str
    found: float
    unit: str
    low: float | None
    high: float | None
    test: str

    @property
    def inside(self) -> bool:
        """Whether the figure is between its limits."""
        return (self.low is None or self.found >= self.low) and (self.high is None or self.found <= self.high)

    def cells(self) -> list[str]:
        """What, figure, limits, verdict and test, as the page writes them."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        shown = "never reached" if self.found == float("inf") else f"{number(self.found)}{unit}"
        ends = [f"at least {number(self.low)}" if self.low is not None else "",
                f"at most {number(self.high)}" if self.high is not None else ""]
        limits = f"{number(self.low)} to {number(self.high)}" if all(ends) else "".join(ends)
        verdict = "inside" if self.inside else "**outside**"
        return [self.what, shown, limits, verdict, f"`{self.test}`" if self.test else "–"]


def _plasma() -> list[Row]:
    test = "test_fold_error_against_measured_means"
    shown = [row for row in fold_errors() if row.limit is not None or row.analyte.startswith("DM1 alone")]
    asked = max(row.limit for row in shown if row.limit is not None and row.analyte.startswith("DM1"))
    monkey = by_dar_monkey().name
    return [
        Row(f"fold error, {'monkey, 10 mg/kg' if row.model == monkey else 'human'}, {row.analyte}", row.gmfe, "1", None,
            row.limit or asked, test if row.limit else "")
        for row in shown
    ]


def _cells() -> list[Row]:
    half = next(row for row in half_concentrations() if row.drug == "t_dm1")
    level = next(curve.half_level for curve in curves() if curve.drug == "t_dm1")
    tumour, normal = (assay("t_dm1", CLINICAL_UG_PER_ML, line)["killed"][0] for line in ("SK-BR-3", "normal"))
    halves = [half_concentration("t_dm1", line, level) for line in ("normal", "SK-BR-3")]
    spared = "test_normal_cells_are_at_least_fifty_times_less_sensitive"
    dose = evidence.value("label.us.dose_full", "mg/kg")
    found = [
        Row("IC50 on SK-BR-3, predicted over measured", half.fold, "1", 0.5, 2.0,
            "test_half_concentration_of_t_dm1_on_sk_br_3_within_two_fold_of_the_measured"),
        Row("normal cells in the dish at 80 µg/mL: killing of SK-BR-3 over theirs", float(tumour / normal), "1",
            50.0, None, spared),
        Row("… IC50 of normal cells over that of SK-BR-3", halves[0] / halves[1], "1", 50.0, None, spared),
    ]
    for setting, where in (("vessel", "at a vessel"), ("tissue", "in tissue as leaky as a tumour")):
        rows = {row.cells: row.log10_kill for row in exposures("t_dm1", [dose], setting=setting)}
        what = f"… one cycle {where}: decades of 3+ cells over decades of normal cells"
        found.append(Row(what, rows["HER2 3+"] / rows["normal"], "1", 50.0, None, ""))
    return found


def _processing() -> list[Row]:
    rows = evidence.table("processing_half_lives")
    test, found = "test_processing_half_lives_against_the_published_ranges", list[Row]()
    for printed, name in PROCESSES.items():
        (line,) = rows.filter(process=printed).to_dicts()
        found.append(Row(
            f"half-life of {name}", evidence.value(f"tumour.{name}_half_life", "h"), "h",
            line["half_life_h_low"], line["half_life_h_high"], test,
        ))
    return found


def _static() -> list[Row]:
    p = typical(full("t_dm1"))
    load = sum(n * p[f"dar_share_{n}"] for n in range(9))
    low, high = published_static_range()
    test, found = "test_static_concentration_of_the_default_within_the_published_range", list[Row]()
    for key, zone in (("well", "well"), ("poor", "poorly")):
        for volume, words in ((None, ""), (SMALL_LESION_CM3, f", a lesion of {number(SMALL_LESION_CM3)} cm³")):
            conc = static_concentration(
                p, p["molar_mass"], load, p["receptors_high"], p[f"krogh_radius_{key}"], volume
            )
            what = f"tumour-static concentration, {zone} supplied{words}"
            found.append(Row(what, conc, "µg/mL", low, high, "" if volume else test))
    return found


def acceptance() -> list[Row]:
    """Every figure, in the order of the page: plasma, dish and normal cells, processing, tumour-static."""
    return [*_plasma(), *_cells(), *_processing(), *_static()]


def reference_course(name: str, days: np.ndarray) -> dict[str, np.ndarray]:
    """States and outputs of the reference patient's whole mechanism after one dose, each of shape (T,)."""
    model, covariates = full(name), reference_covariates()
    who = drug_individuals(model, drug(name), covariates, np.zeros((1, len(EFFECTS))))
    person = dict(zip(model.parameters, who.values[0], strict=True))
    dose_mg = DOSES[name] * float(covariates["weight_kg"][0])
    return typical_course(model, dose_mg, days, first_infusion(), person)


def decades(name: str) -> list[float]:
    """Decades that one cycle kills of each clone in each zone (GROUPS), growth not counted."""
    course = reference_course(name, np.array([21.0]))
    return [float(course[f"killed_{group}"][0]) / np.log(10.0) for group in GROUPS]


def tumours() -> list[list[str]]:
    """Cells of the table of decades: drug and killing, then each of GROUPS."""
    found: list[list[str]] = []
    for name in DOSES:
        for killing in ("dish", "scheuher_killing"):
            with evidence.what_if({} if killing == "dish" else alternative(killing)):
                found.append([f"`{name}`, {killing}", *(f"{value:.2f}" for value in decades(name))])
    return found


def conflicts() -> list[list[str]]:
    """Cells of the table of alternatives for T-DM1: name, decades of HER2-rich cells, payload in organs (nM)."""
    found: list[list[str]] = []
    days = np.arange(0.5, 21.01, 0.5)
    for name in ("default", *ALTERNATIVES):
        with evidence.what_if({} if name == "default" else alternative(name)):
            v = reference_course("t_dm1", days)
        killed = (v[f"killed_high_{zone}"][-1] / np.log(10.0) for zone in ("well", "poor"))
        organs = (float(f"{v[f'{organ}_payload'].max():.2g}") for organ in ("liver", "megakaryocyte"))
        found.append([f"`{name}`" if name in ALTERNATIVES else name, *(f"{value:.2f}" for value in killed),
                      *(f"{value:g}" for value in organs)])
    return found


if __name__ == "__main__":
    for table in ([one.cells() for one in acceptance()], tumours(), conflicts()):
        print("\n".join("| " + " | ".join(cells) + " |" for cells in table), end="\n\n")
