"""Floor 2: the equations of the body, one part a file, written once as plain arithmetic."""

from tdm1.mechanism._model import Model, Parameter, Part, Quantity, State
from tdm1.mechanism.models import shipped, t_dm1, t_dm1_adjuvant, t_dm1_plasma

__all__ = [
    "Model",
    "Parameter",
    "Part",
    "Quantity",
    "State",
    "shipped",
    "t_dm1",
    "t_dm1_adjuvant",
    "t_dm1_plasma",
]
