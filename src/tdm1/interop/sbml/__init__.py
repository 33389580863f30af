"""Models as SBML Level 3: one file that other tools (libRoadRunner, COPASI, Tellurium) read and run.

    text = document(model, values)                            # inputs stay 0 until the user sets them
    text = document(model, values, Course(dose_mg=252.0, ...))  # events give the infusions
"""

from tdm1.interop.sbml._document import document
from tdm1.interop.sbml._errors import SbmlError
from tdm1.interop.sbml.course import Course

__all__ = ["Course", "SbmlError", "document"]
