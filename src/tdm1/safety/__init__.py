"""Floor 4: grades of laboratory values; the label's dose rules as one table, decided for many, explained for one."""

from tdm1.safety import label
from tdm1.safety._errors import FindingError, RuleError, SafetyError
from tdm1.safety._labs import BEFORE_EVERY_DOSE, LABS, SIGNS, Lab, OtherEvent
from tdm1.safety._rule import Condition, Rule
from tdm1.safety.check import Problem, RuleCheck, check_rules
from tdm1.safety.decisions import ACTION_NAMES, Action, Decisions
from tdm1.safety.explanation import Explanation, Reason, explain
from tdm1.safety.findings import Findings
from tdm1.safety.grades import NOT_GRADED, grade
from tdm1.safety.history import History
from tdm1.safety.label import Label
from tdm1.safety.words import action_in_words, finding_in_words, rule_in_words

__all__ = [
    "ACTION_NAMES", "BEFORE_EVERY_DOSE", "LABS", "NOT_GRADED", "SIGNS",
    "Action", "Condition", "Decisions", "Explanation", "FindingError", "Findings", "History", "Lab", "Label",
    "OtherEvent", "Problem", "Reason", "Rule", "RuleCheck", "RuleError", "SafetyError",
    "action_in_words", "check_rules", "explain", "finding_in_words", "grade", "label", "rule_in_words",
]
