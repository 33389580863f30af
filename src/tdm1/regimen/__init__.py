"""Floor 4: how the drug is given, the record of every milligram and decision, the calendar, and making up a dose."""

from tdm1.regimen._apply import Infusions, apply
from tdm1.regimen._errors import RegimenError
from tdm1.regimen.calendar import CoursePlan, course
from tdm1.regimen.course_request import CourseRequest, GivenDose
from tdm1.regimen.ledger import Doses, Entries, Ledger
from tdm1.regimen.patient_words import PatientWords, patient_lines, patient_words
from tdm1.regimen.plan_event import PlanEvent, Statement
from tdm1.regimen.preparation import Preparation, Step, Vials, least_waste, prepare
from tdm1.regimen.schedule import Schedule, dose_mg, infusion_rate_mg_per_day, observation_minute

__all__ = [
    "CoursePlan", "CourseRequest", "Doses", "Entries", "GivenDose", "Infusions", "Ledger", "PatientWords", "PlanEvent",
    "Preparation", "RegimenError", "Schedule", "Statement", "Step", "Vials",
    "apply", "course", "dose_mg", "infusion_rate_mg_per_day", "least_waste", "observation_minute", "patient_lines",
    "patient_words", "prepare",
]
