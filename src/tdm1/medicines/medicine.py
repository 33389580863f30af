"""One medicine as a person or a record names it: free text, or a code of a known system."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from tdm1.evidence import nearest
from tdm1.medicines._errors import MedicineError

System = Literal["rxnorm", "atc", "snomed", "ndc", "unii"]
#: Spellings of each code system: its short name and its address in FHIR.
SYSTEMS: dict[str, System] = {
    "rxnorm": "rxnorm",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "atc": "atc",
    "http://www.whocc.no/atc": "atc",
    "snomed": "snomed",
    "http://snomed.info/sct": "snomed",
    "ndc": "ndc",
    "http://hl7.org/fhir/sid/ndc": "ndc",
    "unii": "unii",
    "http://fdasis.nlm.nih.gov": "unii",
}
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine that is taken, or was.

    name              free text: a name, a brand, with strength and form or without, spelling mistakes and all
    code, system      a code and its system (short name or FHIR address), instead of a name or beside it
    active            is it taken now
    started, stopped  first and last day, where known
    Raises MedicineError without a name and a code, for an unknown system, a name that is too long, and a last day
    before the first.
    """

    name: str | None = None
    code: str | None = None
    system: str | None = None
    active: bool = True
    started: datetime.date | None = None
    stopped: datetime.date | None = None

    def __post_init__(self) -> None:
        """Check that there is something to recognise it by."""
        if not (self.name and self.name.strip()) and not (self.code and self.system):
            raise MedicineError("a medicine needs a name, or a code together with its system")
        if self.name is not None and len(self.name) > _LONGEST_NAME:
            raise MedicineError(f"a medicine's name has {len(self.name)} characters; at most {_LONGEST_NAME} are read")
        if self.system is not None and self.system not in SYSTEMS:
            raise MedicineError(f"'{self.system}' is no code system{nearest(self.system, SYSTEMS)}"
                                f" (known: {', '.join(sorted(set(SYSTEMS.values())))})")

        if self.started is not None and self.stopped is not None and self.stopped < self.started:
            raise MedicineError(f"'{self.said}' was stopped on {self.stopped}, before it was started "
                                f"on {self.started}: mend one of the two")

    @property
    def said(self) -> str:
        """What to call it in an answer: its name, else system and code."""
        return self.name.strip() if self.name else f"{self.system} {self.code}"
