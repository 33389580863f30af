"""Floor 5: who may enter a trial, and why not. Criteria are data with their sources."""

from tdm1.eligibility.assessment import Assessment, Reason, VirtualScreen, assess, eligible, load, screen
from tdm1.eligibility.criteria import Criteria, Criterion, EligibilityError, builtin
from tdm1.eligibility.variables import VARIABLES

__all__ = [
    "VARIABLES", "Assessment", "Criteria", "Criterion", "EligibilityError", "Reason", "VirtualScreen", "assess",
    "builtin", "eligible", "load", "screen",
]
