"""Symptoms and reported events of patients under T-DM1 or trastuzumab, from exposure and blood values.

And what a person feels: how soon to call about it, and what may help. That part needs no arrays, so the model of the
simulation is loaded only when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tdm1.symptoms._errors import SymptomError
from tdm1.symptoms.advice import Advice, advice
from tdm1.symptoms.calling import Call, Urgency, when_to_call
from tdm1.symptoms.catalogue import Catalogue, Group, Overlap, Reported, Symptom, catalogue
from tdm1.symptoms.numbers import Numbers, ReportedNumbers, SymptomNumbers, numbers, what_if
from tdm1.symptoms.triage import FoundSymptom, Triage, triage

if TYPE_CHECKING:
    from tdm1.symptoms.drivers import Drivers
    from tdm1.symptoms.log import Log, logging
    from tdm1.symptoms.model import Symptoms
    from tdm1.symptoms.record import SymptomRecord

__all__ = [
    "Advice", "Call", "Catalogue", "Drivers", "FoundSymptom", "Group", "Log", "Numbers", "Overlap", "Reported",
    "ReportedNumbers", "Symptom", "SymptomError", "SymptomNumbers", "SymptomRecord", "Symptoms", "Triage", "Urgency",
    "advice", "catalogue", "logging", "numbers", "triage", "what_if", "when_to_call",
]

#: Where the names of the simulation live.
_LATER = {"Drivers": "drivers", "Log": "log", "logging": "log", "Symptoms": "model", "SymptomRecord": "record"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'tdm1.symptoms' has no attribute '{name}'")
    return getattr(import_module(f"tdm1.symptoms.{_LATER[name]}"), name)
