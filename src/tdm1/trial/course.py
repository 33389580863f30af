"""The course of the patients of one chunk, visit after visit: it reads like the protocol.

    measure -> decide -> give -> advance -> look

All patients of the chunk are simulated whatever number is asked for, and those who left are taken out
of the engine's blocks by one fixed rule, so that results are the same for any number of patients.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tdm1.regimen import Ledger
from tdm1.safety import Label
from tdm1.trial.arms import SimulatedArm
from tdm1.trial.definition import TrialFile
from tdm1.trial.people import People

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
    lab_visits          (day, who was seen, values of all N by analyte)
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


def run_course(trial: TrialFile, arm: SimulatedArm, people: People, label: Label, seed: int) -> Course:
    """Treat and follow the patients of one chunk until all have had their event or reached the data cut."""
    from tdm1.trial.chunk import Chunk
    from tdm1.trial.outcome import look, settle
    from tdm1.trial.visit import visit

    chunk = Chunk(trial, arm, people, label, seed)
    tick = trial.tick_day(arm)
    day = 0
    while chunk.on_study.any():
        rate, length = visit(chunk, day)
        chunk.advance(day, rate, length, tick)
        day += tick
        look(chunk, day, tick)
    settle(chunk)
    return chunk.course
