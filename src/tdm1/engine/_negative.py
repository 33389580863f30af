"""Amounts below zero: a converged solve can settle where no body can be, and then it is a failure, not a number.

Where an enormous dose saturates all binding sites, the equations have a second, unstable equilibrium with an amount
below zero. An L-stable method damps fast movements, the one away from such a point included, so a long step can end
there with a small error. No step sees it; the end of the interval does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdm1.engine._batch import Results
from tdm1.engine._status import Status
from tdm1.engine._workspace import Floats

#: Below zero by this share of a state's scale, and of the size it had, is rounding.
ROUNDING = 1e-3


def refuse_negative(start: Floats, results: Results, scales: Floats, signed: NDArray[np.bool_]) -> None:
    """Give the status NEGATIVE to whose amounts end below zero by more than rounding; they keep their first states.

    start (N, S); scales and signed (S,): size of each state of no interest, and whether it may be below zero.
    """
    unsigned = ~signed
    # One pass over the states tells the usual case: nothing lies below.
    lowest = np.minimum(np.fmin.reduce(results.states, axis=0), np.fmin.reduce(results.after_input, axis=0))
    if not (unsigned & (lowest < -ROUNDING * scales)).any():
        return
    size = np.abs(start)
    below = results.after_input < -ROUNDING * (scales + size)
    below |= results.states < -ROUNDING * (scales + np.maximum(size, np.abs(results.after_input)))
    found = (below & unsigned).any(axis=1) & (results.status == Status.OK)
    results.states[found] = start[found]
    results.after_input[found] = start[found]
    results.status[found] = Status.NEGATIVE
