"""Findings of N patients at one visit: laboratory values, signs and events. What was not measured is NaN."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.safety._errors import FindingError
from tdm1.safety._labs import HIGHEST_GRADE, LABS, SIGNS, OtherEvent

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
#: Patients checked at a time.
_BLOCK = 2048


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
        for name in columns:
            if name not in _LIMITS:
                raise FindingError(f"there is no finding '{name}'{evidence.nearest(name, _LIMITS)}")
        given: dict[str, ArrayLike] = {"time_day": time_day}
        given |= {name: value for name, value in columns.items() if value is not None}
        arrays = {name: np.asarray(value, dtype=np.float64) for name, value in given.items()}
        count = max((array.size for array in arrays.values() if array.ndim), default=1)
        for name, array in arrays.items():
            if array.ndim > 1 or (array.ndim == 1 and array.size != count):
                raise FindingError(f"finding '{name}' has shape {array.shape}; give one number or {count} of them")
        values = np.empty((len(arrays), count))
        for row, array in enumerate(arrays.values()):
            values[row] = array
        _check(tuple(arrays), values)
        values.setflags(write=False)
        return cls(**dict(zip(arrays, values, strict=True)))

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


@dataclass(frozen=True, slots=True)
class _Limit:
    """The largest value of a column that is taken as real: a number, or the fact that holds it, in its unit."""

    largest: float = np.finfo(np.float64).max
    fact: str = ""
    unit: str = ""

    def now(self) -> float:
        return evidence.value(self.fact, self.unit) if self.fact else self.largest

    def mend(self) -> str:
        """What to write instead of a value beyond the limit."""
        if self.fact:
            return f"more than {self.now():g} is not taken as real; give it in {self.unit}"
        return f"give a whole number from 0 to {self.largest:g}"


def _limit(name: str) -> _Limit:
    lab = next((lab for lab in LABS.values() if lab.column == name), LABS["lvef"] if name == "lvef_baseline" else None)
    if lab is not None and lab.limit:
        return _Limit(fact=lab.limit, unit=lab.limit_unit)
    return _Limit(HIGHEST_GRADE if lab is not None else 1 if name in SIGNS else max(OtherEvent))


#: The limit of each column, the day of the visit first; a column without a fact holds whole numbers.
_LIMITS: dict[str, _Limit] = {
    field.name: _Limit() if field.name == "time_day" else _limit(field.name) for field in fields(Findings)
}


def _wrong(values: Floats, largest: Floats, whole: list[int]) -> tuple[Bools, Bools]:
    """(columns, N) values that are too small, and those that are too large or broken numbers where whole ones belong.

    The first column is the day of the visit, which cannot be missing; `whole` are the columns of whole numbers.
    """
    below, beyond = values < 0, values > largest
    below[0] |= np.isnan(values[0])
    if whole:
        beyond[whole] |= np.floor(values[whole]) < values[whole]
    return below, beyond


def _check(names: tuple[str, ...], values: Floats) -> None:
    """Refuses values (columns, N) that cannot be real; the first column is the day of the visit."""
    limits = [_LIMITS[name] for name in names]
    largest = np.array([limit.now() for limit in limits])[:, None]
    whole = [row for row, limit in enumerate(limits) if row and not limit.fact]
    # In blocks of patients, so that what is in between stays in the processor's cache.
    for begin in range(0, values.shape[1], _BLOCK):
        below, beyond = _wrong(values[:, begin:begin + _BLOCK], largest, whole)
        if np.count_nonzero(below) or np.count_nonzero(beyond):
            _refuse(names, values, (np.isinf(values), *_wrong(values, largest, whole)))


def _refuse(names: tuple[str, ...], values: Floats, wrong: tuple[Bools, Bools, Bools]) -> NoReturn:
    """The error of the first column with a wrong value: infinite ones first, then too small, then too large ones."""
    row = int(np.argmax(np.any(wrong, axis=(0, 2))))
    mends = (
        "give a finite number, or NaN when it was not measured",
        "it cannot be negative; leave it out or use NaN when it was not measured" if row else
        "a visit needs its day, counted from the first planned dose on day 0",
        _LIMITS[names[row]].mend(),
    )
    found, mend = next((one[row], mend) for one, mend in zip(wrong, mends, strict=True) if one[row].any())
    patient = int(np.argmax(found))
    raise FindingError(f"patient {patient}: {names[row]} is {values[row, patient]:g}; {mend}")
