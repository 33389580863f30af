"""Floor 4: how the drug is given, the record of every milligram and decision, the calendar, and making up a dose."""

from tdm1.regimen._apply import Infusions, apply
from tdm1.regimen._errors import RegimenError
from tdm1.regimen.calendar import CoursePlan, CourseRequest, GivenDose, PlanEvent, course
from tdm1.regimen.ledger import Doses, Entries, Ledger
from tdm1.regimen.preparation import Preparation, Step, Vials, least_waste, prepare
from tdm1.regimen.schedule import Schedule, dose_mg, infusion_rate_mg_per_day, observation_minute

__all__ = [
    "CoursePlan", "CourseRequest", "Doses", "Entries", "GivenDose", "Infusions", "Ledger", "PlanEvent", "Preparation",
    "RegimenError", "Schedule", "Step", "Vials",
    "apply", "course", "dose_mg", "infusion_rate_mg_per_day", "least_waste", "observation_minute", "prepare",
]
