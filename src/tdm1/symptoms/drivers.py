"""What moves the hazards during a step: exposure, blood and heart values, and who is at risk."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tdm1 import evidence
from tdm1.symptoms._errors import SymptomError
from tdm1.symptoms.catalogue import Driver

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Drivers:
    """State of N patients over one step; each array has shape (N,).

    conjugate_mean    ug/mL, mean over the step
    nerve_exposure    ug/mL
    platelets, neutrophils   10*9/L
    haemoglobin       g/dL
    lvef              percent
    infused           an infusion of either drug begins with this step
    infusion_number   infusions so far, this step's included
    on_t_dm1          treated with T-DM1 (also between its infusions)
    at_risk           adverse events are collected: on treatment, or shortly after the last dose
    """

    conjugate_mean: Array
    nerve_exposure: Array
    platelets: Array
    neutrophils: Array
    haemoglobin: Array
    lvef: Array
    infused: Flags
    infusion_number: Array
    on_t_dm1: Flags
    at_risk: Flags

    def take(self, rows: NDArray[np.int_]) -> Drivers:
        """The same of some patients."""
        return Drivers(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})

    def check(self, count: int) -> None:
        """Raise SymptomError unless every array has shape (count,)."""
        for item in fields(self):
            shape = np.shape(getattr(self, item.name))
            if shape != (count,):
                raise SymptomError(f"drivers: {item.name} has shape {shape}, not ({count},), one number a patient")

    def drug(self, driver: Driver) -> Array:
        """How strongly the drug's part acts (1 at the reference), shape (N,); 0 without T-DM1 in the body."""
        reference = evidence.value("symptoms.conjugate_reference", "ug/mL")
        if driver == "constant":
            return self.on_t_dm1.astype(float)
        if driver == "nerve_exposure":
            return np.maximum(self.nerve_exposure, 0.0) / reference
        if driver == "infusion":
            return self.on_t_dm1.astype(float)
        strength = np.maximum(self.conjugate_mean, 0.0) / reference
        if driver == "early":
            floor = evidence.value("symptoms.early_floor", "1")
            passing = evidence.value("symptoms.early_halving", "1") ** np.maximum(self.infusion_number - 1.0, 0.0)
            strength = strength * (floor + (1.0 - floor) * passing)
        return strength

    def infusion_weight(self) -> Array:
        """Chance of an infusion reaction relative to the first infusion, shape (N,); 0 without an infusion."""
        later = evidence.value("symptoms.later_infusion", "1")
        return np.where(self.infused, np.where(self.infusion_number <= 1, 1.0, later), 0.0)

    def multiples(self) -> dict[str, Array]:
        """Factor by which each low value multiplies a hazard, shape (N,): 1 at or above its reference."""
        most = evidence.value("symptoms.longest_lab_multiple", "1")
        found: dict[str, Array] = {}
        for name, values, reference, power in (
            ("platelets", self.platelets, evidence.value("symptoms.platelets_reference", "10*9/L"),
             evidence.value("symptoms.platelets_exponent", "1")),
            ("neutrophils", self.neutrophils, evidence.value("symptoms.neutrophils_reference", "10*9/L"),
             evidence.value("symptoms.neutrophils_exponent", "1")),
            ("haemoglobin", self.haemoglobin, evidence.value("symptoms.haemoglobin_reference", "g/dL"),
             evidence.value("symptoms.haemoglobin_exponent", "1")),
            ("lvef", self.lvef, evidence.value("symptoms.lvef_reference", "%"),
             evidence.value("symptoms.lvef_exponent", "1")),
        ):
            ratio = reference / np.maximum(np.where(np.isnan(values), reference, values), 1e-6)
            found[name] = np.minimum(np.maximum(ratio, 1.0) ** power, most)
        return found
