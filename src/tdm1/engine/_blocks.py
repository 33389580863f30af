"""Blocks of patients: gather a block from the patients' rows, integrate its phases, scatter the results.

Block b holds patients b * LANES and following; lanes past the last patient repeat him. Blocks do not
see each other, so results do not depend on how they are divided over threads.

numba keeps `advance_blocks` and `slope_blocks` on disk with all that they call. It finds them again by
their own code and by what they enclose, so each encloses the hash of the engine's sources: without it, a
change in another file would go unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

from tdm1.engine._cache import engine_sources
from tdm1.engine._call import call_address
from tdm1.engine._stepper import clear, run_phase
from tdm1.engine._vector_code import LANES


@njit(nogil=True, error_model="numpy")
def _gather(target: Any, rows: Any, block: int) -> None:
    first, last = block * LANES, rows.shape[0] - 1
    if first + LANES - 1 <= last:
        for i in range(rows.shape[1]):
            for lane in range(LANES):
                target[i, lane] = rows[first + lane, i]
        return
    for lane in range(LANES):
        for i in range(rows.shape[1]):
            target[i, lane] = rows[min(first + lane, last), i]


@njit(nogil=True, error_model="numpy")
def _scatter(rows: Any, source: Any, block: int) -> None:
    for lane in range(min(LANES, rows.shape[0] - block * LANES)):
        for i in range(rows.shape[1]):
            rows[block * LANES + lane, i] = source[i, lane]


def _advance_blocks(sources: int) -> Callable[..., None]:
    @njit(cache=True, nogil=True, error_model="numpy")
    def advance_blocks(
        code: Any,
        work: Any,
        patients: Any,
        results: Any,
        first_block: int,
        last_block: int,
        most_steps: int,
    ) -> None:
        """Advance blocks first_block .. last_block - 1 from `patients` into `results` (see `_batch`)."""
        assert sources >= 0  # only so that the function encloses it
        count = patients.states.shape[0]
        for block in range(first_block, last_block):
            any_input, any_rest = False, False
            for lane in range(LANES):
                patient = min(block * LANES + lane, count - 1)
                work.status[lane] = results.status[patient]
                any_input = any_input or patients.input_day[patient] > 0.0
                any_rest = any_rest or patients.days[patient] > patients.input_day[patient]
            clear(work.steps)
            clear(work.rejected)
            _gather(work.state, patients.states, block)
            if any_input:
                _gather(work.parameters, patients.parameters, block)
                _gather(work.inputs, patients.inputs, block)
                for lane in range(LANES):
                    work.days[0, lane] = patients.input_day[min(block * LANES + lane, count - 1)]
                run_phase(code, work, most_steps)
            for patient in range(block * LANES, min((block + 1) * LANES, count)):
                for i in range(patients.states.shape[1]):
                    results.after_input[patient, i] = patients.states[patient, i]
            if any_input:
                _scatter(results.after_input, work.state, block)
            if any_rest:
                _gather(work.parameters, patients.parameters, block)
                for i in range(work.inputs.shape[0]):
                    clear(work.inputs[i])
                for lane in range(LANES):
                    patient = min(block * LANES + lane, count - 1)
                    work.days[0, lane] = patients.days[patient] - patients.input_day[patient]
                run_phase(code, work, most_steps)
            _scatter(results.states, work.state, block)
            for lane in range(min(LANES, count - block * LANES)):
                results.status[block * LANES + lane] = work.status[lane]
                results.steps[block * LANES + lane] = work.steps[lane]
                results.rejected[block * LANES + lane] = work.rejected[lane]

    return advance_blocks


def _slope_blocks(sources: int) -> Callable[..., None]:
    @njit(cache=True, nogil=True, error_model="numpy")
    def slope_blocks(code: Any, work: Any, states: Any, parameters: Any, inputs: Any, slopes: Any) -> None:
        """The compiled right-hand side for every patient, into `slopes`."""
        assert sources >= 0  # only so that the function encloses it
        blocks = (states.shape[0] + LANES - 1) // LANES
        for block in range(blocks):
            _gather(work.state, states, block)
            _gather(work.parameters, parameters, block)
            _gather(work.inputs, inputs, block)
            call_address(code.prepare, (work.parameters.ctypes.data, work.inputs.ctypes.data, work.derived.ctypes.data))
            call_address(code.rhs, (work.state.ctypes.data, work.derived.ctypes.data, work.slopes.ctypes.data))
            _scatter(slopes, work.slopes, block)

    return slope_blocks


_SOURCES = int(engine_sources()[:15], 16)
advance_blocks = _advance_blocks(_SOURCES)
slope_blocks = _slope_blocks(_SOURCES)
