"""Fits the numbers of the symptoms to published shares, from courses that were logged."""

from tdm1.symptoms.fit.checking import Checked, check
from tdm1.symptoms.fit.solving import solve
from tdm1.symptoms.fit.targets import ARMS, ArmName, PublishedRow, Target, published_rows, targets, trial_of
from tdm1.symptoms.fit.writing import as_yaml

__all__ = [
    "ARMS", "ArmName", "Checked", "PublishedRow", "Target", "as_yaml", "check", "published_rows", "solve", "targets",
    "trial_of",
]
