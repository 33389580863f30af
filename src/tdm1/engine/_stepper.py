"""The step loop: one block of patients through one phase, in numba, without the interpreter's lock.

All lanes of a block share the accepted steps in scaled time 0 .. 1; a lane's own step is that times its
own phase length. The worst lane's error decides (root mean square over states). The controller is the
elementary one with order 5: h <- h * min(8, max(0.2, 0.93 error^(-1/5))), and the last two steps of a
phase are made equal. The first step comes from the block's own data (`_first_step`).

A lane whose integration fails is given a status, keeps its last good state, and is replaced by a copy of
a healthy lane, so that the others go on; the same is done with a lane that has nothing to integrate.

Nothing here is kept on disk by itself: it is part of the two functions that are, in `_blocks`.

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
_OUT_OF_RANGE = int(Status.OUT_OF_RANGE)

#: A state beyond this, at the start or the end of a phase, is a failure though it is still a number.
LARGEST_STATE = 1e100
#: Shortest step tried, as a share of the phase.
SMALLEST_STEP = 1e-13
_EXPONENT = -1.0 / ORDER
#: After a refusal the order seen is lower than the method's: the step lies in a fast transient.
_RETRY = -1.0 / 3.0
#: Share of the first step's estimate that is tried; 0.3 to 0.4 gave the fewest steps on the shipped models.
_FIRST = 0.4
_SAFETY, _SHRINK, _GROW = 0.93, 0.2, 8.0


@njit(nogil=True, error_model="numpy")
def _prepare(code: Any, work: Any) -> None:
    call_address(code.prepare, (work.parameters.ctypes.data, work.inputs.ctypes.data, work.derived.ctypes.data))


@njit(nogil=True, error_model="numpy")
def _rhs(code: Any, work: Any, state: Any, slopes: Any) -> None:
    call_address(code.rhs, (state.ctypes.data, work.derived.ctypes.data, slopes.ctypes.data))


@njit(nogil=True, error_model="numpy")
def clear(row: Any) -> None:
    """Zeros in one row. (A written-out loop compiles ten times faster than NumPy's slices do.)"""
    for lane in range(row.shape[0]):
        row[lane] = 0


@njit(nogil=True, error_model="numpy")
def copy_lane(source: Any, lane: int, target: Any, place: int) -> None:
    """One lane's column into a column of another array, or of the same one."""
    for i in range(source.shape[0]):
        target[i, place] = source[i, lane]


@njit(nogil=True, error_model="numpy")
def _sizes(values: Any, share: float, less: Any, state: Any, tolerance: Any, sizes: Any) -> None:
    """Root mean square of `values - share * less` in units of the tolerance, by lane, into `sizes`."""
    states = state.shape[0]
    for lane in range(LANES):
        total = 0.0
        for i in range(states):
            allowed = tolerance[i + 1] + tolerance[0] * abs(state[i, lane])
            ratio = (values[i, lane] - share * less[i, lane]) / allowed
            total += ratio * ratio
        sizes[lane] = np.sqrt(total / states)


@njit(nogil=True, error_model="numpy")
def _first_step(code: Any, work: Any, state: Any, scratch: Any) -> float:
    """A first step (share of the phase) for which the sixth-order term would stay near the tolerance.

    Slopes f and their change along the solution, (f(y + e f) - f(y)) / e, give a rate `turn`; if every
    further derivative grows by that rate, the error of order 6 is about size(f) turn^5 h^6 / 720.
    """
    states = state.shape[0]
    days, speed, bend, nudge = work.days[0], work.lanes[0], work.lanes[1], work.lanes[2]
    _rhs(code, work, state, work.slopes)
    _sizes(work.slopes, 0.0, work.slopes, state, work.tolerance, speed)
    for lane in range(LANES):
        speed[lane] *= days[lane]
        nudge[lane] = min(1e-3, 1.0 / (1.0 + speed[lane]))
    for i in range(states):
        for lane in range(LANES):
            scratch[i, lane] = state[i, lane] + nudge[lane] * days[lane] * work.slopes[i, lane]
    _rhs(code, work, scratch, work.new_slopes)
    _sizes(work.new_slopes, 1.0, work.slopes, state, work.tolerance, bend)
    first = 1.0
    for lane in range(LANES):
        rate = bend[lane] * days[lane] / nudge[lane]
        if speed[lane] > 0.0 and np.isfinite(rate) and np.isfinite(speed[lane]):
            turn = max(rate / speed[lane], 1.0)
            first = min(first, _FIRST * (720.0 / (speed[lane] * turn**5)) ** (1.0 / 6.0))
    return max(first, 1e3 * SMALLEST_STEP)


@njit(nogil=True, error_model="numpy")
def _fill_idle(code: Any, work: Any, state: Any) -> bool:
    """Put a copy of the first live lane into every lane that is not live; False if none is live."""
    live = work.live
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
            for values in (state, work.parameters, work.inputs, work.days):
                copy_lane(values, donor, values, lane)
    _prepare(code, work)
    return True


@njit(nogil=True, error_model="numpy")
def _drop(work: Any, state: Any, counts: Any, lane: int, reason: int) -> None:
    """End one lane: it keeps the state it has now, and the steps counted so far in this phase."""
    work.live[lane] = False
    work.status[lane] = reason
    copy_lane(state, lane, work.kept, lane)
    work.steps[lane] += counts[0]
    work.rejected[lane] += counts[1]


@njit(nogil=True, error_model="numpy")
def _drop_out_of_range(work: Any, state: Any, counts: Any) -> None:
    """End the lanes with a state beyond LARGEST_STATE; they keep the states of the start of the phase."""
    largest = work.lanes[0]
    clear(largest)
    for i in range(state.shape[0]):
        for lane in range(LANES):
            largest[lane] = max(largest[lane], abs(state[i, lane]))
    for lane in range(LANES):
        if work.live[lane] and largest[lane] > LARGEST_STATE:
            _drop(work, work.kept, counts, lane, _OUT_OF_RANGE)


@njit(nogil=True, error_model="numpy")
def _begin(code: Any, work: Any) -> bool:
    """Find the lanes that take part and fill the others; False if none does."""
    state, slopes = work.state, work.slopes
    _prepare(code, work)
    _rhs(code, work, state, slopes)
    for lane in range(LANES):
        sound = 0.0
        for i in range(state.shape[0]):
            sound += 0.0 * (state[i, lane] + slopes[i, lane])  # NaN once anything is not finite
            work.kept[i, lane] = state[i, lane]
        work.live[lane] = work.status[lane] == _OK and work.days[0, lane] > 0.0
        if work.live[lane] and sound != 0.0:
            _drop(work, state, (0, 0), lane, _NOT_FINITE)
    _drop_out_of_range(work, state, (0, 0))
    return _fill_idle(code, work, state)


@njit(nogil=True, error_model="numpy")
def run_phase(code: Any, work: Any, most_steps: int) -> None:
    """Integrate the block in `work` over `work.days`; lanes with length 0 or a status stay as they are.

    Changes work.state, work.status, work.steps and work.rejected.
    """
    if not _begin(code, work):
        return  # no lane was changed
    states = work.state.shape[0]
    state, new_state = work.state, work.new_state
    state_at, new_at = state.ctypes.data, new_state.ctypes.data
    derived_at, tolerance_at, work_at = work.derived.ctypes.data, work.tolerance.ctypes.data, work.work.ctypes.data
    step_at, h_at, error_at = code.step, work.h.ctypes.data, work.error.ctypes.data
    length, lengths, errors = work.days[0], work.h[0], work.error[0]
    h = _first_step(code, work, state, new_state)
    done, tried, accepted, refused = 0.0, 0, 0, 0
    going = True
    while going:
        rest = 1.0 - done
        last = h >= 0.999 * rest
        step = rest if last else min(h, 0.5 * rest)
        for lane in range(LANES):
            lengths[lane] = step * length[lane]
        call_address(step_at, (state_at, derived_at, h_at, tolerance_at, work_at, new_at, error_at))
        tried += 1
        worst, total = 0.0, 0.0
        for lane in range(LANES):
            worst = max(worst, errors[lane])
            total += errors[lane]
        finite = np.isfinite(total)
        error = np.sqrt(worst / states)
        if finite and error <= 1.0:
            accepted += 1
            state, new_state = new_state, state
            state_at, new_at = new_at, state_at
            done += step
            going = not last
            wanted = step * min(_GROW, _SAFETY * (error + 1e-10) ** _EXPONENT)
            h = max(h, wanted) if step < h else wanted
        else:
            refused += 1
            h = step * (max(_SHRINK, _SAFETY * error**_RETRY) if finite else _SHRINK)
            if h < SMALLEST_STEP:
                for lane in range(LANES):
                    if work.live[lane] and not errors[lane] <= states:
                        reason = _STEP_TOO_SMALL if np.isfinite(errors[lane]) else _NOT_FINITE
                        _drop(work, state, (accepted, refused), lane, reason)
                going = _fill_idle(code, work, state)
                h = _first_step(code, work, state, new_state) if going else h
        if tried >= most_steps and going:
            tried = 0
            for lane in range(LANES):
                if work.live[lane] and (errors[lane] == worst or not finite):
                    _drop(work, state, (accepted, refused), lane, _TOO_MANY_STEPS)
            going = _fill_idle(code, work, state)
    _drop_out_of_range(work, state, (accepted, refused))
    for lane in range(LANES):
        if work.live[lane]:
            work.steps[lane] += accepted
            work.rejected[lane] += refused
        else:
            copy_lane(work.kept, lane, state, lane)
    if state_at != work.state.ctypes.data:
        for i in range(states):
            for lane in range(LANES):
                work.state[i, lane] = state[i, lane]
