"""Floor 4: how the drug is given, and the immutable record of every milligram and every decision."""

from tdm1.regimen._apply import Infusions, apply
from tdm1.regimen._errors import RegimenError
from tdm1.regimen.ledger import Doses, Entries, Ledger
from tdm1.regimen.schedule import Schedule, dose_mg, infusion_rate_mg_per_day, observation_minute

__all__ = [
    "Doses", "Entries", "Infusions", "Ledger", "RegimenError", "Schedule",
    "apply", "dose_mg", "infusion_rate_mg_per_day", "observation_minute",
]
