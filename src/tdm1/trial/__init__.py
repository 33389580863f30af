"""Floor 6: a virtual trial as its protocol says it: arms, visits, decisions, endpoints, comparison."""

from tdm1.trial.calibration import Calibration, Fitted, calibrate
from tdm1.trial.comparing import RegimenComparison, compare_regimens
from tdm1.trial.definition import TrialFile
from tdm1.trial.qualification import Qualification, qualify
from tdm1.trial.reading import InputError, builtin, load, parse, trial_schema
from tdm1.trial.result import ArmResult, ComparisonRow, TrialResult
from tdm1.trial.run import plan, run
from tdm1.trial.simulate import Simulation, observables, simulate

__all__ = [
    "ArmResult", "Calibration", "ComparisonRow", "Fitted", "InputError", "Qualification", "RegimenComparison",
    "Simulation", "TrialFile", "TrialResult", "builtin", "calibrate", "compare_regimens", "load", "observables",
    "parse", "plan", "qualify", "run", "simulate", "trial_schema",
]
