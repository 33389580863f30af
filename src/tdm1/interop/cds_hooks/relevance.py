"""Whether a patient is one for whom T-DM1 is a question at all, so that other patients' pages stay quiet."""

from __future__ import annotations

from tdm1.medicines import Medicine, treatment_classes
from tdm1.person import Check, PersonRecord

_YES = ("yes", True, 1)


def has_had(record: PersonRecord) -> bool:
    """True when doses of T-DM1 were given or it is among the medicines taken."""
    if record.doses:
        return True
    return any(
        one.active and "t_dm1" in treatment_classes(Medicine(name=one.name, code=one.code, system=one.system))
        for one in record.medicines or ()
    )


def concerns(record: PersonRecord, check: Check) -> bool:
    """True for a patient who has had T-DM1, has a HER2-positive cancer, or meets the label's indication."""
    return has_had(record) or check.eligible == "yes" or record.history.get("her2_positive") in _YES
