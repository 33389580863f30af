"""Which output moves with which parameter of the reference patient: local elasticities and Sobol indices.

    found = sensitivity(outputs=("conjugate_auc", "tumour_kill"), method="both", samples=256)

One idea a file: outputs (what is looked at), ranges (how far each parameter is varied, and which are held),
course (all samples as patients of one batch), local and sobol (the two measures), analysis (both together).
"""

from tdm1.trial.sensitivity.analysis import METHODS, Sensitivity, sensitivity
from tdm1.trial.sensitivity.course import Regimen
from tdm1.trial.sensitivity.local import Elasticity
from tdm1.trial.sensitivity.outputs import OUTPUTS, Output, outputs_of
from tdm1.trial.sensitivity.ranges import Held, Varied
from tdm1.trial.sensitivity.sobol import SobolIndex

__all__ = [
    "METHODS", "OUTPUTS", "Elasticity", "Held", "Output", "Regimen", "Sensitivity", "SobolIndex", "Varied",
    "outputs_of", "sensitivity",
]
