"""Symptoms and reported events of patients under T-DM1 or trastuzumab, from exposure and blood values."""

from tdm1.symptoms._errors import SymptomError
from tdm1.symptoms.advice import Advice, advice
from tdm1.symptoms.calling import Call, Urgency, when_to_call
from tdm1.symptoms.catalogue import Catalogue, Group, Overlap, Reported, Symptom, catalogue
from tdm1.symptoms.drivers import Drivers
from tdm1.symptoms.log import Log, logging
from tdm1.symptoms.model import Symptoms
from tdm1.symptoms.numbers import Numbers, ReportedNumbers, SymptomNumbers, numbers, what_if
from tdm1.symptoms.record import SymptomRecord
from tdm1.symptoms.triage import FoundSymptom, Triage, triage

__all__ = [
    "Advice", "Call", "Catalogue", "Drivers", "FoundSymptom", "Group", "Log", "Numbers", "Overlap", "Reported",
    "ReportedNumbers", "Symptom", "SymptomError", "SymptomNumbers", "SymptomRecord", "Symptoms", "Triage", "Urgency",
    "advice", "catalogue", "logging", "numbers", "triage", "what_if", "when_to_call",
]
