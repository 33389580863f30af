"""Conditions that hold for a whole step, and numbers with little in them, for the tests of the symptoms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tdm1.symptoms import Drivers, Numbers, ReportedNumbers, SymptomNumbers, catalogue
from tdm1.symptoms.catalogue import Setting

NO_FRAILTY = {"symptoms.common_frailty_sd": 0.0, "symptoms.term_frailty_sd": 0.0}


def drivers(count: int, **changed: Any) -> Drivers:
    """A typical patient on T-DM1, `count` times; scalars are spread over all."""
    usual: dict[str, Any] = {
        "conjugate_mean": 22.6, "nerve_exposure": 22.6, "platelets": 250.0, "neutrophils": 4.0, "haemoglobin": 13.0,
        "lvef": 62.0, "infused": False, "infusion_number": 1.0, "on_t_dm1": True, "at_risk": True,
    }
    return Drivers(**{name: np.array(np.broadcast_to(value, (count,))) for name, value in {**usual, **changed}.items()})


def numbers_with(setting: Setting, **changed: SymptomNumbers) -> Numbers:
    """Numbers in which only the named symptoms happen; every measured grade is reported."""
    none = SymptomNumbers(0.0, 0.0, 0.0)
    symptoms = {term.name: none for term in catalogue().symptoms if setting in term.settings}
    unknown = set(changed) - set(symptoms)
    assert not unknown, unknown
    always = ReportedNumbers(1.0, 1.0, 1.0)
    return Numbers({**symptoms, **changed}, {term.name: always for term in catalogue().reported})


def all_with(setting: Setting, number: SymptomNumbers) -> Numbers:
    """The same numbers for every symptom."""
    empty = numbers_with(setting)
    return replace(empty, symptoms={name: number for name in empty.symptoms})
