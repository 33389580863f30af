"""What the clinic sees: laboratory values, heart tests and scans, with the variation of real measurements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.population import streams
from tdm1.safety import Findings, OtherEvent, grade
from tdm1.trial.arms import OtherEvents
from tdm1.trial.definition import TrialFile
from tdm1.trial.people import People

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Analytes measured at every laboratory visit, with their unit as reported. New ones go at the end: the place of an
#: analyte is part of what defines its measurement errors.
PANEL = {
    "platelets": "10*9/L",
    "alt": "U/L",
    "ast": "U/L",
    "bilirubin": "xULN",
    "neutrophils": "10*9/L",
    "haemoglobin": "g/dL",
    "potassium": "mmol/L",
}
#: Everything that a laboratory table lists: the panel and the ejection fraction of the heart tests.
ANALYTES = {**PANEL, "lvef": "%"}
#: The published name of each analyte's abnormality.
ABNORMALITIES = {
    "platelets": "platelets_decreased",
    "alt": "alt_increased",
    "ast": "ast_increased",
    "bilirubin": "bilirubin_increased",
    "neutrophils": "neutrophils_decreased",
    "haemoglobin": "hemoglobin_decreased",
    "potassium": "potassium_decreased",
}
#: Which limit of normal grades each analyte, as fact and unit; bilirubin is measured in multiples of its own.
_LIMITS = {
    "platelets": ("lln", "laboratory.lln_platelets", "10*9/L"),
    "alt": ("uln", "laboratory.uln_alt", "U/L"),
    "ast": ("uln", "laboratory.uln_ast", "U/L"),
    "neutrophils": ("lln", "laboratory.lln_neutrophils", "10*9/L"),
    "haemoglobin": ("lln", "laboratory.lln_haemoglobin", "g/dL"),
    "potassium": ("lln", "laboratory.lln_potassium", "mmol/L"),
}


def _log_normal_error(cv: float, scores: Array) -> Array:
    return np.exp(np.sqrt(np.log1p(cv * cv)) * scores)


@dataclass(frozen=True, slots=True)
class Clinic:
    """Measures the patients of one chunk. Errors depend on seed, patient and day alone."""

    seed: int
    people: People

    def labs(self, day: int, true: Mapping[str, Array], seen: Flags) -> dict[str, Array]:
        """Measured values of the panel, each of shape (N,), from the true ones; NaN where a patient is not seen."""
        who = np.flatnonzero(seen)
        first, count = self.people.first, self.people.count
        scores = streams.normal(self.seed, f"laboratory error, day {day}", first, count, len(PANEL), rows=who)
        spread = np.sqrt(np.log1p(np.square([evidence.value(f"{name}.within_patient_cv", "1") for name in PANEL])))
        errors = np.exp(np.ascontiguousarray(scores.T) * spread[:, None])
        values = np.full((len(PANEL), count), np.nan)
        values[:, who] = np.maximum([true[name][who] for name in PANEL], 0.0) * errors
        return dict(zip(PANEL, values, strict=True))

    def lvef(self, day: int, true_pct: Array) -> Array:
        """Measured ejection fraction (%)."""
        scores = streams.normal(self.seed, f"heart test, day {day}", self.people.first, self.people.count, 1)[:, 0]
        error = _log_normal_error(evidence.value("lvef.within_patient_cv", "1"), scores)
        return np.minimum(true_pct * error, evidence.value("limits.lvef", "%"))

    def scan(self, day: int, sum_of_diameters_mm: Array) -> Array:
        """Measured sum of diameters (mm)."""
        scores = streams.normal(self.seed, f"scan, day {day}", self.people.first, self.people.count, 1)[:, 0]
        return sum_of_diameters_mm * _log_normal_error(evidence.value("recist.measurement_cv", "1"), scores)

    def _of_cycle(self, what: str, cycle: Array) -> Array:
        """A uniform number per patient for the cycle just ended, NaN before the first dose (cycle 0)."""
        uniform = np.full(self.people.count, np.nan)
        for number in np.unique(cycle[cycle > 0]).astype(int):
            purpose = f"{what}, cycle {number}"
            drawn = streams.uniform(self.seed, purpose, self.people.first, self.people.count, 1)[:, 0]
            uniform = np.where(cycle == number, drawn, uniform)
        return uniform

    def other_event(self, chances: OtherEvents, cycle: Array) -> Array:
        """What another adverse event of the cycle just ended asks for, shape (N,); none before the first dose."""
        uniform = self._of_cycle("other event", cycle)
        bounds = np.cumsum([chances.stop, chances.reduction, chances.delay])
        return np.select(
            [uniform < bounds[0], uniform < bounds[1], uniform < bounds[2]],
            [OtherEvent.STOP, OtherEvent.REDUCE, OtherEvent.HOLD],
            default=OtherEvent.NONE,
        ).astype(float)

    def withdraws(self, chance: float, cycle: Array) -> Flags:
        """Who leaves treatment after the cycle just ended for another reason than an adverse event."""
        return self._of_cycle("withdrawal", cycle) < chance


def findings(
    day: int, values: Mapping[str, Array], lvef: Array, lvef_baseline: Array, event: Array, signs: Mapping[str, Array]
) -> Findings:
    """Findings for the label from measured values (NaN where not measured) and what the patients report (`signs`)."""
    return Findings.of(
        np.full(len(event), float(day)),
        platelets=values["platelets"],
        alt_x_uln=values["alt"] / evidence.value("laboratory.uln_alt", "U/L"),
        ast_x_uln=values["ast"] / evidence.value("laboratory.uln_ast", "U/L"),
        bilirubin_x_uln=values["bilirubin"],
        lvef=lvef,
        lvef_baseline=lvef_baseline,
        other_event=event,
        **signs,
    )


def version_of(trial: TrialFile) -> int:
    """Version of the CTCAE that a trial grades by."""
    return int(trial.ctcae.split(".")[0])


def limit_of(analyte: str) -> dict[str, float]:
    """The laboratory's limit of normal that grades an analyte, as `lln` or `uln` in its unit; empty where none does."""
    if analyte not in _LIMITS:
        return {}
    side, fact, unit = _LIMITS[analyte]
    return {side: evidence.value(fact, unit)}


def grade_of(trial: TrialFile, analyte: str, values: Array, lvef_baseline: Array | None = None) -> NDArray[np.int8]:
    """CTCAE grade of measured values by the trial's version and the laboratory's limits, -1 where NaN.

    `lvef_baseline` (%) is needed for the ejection fraction alone.
    """
    if analyte == "lvef":
        return grade(analyte, values, version_of(trial), baseline=lvef_baseline)
    return grade(analyte, values, version_of(trial), **limit_of(analyte))

