"""Floor 6: a virtual trial as its protocol says it: arms, visits, decisions, endpoints, comparison."""

from tdm1.trial.definition import TrialFile
from tdm1.trial.reading import InputError, builtin, load, parse, trial_schema
from tdm1.trial.result import ArmResult, ComparisonRow, TrialResult
from tdm1.trial.run import run

__all__ = [
    "ArmResult", "ComparisonRow", "InputError", "TrialFile", "TrialResult", "builtin", "load", "parse", "run", "trial_schema",
]
