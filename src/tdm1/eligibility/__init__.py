"""Floor 5: who may have the drug by the label, who may enter a trial, and why not. Criteria are data with sources."""

from tdm1.eligibility._errors import EligibilityError
from tdm1.eligibility.assessment import Assessment, Reason, VirtualScreen, assess, eligible, load, screen
from tdm1.eligibility.before_start import before_start
from tdm1.eligibility.cautions import Caution, Cautions, WarningTable, warning_table, warnings
from tdm1.eligibility.comparison import ComparedCriterion, compare
from tdm1.eligibility.criteria import Criteria, Criterion, builtin
from tdm1.eligibility.indication import (
    IndicationAnswer,
    IndicationTable,
    IndicationVerdict,
    indication,
    indication_table,
)
from tdm1.eligibility.labelfile import REGIONS
from tdm1.eligibility.variables import VARIABLES, PersonVariable

__all__ = [
    "REGIONS", "VARIABLES", "Assessment", "Caution", "Cautions", "ComparedCriterion", "Criteria", "Criterion",
    "EligibilityError", "IndicationAnswer", "IndicationTable", "IndicationVerdict", "PersonVariable", "Reason",
    "VirtualScreen", "WarningTable", "assess", "before_start", "builtin", "compare", "eligible", "indication",
    "indication_table", "load", "screen", "warning_table", "warnings",
]
