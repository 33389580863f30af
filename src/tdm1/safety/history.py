"""What the label must remember of each patient between visits."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bools = NDArray[np.bool_]
Integers = NDArray[np.int16]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class History:
    """The state of N patients under one label with R rules; never changed in place.

    level           (N,) index of the dose level that the patient is on; 0 is the full dose
    stopped         (N,) treatment has been stopped for good
    stop_rule       (N,) index of the rule that stopped it, -1 for none
    open            (N, R) a rule's finding was seen and has not recovered yet (an episode)
    reduction_due   (N,) the next dose must be one level lower
    reduction_rule  (N,) index of the rule that asked for it, -1 for none
    delays          (N, R) episodes that held a due dose, since the last time they led to a lower dose
    delayed         (N, R) the open episode has held a due dose and is counted
    lvef_asked_day  (N,) day of the finding after which a repeat of the ejection fraction is due; NaN for none
    lvef_undecided  (N,) an ejection fraction was measured that cannot be judged without its baseline
    last_day        (N,) day of the last visit
    """

    level: NDArray[np.int8]
    stopped: Bools
    stop_rule: Integers
    open: Bools
    reduction_due: Bools
    reduction_rule: Integers
    delays: Integers
    delayed: Bools
    lvef_asked_day: Floats
    lvef_undecided: Bools
    last_day: Floats

    @classmethod
    def start(cls, patients: int, rules: int) -> History:
        """Patients before their first dose: full dose, nothing seen."""
        no = np.zeros(patients, dtype=np.bool_)
        none = np.full(patients, -1, dtype=np.int16)
        return cls(
            level=np.zeros(patients, dtype=np.int8), stopped=no, stop_rule=none,
            open=np.zeros((patients, rules), dtype=np.bool_), reduction_due=no, reduction_rule=none,
            delays=np.zeros((patients, rules), dtype=np.int16), delayed=np.zeros((patients, rules), dtype=np.bool_),
            lvef_asked_day=np.full(patients, np.nan), lvef_undecided=no, last_day=np.zeros(patients),
        )

    def __len__(self) -> int:
        return len(self.level)

    def take(self, index: ArrayLike) -> History:
        """The history of the patients in `index` (numbers or a mask), in that order."""
        chosen = np.asarray(index)
        return History(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def put(self, index: ArrayLike, part: History) -> History:
        """A new history in which the patients in `index` have the state of `part`; the others stay."""
        chosen = np.asarray(index)
        arrays = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        for name, array in arrays.items():
            array[chosen] = getattr(part, name)
        return History(**arrays)
