"""Floor 4: every medicine a person takes, read from codes or free text, and what of it matters beside T-DM1.

from tdm1 import medicines

medicines.screen([medicines.Medicine("ketokonazol 200 mg")]).warnings
"""

from tdm1.medicines._errors import MedicineError
from tdm1.medicines.medicine import SYSTEMS, Medicine
from tdm1.medicines.membership import Membership, code_reading, membership
from tdm1.medicines.recognise import Recognised, recognise
from tdm1.medicines.register import Ingredient, WarningClass, classes, combinations, ingredients
from tdm1.medicines.screening import MedicineScreen, MedicineWarning, screen, treatment_classes

__all__ = [
    "SYSTEMS", "Ingredient", "Medicine", "MedicineError", "MedicineScreen", "MedicineWarning", "Membership",
    "Recognised", "WarningClass", "classes", "code_reading", "combinations", "ingredients", "membership", "recognise",
    "screen", "treatment_classes",
]
