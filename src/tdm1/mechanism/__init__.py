"""Floor 2: the equations of the body, one part a file, written once as plain arithmetic."""

from tdm1.mechanism._model import Model, Parameter, Part, Quantity, State

__all__ = ["Model", "Parameter", "Part", "Quantity", "State"]
