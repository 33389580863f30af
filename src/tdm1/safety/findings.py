"""Findings of N patients at one visit: laboratory values, signs and events. What was not measured is NaN."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.safety._errors import FindingError
from tdm1.safety._labs import HIGHEST_GRADE, LABS, SIGNS, OtherEvent

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen at one visit; each array has shape (N,), NaN where a patient was not measured.

    A column that nobody was measured for may be None. Build it with `Findings.of`, which checks every value.

    time_day                           day of the visit
    platelets                          10*9/L
    alt_x_uln, ast_x_uln, bilirubin_x_uln   multiples of the upper limit of normal
    lvef, lvef_baseline                percent; baseline is the value before treatment
    nodular_regenerative_hyperplasia, symptomatic_heart_failure, pneumonitis   1 there, 0 not
    neuropathy_grade, haemorrhage_grade, heart_failure_grade, lv_dysfunction_grade, radiation_pneumonitis_grade,
    infusion_reaction_grade            CTCAE grade 0 to 5; lv_dysfunction is left ventricular systolic dysfunction
    other_event                        what another event asks for (`OtherEvent`)
    """

    time_day: Floats
    platelets: Floats | None = None
    alt_x_uln: Floats | None = None
    ast_x_uln: Floats | None = None
    bilirubin_x_uln: Floats | None = None
    lvef: Floats | None = None
    lvef_baseline: Floats | None = None
    nodular_regenerative_hyperplasia: Floats | None = None
    symptomatic_heart_failure: Floats | None = None
    pneumonitis: Floats | None = None
    neuropathy_grade: Floats | None = None
    haemorrhage_grade: Floats | None = None
    heart_failure_grade: Floats | None = None
    lv_dysfunction_grade: Floats | None = None
    radiation_pneumonitis_grade: Floats | None = None
    infusion_reaction_grade: Floats | None = None
    other_event: Floats | None = None

    @classmethod
    def of(cls, time_day: ArrayLike, **columns: ArrayLike | None) -> Findings:
        """Findings from numbers or arrays; one number serves all patients.

        Raises FindingError for an unknown column (with the nearest name), for arrays of different length, and
        for a value that cannot be real, naming the patient and how to mend it.
        """
        known = [field.name for field in fields(cls)]
        for name in columns:
            if name not in known:
                raise FindingError(f"there is no finding '{name}'{evidence.nearest(name, known)}")
        given: dict[str, ArrayLike] = {"time_day": time_day}
        given |= {name: value for name, value in columns.items() if value is not None}
        arrays = {name: np.asarray(value, dtype=np.float64) for name, value in given.items()}
        count = max((array.size for array in arrays.values() if array.ndim), default=1)
        for name, array in arrays.items():
            if array.ndim > 1 or (array.ndim == 1 and array.size != count):
                raise FindingError(f"finding '{name}' has shape {array.shape}; give one number or {count} of them")
        whole = {name: np.broadcast_to(array, (count,)) for name, array in arrays.items()}
        for name, array in whole.items():
            _check(name, array)
        return cls(**whole)

    def __len__(self) -> int:
        return len(self.time_day)

    def column(self, name: str) -> Floats | None:
        """The array called `name`, or None when nobody was measured for it."""
        found: Floats | None = getattr(self, name)
        return found

    def take(self, index: ArrayLike) -> Findings:
        """The findings of the patients in `index` (numbers or a mask), in that order."""
        chosen = np.asarray(index)
        columns = {field.name: self.column(field.name) for field in fields(self) if field.name != "time_day"}
        some = {name: array[chosen] for name, array in columns.items() if array is not None}
        return Findings(time_day=self.time_day[chosen], **some)


def _refuse(name: str, array: Floats, wrong: NDArray[np.bool_], mend: str) -> None:
    if wrong.any():
        patient = int(np.argmax(wrong))
        raise FindingError(f"patient {patient}: {name} is {array[patient]:g}; {mend}")


def _check(name: str, array: Floats) -> None:
    _refuse(name, array, np.isinf(array), "give a finite number, or NaN when it was not measured")
    if name == "time_day":
        _refuse(name, array, ~(array >= 0), "a visit needs its day, counted from the first planned dose on day 0")
        return
    _refuse(name, array, array < 0, "it cannot be negative; leave it out or use NaN when it was not measured")
    lab = next((lab for lab in LABS.values() if lab.column == name), LABS["lvef"] if name == "lvef_baseline" else None)
    if lab is not None and lab.limit:
        limit = evidence.value(lab.limit, lab.limit_unit)
        _refuse(name, array, array > limit, f"more than {limit:g} is not taken as real; give it in {lab.limit_unit}")
        return
    highest = HIGHEST_GRADE if lab is not None else 1 if name in SIGNS else max(OtherEvent)
    wrong = ~np.isnan(array) & ((array > highest) | (array != np.round(array)))
    _refuse(name, array, wrong, f"give a whole number from 0 to {highest}")
