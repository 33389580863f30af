"""What happened to the patients of one chunk, gathered visit after visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tdm1.regimen import Ledger

if TYPE_CHECKING:
    from tdm1.symptoms import SymptomRecord

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Index = NDArray[np.int_]


@dataclass
class Course:
    """What happened to the N patients of a chunk. Times are days; NaN or infinity where nothing happened.

    ledger              doses of T-DM1 and every decision
    trastuzumab_doses   (day, patients, mg) of every visit at which trastuzumab was given
    lab_visits          (day, who was seen, values of N by analyte, NaN of who was not)
    heart_tests         (day, who was tested, ejection fraction of all N in percent)
    scans               (day, measured sum of diameters of all N in mm)
    exposure            (patients, cycle, area, peak, trough) of every finished cycle of T-DM1
    symptoms            worst grades and episodes of the symptoms
    recurrence_site     '', 'cns', 'distant' or 'local'
    switched            went on to trastuzumab
    withdrew            left treatment for another reason than an adverse event
    stop_reason         rule that ended T-DM1 (in a trastuzumab arm: trastuzumab), empty if none did
    """

    ledger: Ledger
    count: int
    trastuzumab_doses: list[tuple[int, Index, Array]] = field(default_factory=list)
    lab_visits: list[tuple[int, Flags, dict[str, Array]]] = field(default_factory=list)
    heart_tests: list[tuple[int, Flags, Array]] = field(default_factory=list)
    scans: list[tuple[int, Array]] = field(default_factory=list)
    exposure: list[tuple[Index, Index, Array, Array, Array]] = field(default_factory=list)
    symptoms: SymptomRecord | None = None
    progression_day: Array = field(init=False)
    death_day: Array = field(init=False)
    last_scan_day: Array = field(init=False)
    recurrence_day: Array = field(init=False)
    recurrence_site: NDArray[np.str_] = field(init=False)
    delayed: Flags = field(init=False)
    reduced: Flags = field(init=False)
    switched: Flags = field(init=False)
    withdrew: Flags = field(init=False)
    stop_reason: NDArray[np.str_] = field(init=False)
    stop_day: Array = field(init=False)
    status: NDArray[np.int8] = field(init=False)

    def __post_init__(self) -> None:
        n = self.count
        self.progression_day, self.death_day, self.recurrence_day = (np.full(n, np.inf) for _ in range(3))
        self.stop_day, self.last_scan_day = np.full(n, np.inf), np.zeros(n)
        self.delayed, self.reduced, self.switched, self.withdrew = (np.zeros(n, bool) for _ in range(4))
        self.stop_reason, self.recurrence_site = np.full(n, "", dtype="U32"), np.full(n, "", dtype="U8")
        self.status = np.zeros(n, np.int8)
