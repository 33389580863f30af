"""Symptoms and reported events of patients under T-DM1 or trastuzumab, from exposure and blood values."""

from tdm1.symptoms._errors import SymptomError
from tdm1.symptoms.calling import Call, when_to_call
from tdm1.symptoms.catalogue import Catalogue, Group, Overlap, Reported, Symptom, catalogue
from tdm1.symptoms.drivers import Drivers
from tdm1.symptoms.log import Log, logging
from tdm1.symptoms.model import Symptoms
from tdm1.symptoms.numbers import Numbers, ReportedNumbers, SymptomNumbers, numbers, what_if
from tdm1.symptoms.record import SymptomRecord

__all__ = [
    "Call", "Catalogue", "Drivers", "Group", "Log", "Numbers", "Overlap", "Reported", "ReportedNumbers", "Symptom",
    "SymptomError", "SymptomNumbers", "SymptomRecord", "Symptoms", "catalogue", "logging", "numbers", "what_if",
    "when_to_call",
]
