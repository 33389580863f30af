"""Models as SBML Level 3: one file that other tools (libRoadRunner, COPASI, Tellurium) read and run.

`document(model, values)` leaves the inputs at 0 until the user sets them; with a `Course`, events give the infusions.
"""

from tdm1.interop.sbml._document import document
from tdm1.interop.sbml._errors import SbmlError
from tdm1.interop.sbml.course import Course

__all__ = ["Course", "SbmlError", "document"]
