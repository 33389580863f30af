"""Floor 6: a virtual trial as its protocol says it: arms, visits, decisions, endpoints, comparison."""

from tdm1.trial.calibration import Calibration, Fitted, calibrate
from tdm1.trial.definition import TrialFile
from tdm1.trial.reading import InputError, builtin, load, parse, trial_schema
from tdm1.trial.result import ArmResult, ComparisonRow, TrialResult
from tdm1.trial.run import run
from tdm1.trial.simulate import Simulation, observables, simulate

__all__ = [
    "ArmResult", "Calibration", "ComparisonRow", "Fitted", "InputError", "Simulation", "TrialFile", "TrialResult",
    "builtin", "calibrate", "load", "observables", "parse", "run", "simulate", "trial_schema",
]
