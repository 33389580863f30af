"""The step loop: one block of patients through one phase, in numba, without the interpreter's lock.

All lanes of a block share the accepted steps in scaled time 0 .. 1; a lane's own step is that times its
own phase length. The worst lane's error decides (root mean square over states). The controller is the
elementary one with order 5: h <- h * min(8, max(0.2, 0.93 error^(-1/5))), and the last two steps of a
phase are made equal. The first step comes from the block's own data (`_first_step`).

A lane whose integration fails is given a status, keeps its last good state, and is replaced by a copy of
a healthy lane, so that the others go on; the same is done with a lane that has nothing to integrate.

References: Hairer, Norsett, Wanner, "Solving ODEs I" (2nd ed. 1993), II.4; Hairer and Wanner, II, IV.7-8.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from tdm1.engine._call import call_address
from tdm1.engine._rodas5p import ORDER
from tdm1.engine._status import Status
from tdm1.engine._vector_code import LANES

_OK = int(Status.OK)
_NOT_FINITE = int(Status.NOT_FINITE)
_TOO_MANY_STEPS = int(Status.TOO_MANY_STEPS)
_STEP_TOO_SMALL = int(Status.STEP_TOO_SMALL)

#: Shortest step tried, as a share of the phase.
SMALLEST_STEP = 1e-13
_EXPONENT = -1.0 / ORDER
#: After a refusal the order seen is lower than the method's: the step lies in a fast transient.
_RETRY = -1.0 / 3.0
#: Share of the first step's estimate that is tried; 0.3 to 0.4 gave the fewest steps on the shipped models.
_FIRST = 0.4
_SAFETY, _SHRINK, _GROW = 0.93, 0.2, 8.0


@njit(cache=True, nogil=True, error_model="numpy")
def _prepare(code: Any, work: Any) -> None:
    call_address(
        code.prepare, (work.parameters.ctypes.data, work.inputs.ctypes.data, work.derived.ctypes.data)
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _rhs(code: Any, work: Any, state: Any, slopes: Any) -> None:
    call_address(code.rhs, (state.ctypes.data, work.derived.ctypes.data, slopes.ctypes.data))


@njit(cache=True, nogil=True, error_model="numpy")
def _sizes(values: Any, less: Any, state: Any, tolerance: Any, sizes: Any) -> None:
    """Root mean square of `values - less` in units of the tolerance, by lane, into `sizes`."""
    states = state.shape[0]
    sizes[:] = 0.0
    for i in range(states):
        for lane in range(LANES):
            ratio = (values[i, lane] - less[i, lane]) / (tolerance[i + 1] + tolerance[0] * abs(state[i, lane]))
            sizes[lane] += ratio * ratio
    for lane in range(LANES):
        sizes[lane] = np.sqrt(sizes[lane] / states)


@njit(cache=True, nogil=True, error_model="numpy")
def _first_step(code: Any, work: Any, state: Any, scratch: Any) -> float:
    """A first step (share of the phase) for which the sixth-order term would stay near the tolerance.

    Slopes f and their change along the solution, (f(y + e f) - f(y)) / e, give a rate `turn`; if every
    further derivative grows by that rate, the error of order 6 is about size(f) turn^5 h^6 / 720.
    """
    states = state.shape[0]
    days, speed, bend, nudge = work.days[0], work.lanes[0], work.lanes[1], work.lanes[2]
    _rhs(code, work, state, work.slopes)
    scratch[:] = 0.0
    _sizes(work.slopes, scratch, state, work.tolerance, speed)
    for lane in range(LANES):
        speed[lane] *= days[lane]
        nudge[lane] = min(1e-3, 1.0 / (1.0 + speed[lane]))
    for i in range(states):
        for lane in range(LANES):
            scratch[i, lane] = state[i, lane] + nudge[lane] * days[lane] * work.slopes[i, lane]
    _rhs(code, work, scratch, work.new_slopes)
    _sizes(work.new_slopes, work.slopes, state, work.tolerance, bend)
    first = 1.0
    for lane in range(LANES):
        rate = bend[lane] * days[lane] / nudge[lane]
        if speed[lane] > 0.0 and np.isfinite(rate) and np.isfinite(speed[lane]):
            turn = max(rate / speed[lane], 1.0)
            first = min(first, _FIRST * (720.0 / (speed[lane] * turn**5)) ** (1.0 / 6.0))
    return max(first, 1e3 * SMALLEST_STEP)


@njit(cache=True, nogil=True, error_model="numpy")
def _fill_idle(code: Any, work: Any, state: Any, live: Any) -> bool:
    """Put a copy of the first live lane into every lane that is not live; False if none is live."""
    donor, idle = -1, 0
    for lane in range(LANES - 1, -1, -1):
        if live[lane]:
            donor = lane
        else:
            idle += 1
    if donor < 0 or idle == 0:
        return donor >= 0
    for lane in range(LANES):
        if not live[lane]:
            state[:, lane] = state[:, donor]
            work.parameters[:, lane] = work.parameters[:, donor]
            work.inputs[:, lane] = work.inputs[:, donor]
            work.days[0, lane] = work.days[0, donor]
    _prepare(code, work)
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _drop(work: Any, state: Any, live: Any, status: Any, lane: int, reason: int) -> None:
    """End one lane: it keeps the state it has now."""
    live[lane] = False
    status[lane] = reason
    work.kept[:, lane] = state[:, lane]


@njit(cache=True, nogil=True, error_model="numpy")
def run_phase(code: Any, work: Any, status: Any, steps: Any, rejected: Any, most_steps: int) -> None:
    """Integrate the block in `work` over `work.days`; lanes with length 0 or a status stay as they are.

    Changes work.state, status (int8), steps and rejected (int64), all by lane.
    """
    states = work.state.shape[0]
    state, new_state = work.state, work.new_state
    live, sound = work.live, work.lanes[0]
    _prepare(code, work)
    _rhs(code, work, state, work.slopes)
    work.kept[:] = state
    sound[:] = 0.0
    for i in range(states):
        for lane in range(LANES):
            sound[lane] += 0.0 * (state[i, lane] + work.slopes[i, lane])  # NaN once anything is not finite
    for lane in range(LANES):
        live[lane] = status[lane] == _OK and work.days[0, lane] > 0.0
        if live[lane] and sound[lane] != 0.0:
            _drop(work, state, live, status, lane, _NOT_FINITE)
    going = _fill_idle(code, work, state, live)
    h = _first_step(code, work, state, new_state) if going else 0.0
    done, tried = 0.0, 0
    while going:
        rest = 1.0 - done
        last = h >= 0.999 * rest
        step = rest if last else min(h, 0.5 * rest)
        for lane in range(LANES):
            work.h[0, lane] = step * work.days[0, lane]
        call_address(
            code.step,
            (
                state.ctypes.data,
                work.derived.ctypes.data,
                work.h.ctypes.data,
                work.tolerance.ctypes.data,
                work.work.ctypes.data,
                new_state.ctypes.data,
                work.error.ctypes.data,
            ),
        )
        tried += 1
        worst = 0.0
        worst_lane = 0
        finite = True
        for lane in range(LANES):
            error = work.error[0, lane]
            if not np.isfinite(error):
                finite = False
            elif error > worst:
                worst, worst_lane = error, lane
        error = np.sqrt(worst / states)
        factor = _SHRINK
        if finite:
            factor = min(_GROW, max(_SHRINK, _SAFETY * (error + 1e-10) ** (_EXPONENT if error <= 1.0 else _RETRY)))
        if finite and error <= 1.0:
            state, new_state = new_state, state
            done += step
            for lane in range(LANES):
                steps[lane] += live[lane]
            if last:
                break
            h = max(h, step * factor) if step < h else step * factor
        else:
            for lane in range(LANES):
                rejected[lane] += live[lane]
            h = step * factor
            if h < SMALLEST_STEP:
                for lane in range(LANES):
                    bad = work.error[0, lane]
                    if live[lane] and not bad <= states:
                        reason = _STEP_TOO_SMALL if np.isfinite(bad) else _NOT_FINITE
                        _drop(work, state, live, status, lane, reason)
                going = _fill_idle(code, work, state, live)
                if going:
                    h = _first_step(code, work, state, new_state)
        if tried >= most_steps:
            tried = 0
            if live[worst_lane]:
                _drop(work, state, live, status, worst_lane, _TOO_MANY_STEPS)
            else:
                for lane in range(LANES):
                    if live[lane]:
                        _drop(work, state, live, status, lane, _TOO_MANY_STEPS)
            going = _fill_idle(code, work, state, live)
    for i in range(states):
        for lane in range(LANES):
            work.state[i, lane] = state[i, lane] if live[lane] else work.kept[i, lane]
