"""Floor 6: one person's record, and the answer to it: eligibility, screening, medicines and the next dose.

from tdm1 import person

answer = person.check(person.load("patient.json"))
answer.next_dose.action
"""

from tdm1.person import examples
from tdm1.person._errors import PersonError
from tdm1.person.answer import (
    Check,
    Indication,
    MedicineRead,
    Needed,
    NextDose,
    Recheck,
    Sourced,
    Warned,
)
from tdm1.person.check import check
from tdm1.person.laboratory import LabTest, Measured, convert, lab_test, lab_tests
from tdm1.person.reading import load, parse, read_document, record
from tdm1.person.record import FINDINGS, PersonRecord

__all__ = [
    "FINDINGS", "Check", "Indication", "LabTest", "Measured", "MedicineRead", "Needed", "NextDose", "PersonError",
    "PersonRecord", "Recheck", "Sourced", "Warned", "check", "convert", "examples", "lab_test", "lab_tests",
    "load", "parse", "read_document", "record",
]
