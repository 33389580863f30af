"""CTCAE grades of laboratory values, vectorised, from the bounds that stand as facts."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.safety._errors import FindingError

#: Which way is worse, the unit of the bounds, and the grades that a number can give besides those without a bound in
#: a version. Another analyte needs its facts and one line here.
_SCALES: Final[dict[str, tuple[str, str]]] = {
    "platelets": ("lower", "10*9/L"),
    "neutrophils": ("lower", "10*9/L"),
    "haemoglobin": ("lower", "g/dL"),
    "potassium": ("lower", "mmol/L"),
    "alt": ("higher", "xULN"),
    "ast": ("higher", "xULN"),
    "bilirubin": ("higher", "xULN"),
    "lvef": ("lower", "%"),
}
#: Grades that no number gives: of haemoglobin only version 3 has a bound for grade 4, and grade 2 of potassium is
#: grade 1 with symptoms.
_WITHOUT_BOUND: Final[dict[str, dict[int, set[int]]]] = {
    "haemoglobin": {4: {4}, 5: {4}},
    "potassium": {3: {2}, 4: {2}, 5: {2}},
}
VERSIONS: Final[tuple[int, ...]] = (3, 4, 5)
ANALYTES: Final[tuple[str, ...]] = tuple(_SCALES)

#: The grade of a value that was not measured.
NOT_GRADED: Final = -1

_POINTS_DECIMALS: Final = 6


def _names(analyte: str, version: int) -> None:
    if analyte not in _SCALES:
        raise FindingError(f"no grades are here for '{analyte}'{evidence.nearest(analyte, ANALYTES)} "
                           f"They are here for {', '.join(ANALYTES)}")
    if version not in VERSIONS:
        raise FindingError(f"no CTCAE version {version!r} is here; use one of {', '.join(map(str, VERSIONS))}")


def _bound(analyte: str, version: int, grade_number: int, unit: str) -> float:
    """The bound at which a grade begins; the names stand in full so that a search for a fact finds its user."""
    names = {
        3: f"ctcae3.{analyte}.grade_{grade_number}",
        4: f"ctcae4.{analyte}.grade_{grade_number}",
        5: f"ctcae5.{analyte}.grade_{grade_number}",
    }
    return evidence.value(names[version], unit)


def bounds(
    analyte: str, version: int, *, uln: ArrayLike = 1.0, lln: ArrayLike | None = None,
) -> list[NDArray[np.float64]]:
    """The bounds at which grades 1 to 4 begin, in the unit of the value.

    Platelets: 10*9/L, a grade begins below its bound, grade 1 below `lln`. ALT, AST and bilirubin: multiples of the
    upper limit of normal times `uln`, a grade begins above its bound. Raises FindingError for an unknown
    analyte or version, a missing `lln`, or a limit that is not positive.
    """
    _names(analyte, version)
    worse, unit = _SCALES[analyte]
    if analyte == "lvef":
        raise FindingError("the grades of lvef are not bounds of one value; use grade()")
    if worse == "higher":
        limit = _limit("uln", uln)
        return [_bound(analyte, version, number, unit) * limit for number in (1, 2, 3, 4)]
    if lln is None:
        raise FindingError(f"grade 1 of {analyte} begins below the lower limit of normal; give lln in {unit}")
    lower = _limit("lln", lln)
    without = _WITHOUT_BOUND.get(analyte, {}).get(version, set())
    found = [lower]
    for number in (2, 3, 4):
        # A grade without a bound is never reached by a number: the next one's bound stands in, none for grade 4.
        known = next((n for n in range(number, 5) if n not in without), None)
        found.append(np.asarray(-np.inf if known is None else _bound(analyte, version, known, unit)))
    if (lower < found[1]).any():
        raise FindingError(f"lln {lower.min():g} is below grade 2's bound ({found[1]:g} {unit}); give it in {unit}")
    return found


def _limit(name: str, given: ArrayLike) -> NDArray[np.float64]:
    limit = np.asarray(given, dtype=np.float64)
    if not ((limit > 0) & np.isfinite(limit)).all():
        raise FindingError(f"{name} must be a positive number in the unit of the value")
    return limit


def _heart_grade(found: NDArray[np.float64], version: int, baseline: ArrayLike | None) -> NDArray[np.int8]:
    """Grade of an ejection fraction: by its value in version 3; by value or fall, the worse one, in 4 and 5.

    -1 where the baseline is NaN and a fall could still make the grade worse.
    """
    value = evidence.value
    if version == 3:
        begins = [value(f"ctcae3.lvef.grade_{number}", "%") for number in (1, 2, 3, 4)]
        return np.asarray(np.sum([found < bound for bound in begins], axis=0), dtype=np.int8)
    if baseline is None:
        raise FindingError(f"version {version} judges lvef against its baseline too; give baseline in %")
    low, severe, worst = (value(f"ctcae{version}.lvef.grade_{number}", "%") for number in (2, 3, 4))
    by_value = np.select([found < worst, found < severe, found <= low], [4, 3, 2], default=0)
    before = np.asarray(baseline, dtype=np.float64)
    wrong = np.isinf(before) | (before < 0)
    if wrong.any():
        raise FindingError(f"baseline {before[wrong].flat[0]:g} of lvef is no percentage; NaN when not measured")
    # Differences of printed percentages carry rounding noise that a bound of 10 points must not feel.
    fall = np.round(before - found, _POINTS_DECIMALS)
    two, three = (value(f"ctcae{version}.lvef_drop.grade_{number}", "%") for number in (2, 3))
    # Version 4 prints more than 20 points for grade 3, version 5 20 or more.
    large = fall > three if version == 4 else fall >= three
    worse = np.maximum(by_value, np.select([large, fall >= two], [3, 2], default=0))
    # A fall alone can make grade 3: under that, a value without its baseline has no known grade.
    return np.where(np.isnan(before) & (by_value < 3), NOT_GRADED, worse).astype(np.int8)


def grade(
    analyte: str, value: ArrayLike, version: int, *, uln: ArrayLike = 1.0, lln: ArrayLike | None = None,
    baseline: ArrayLike | None = None,
) -> NDArray[np.int8]:
    """CTCAE grade 0 to 4 of each value, -1 where the value or the baseline it needs is NaN; shape of `value`.

    analyte   platelets, neutrophils (10*9/L), haemoglobin (g/dL), potassium (mmol/L), all with `lln` in their unit;
              alt, ast (U/L with `uln` in U/L) or bilirubin (with `uln` in its unit), where values that are multiples
              of the upper limit already need no `uln`; lvef (%, with `baseline` in % for versions 4 and 5)
    version   3, 4 or 5 of the CTCAE; ALT and AST grade 2 begin above 2.5 x ULN in version 3, above 3 in 4 and 5
    Version 5 judges against the baseline where that was abnormal; here the limits of normal always serve. Grades that
    need more than a number are not given: grade 4 of haemoglobin in versions 4 and 5, grade 2 of potassium.
    Raises FindingError for an unknown analyte or version, a negative or infinite value, or a bad limit.
    Source: facts ctcae3, ctcae4, ctcae5.
    """
    found = np.asarray(value, dtype=np.float64)
    _names(analyte, version)
    wrong = np.isinf(found) | (found < 0)
    if wrong.any():
        where = int(np.argmax(wrong))
        raise FindingError(f"{analyte} number {where} is {found.flat[where]:g}; give 0 or more, NaN when not measured")
    if analyte == "lvef":
        missing = np.isnan(found)
        return np.where(missing, np.int8(NOT_GRADED), _heart_grade(found, version, baseline)).astype(np.int8)
    begins = bounds(analyte, version, uln=uln, lln=lln)
    higher = _SCALES[analyte][0] == "higher"
    total = np.zeros(np.broadcast_shapes(found.shape, *(np.shape(bound) for bound in begins)), np.int8)
    for bound in begins:
        total += found > bound if higher else found < bound
    return np.where(np.isnan(found), np.int8(NOT_GRADED), total).astype(np.int8)
