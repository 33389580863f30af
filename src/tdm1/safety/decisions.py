"""What the label says at one visit for N patients, and the reason in one word."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tdm1.safety.findings import Findings
from tdm1.safety.history import History

Bools = NDArray[np.bool_]


class Action(IntEnum):
    """What to do, the strictest last. At a visit between doses: what would stand if the dose were due now.

    GIVE at the patient's level; REDUCE: give one level lower; UNKNOWN: a value that the label asks for before
    a dose is missing, so nothing is decided; HOLD: not today; STOP: never again. A dose that must be held
    is held whether or not another value is missing; that order is our choice.
    """

    GIVE = 0
    REDUCE = 1
    UNKNOWN = 2
    HOLD = 3
    STOP = 4


#: The words of the actions in tables and JSON, by their number.
ACTION_NAMES: tuple[str, ...] = tuple(action.name.lower() for action in Action)


@dataclass(frozen=True, slots=True)
class Decisions:
    """One decision a patient, with everything needed to explain it.

    action          (N,) `Action`
    rule            (N,) index of the deciding rule in `rule_ids`; -1 when no row of the table asks for anything
    level           (N,) index of the dose level after the decision
    dose_mg_per_kg  (N,) dose to give now; NaN when none is given
    given           (N,) a dose is given at this visit
    fired           (N, R) every rule whose finding is there now, also those that did not decide
    considered      (N, R) rules whose delays at this visit led to "consider one level lower"
    needs           (N, K) values that must be measured first, named by `need_names`
    newly_stopped   (N,) stopped at this visit
    dose_due        (N,) a dose was planned at this visit
    history         what to pass on to the next visit
    """

    action: NDArray[np.int8]
    rule: NDArray[np.int16]
    level: NDArray[np.int8]
    dose_mg_per_kg: NDArray[np.float64]
    given: Bools
    fired: Bools
    considered: Bools
    needs: Bools
    newly_stopped: Bools
    dose_due: Bools
    history: History
    findings: Findings
    rule_ids: tuple[str, ...]
    need_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.action)

    def rule_id(self, patient: int) -> str:
        """The deciding rule's id for one patient, or an empty string."""
        index = int(self.rule[patient])
        return self.rule_ids[index] if index >= 0 else ""
