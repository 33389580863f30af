"""What the clinic sees: laboratory values and scans, with the variation of real measurements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.population import streams
from tdm1.safety import Findings, OtherEvent
from tdm1.trial.definition import OtherEvents
from tdm1.trial.people import People

Array = NDArray[np.float64]

#: Analytes measured at every laboratory visit, with their unit as reported.
ANALYTES = {"platelets": "10*9/L", "alt": "U/L", "ast": "U/L", "bilirubin": "xULN"}
#: Analytes whose course under the drug is simulated, with the published name of their abnormality.
ABNORMALITIES = {"platelets": "platelets_decreased", "alt": "alt_increased", "ast": "ast_increased"}


def _log_normal_error(cv: float, scores: Array) -> Array:
    return np.exp(np.sqrt(np.log1p(cv * cv)) * scores)


@dataclass(frozen=True, slots=True)
class Clinic:
    """Measures the patients of one chunk. Errors depend on seed, patient and day alone."""

    seed: int
    people: People

    def labs(self, day: int, platelets: Array, alt: Array, ast: Array) -> dict[str, Array]:
        """Measured values, each of shape (N,), from the true ones; bilirubin varies about its baseline."""
        scores = streams.normal(
            self.seed, f"laboratory error, day {day}", self.people.first, self.people.count, len(ANALYTES)
        )
        true = {"platelets": platelets, "alt": alt, "ast": ast, "bilirubin": self.people.covariates["bilirubin_x_uln"]}
        return {
            name: value * _log_normal_error(evidence.value(f"{name}.within_patient_cv", "1"), scores[:, column])
            for column, (name, value) in enumerate(true.items())
        }

    def lvef(self, day: int) -> Array:
        """Measured ejection fraction (%): the baseline and the error of the measurement."""
        scores = streams.normal(self.seed, f"heart test, day {day}", self.people.first, self.people.count, 1)[:, 0]
        error = _log_normal_error(evidence.value("lvef.within_patient_cv", "1"), scores)
        return np.minimum(self.people.covariates["lvef_pct"] * error, evidence.value("limits.lvef", "%"))

    def scan(self, day: int, sum_of_diameters_mm: Array) -> Array:
        """Measured sum of diameters (mm)."""
        scores = streams.normal(self.seed, f"scan, day {day}", self.people.first, self.people.count, 1)[:, 0]
        return sum_of_diameters_mm * _log_normal_error(evidence.value("recist.measurement_cv", "1"), scores)

    def other_event(self, chances: OtherEvents, cycle: Array) -> Array:
        """What another adverse event of the cycle just ended asks for, shape (N,); none before the first dose."""
        uniform = np.full(self.people.count, np.nan)
        for number in np.unique(cycle[cycle > 0]).astype(int):
            purpose = f"other event, cycle {number}"
            drawn = streams.uniform(self.seed, purpose, self.people.first, self.people.count, 1)[:, 0]
            uniform = np.where(cycle == number, drawn, uniform)
        bounds = np.cumsum([chances.stop, chances.reduction, chances.delay])
        return np.select(
            [uniform < bounds[0], uniform < bounds[1], uniform < bounds[2]],
            [OtherEvent.STOP, OtherEvent.REDUCE, OtherEvent.HOLD],
            default=OtherEvent.NONE,
        ).astype(float)


def findings(day: int, values: dict[str, Array], lvef: Array, lvef_baseline: Array, event: Array) -> Findings:
    """Findings for the label from measured values (NaN where not measured)."""
    return Findings.of(
        np.full(len(event), float(day)),
        platelets=values["platelets"],
        alt_x_uln=values["alt"] / evidence.value("laboratory.uln_alt", "U/L"),
        ast_x_uln=values["ast"] / evidence.value("laboratory.uln_ast", "U/L"),
        bilirubin_x_uln=values["bilirubin"],
        lvef=lvef,
        lvef_baseline=lvef_baseline,
        other_event=event,
    )
