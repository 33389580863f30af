"""What the rest of tdm1 sees of the engine: `compile` a model, `advance` patients, `observe` them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.engine import _cache
from tdm1.engine._batch import Patients, Results, advance_batch, available_threads
from tdm1.engine._blocks import slope_blocks
from tdm1.engine._cache import Compiled
from tdm1.engine._check_arrays import days as checked_days
from tdm1.engine._check_arrays import table
from tdm1.engine._machine import Loaded, load, object_code, processor
from tdm1.engine._negative import refuse_negative
from tdm1.engine._statements import statements
from tdm1.engine._step_code import assembly
from tdm1.engine._trace import Trace, trace
from tdm1.engine._workspace import Code, Floats, Workspace, workspace
from tdm1.mechanism import Model

#: Steps tried in one phase before the lane with the largest error is given up.
MOST_STEPS = 20_000


@dataclass(frozen=True)
class Advance:
    """Patients after an interval, one row a patient.

    states        at the end of the interval, shape (N, S)
    after_input   at the end of the input, shape (N, S); equal to the start where there was none
    status        0 or the reason of failure (`Status`), shape (N,), int8; a failed patient's rows
                  are his last good states
    steps, rejected   accepted and repeated steps of the patient's block while he took part, shape (N,)
    """

    states: Floats
    after_input: Floats
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    rejected: NDArray[np.int64]


class Kernel:
    """The compiled equations of one model. Made by `compile`; safe to use from several threads."""

    def __init__(self, model: Model, compiled: Compiled) -> None:
        self.model = model
        self.compiled = compiled
        self._loaded: Loaded = load(compiled.object_code)
        self._code = Code(*(self._loaded.address(name) for name in Code._fields))
        self._states, self._parameters, self._inputs = model.states, model.parameters, model.inputs
        self._scales: Floats = np.array([state.scale for state in model.state_table])
        self._signed = np.array([state.signed for state in model.state_table], dtype=np.bool_)

    def advance(
        self,
        states: ArrayLike,
        parameters: ArrayLike,
        inputs: ArrayLike,
        input_day: ArrayLike,
        days: ArrayLike,
        *,
        relative_tolerance: float = 1e-5,
        threads: int | None = None,
        status: ArrayLike | None = None,
    ) -> Advance:
        """Integrate every patient over his own `days`, the first `input_day` of them with his inputs on.

        states (N, S), parameters (N, P), inputs (N, U) in the model's order and units; input_day and
        days (N,) or one number, in days, 0 <= input_day <= days. After input_day all inputs are 0. The error of a
        step is kept below relative_tolerance times (State.scale + size of the state), as a root mean
        square over states. `threads`: all cores by default; it never changes a digit. A patient whose
        `status` (N,) is not 0 on entry keeps states and status.

        Patients share their steps in blocks of eight by number, so a patient's last digits depend,
        within the tolerance, on the other seven.

        Raises ValueError for a wrong shape, a negative or not finite time, input_day beyond days, or
        a tolerance outside 1e-13 .. 0.1. Trouble inside the integration is a status, never an exception.
        """
        start = table("states", states, self._states)
        count = start.shape[0]
        length = checked_days("days", days, count)
        on = checked_days("input_day", input_day, count)
        late = np.flatnonzero(on > length)
        if late.size:
            raise ValueError(
                f"input_day: patient {late[0]} has {on[late[0]]} but only {length[late[0]]} days; end it sooner"
            )
        if not 1e-13 <= relative_tolerance <= 0.1:
            raise ValueError(f"relative_tolerance: {relative_tolerance} is outside 1e-13 .. 0.1")
        if threads is not None and threads < 1:
            raise ValueError(f"threads: {threads}; give 1 or more")
        patients = Patients(
            start,
            table("parameters", parameters, self._parameters, count),
            table("inputs", inputs, self._inputs, count),
            on,
            length,
        )
        known = np.zeros(count, np.int8) if status is None else np.array(status, np.int8)
        if known.shape != (count,):
            raise ValueError(f"status: expected shape ({count},), got {known.shape}")
        counts = np.zeros((2, count), np.int64)
        results = Results(np.empty_like(start), np.empty_like(start), known, counts[0], counts[1])
        tolerance = relative_tolerance * np.concatenate([[1.0], self._scales])
        if count:
            advance_batch(
                self._code,
                lambda: self._workspace(tolerance),
                patients,
                results,
                threads or available_threads(),
                MOST_STEPS,
            )
            refuse_negative(start, results, self._scales, self._signed)
        return Advance(*results)

    def observe(self, states: ArrayLike, parameters: ArrayLike, inputs: ArrayLike) -> Floats:
        """Outputs of the model, shape (N, O), in the order of `model.outputs`; not finite where a state is not."""
        rows = table("states", states, self._states)
        count = rows.shape[0]
        columns = table("parameters", parameters, self._parameters, count).T
        with np.errstate(all="ignore"):
            outputs = self.model.observe(
                list(rows.T), list(columns), list(table("inputs", inputs, self._inputs, count).T)
            )
        result = np.empty((count, len(outputs)))
        for column, output in enumerate(outputs):
            result[:, column] = output
        return result

    def derivatives(self, states: ArrayLike, parameters: ArrayLike, inputs: ArrayLike) -> Floats:
        """d(state)/d(day), shape (N, S), by the compiled right-hand side."""
        rows = table("states", states, self._states)
        count = rows.shape[0]
        columns = table("parameters", parameters, self._parameters, count)
        driving = table("inputs", inputs, self._inputs, count)
        slopes = np.empty_like(rows)
        tolerance = np.ones(1 + len(self._states))
        if count:
            slope_blocks(self._code, self._workspace(tolerance), rows, columns, driving, slopes)
        return slopes

    def __reduce__(self) -> NoReturn:
        """A kernel is addresses in this process: refuse, instead of failing at some inner pointer."""
        raise TypeError(
            f"the kernel of '{self.model.name}' is machine code of this process and cannot be pickled or copied;"
            " call compile(model) where it is needed: it comes from memory or from the cache on disk"
        )

    def warm(self) -> None:
        """Have the step loop compiled or loaded now (once on a machine, a few seconds), not at the first patient."""
        sizes = len(self._states), len(self._parameters), len(self._inputs)
        states, parameters, inputs = (np.ones((1, size)) for size in sizes)
        self.advance(states, parameters, inputs, 0.0, 0.0, threads=1)

    def _workspace(self, tolerance: Floats) -> Workspace:
        sizes = len(self._states), len(self._parameters), len(self._inputs)
        return workspace(*sizes, self.compiled.derived, self.compiled.work, tolerance)


_kernels: dict[Model, Kernel] = {}


def compile(model: Model, *, report: Callable[[str], None] | None = None) -> Kernel:
    """The kernel of a model: from memory, from the cache on disk, or compiled now.

    `report` is told, in words, before a compilation starts. Raises ValueError if the equations are
    not smooth arithmetic or a state has no positive scale.
    """
    kernel = _kernels.get(model)
    if kernel is None:
        traced = trace(model)
        name = _cache.key(traced.fingerprint(), processor())
        compiled = _cache.load(name)
        if compiled is None:
            if report is not None:
                report(f"compiling the equations of '{model.name}' ({traced.states} states), once on this machine …")
            compiled = _compile(traced)
            _cache.store(name, compiled)
        kernel = _kernels.setdefault(model, Kernel(model, compiled))
        loop = _cache.step_loop(processor())
        if report is not None and not loop.exists():
            report("compiling the step loop, once for this installation (about ten seconds) …")
        kernel.warm()
        _cache.mark(loop)
    return kernel


def _compile(traced: Trace) -> Compiled:
    parts = statements(traced)
    text, work = assembly(parts)
    return Compiled(object_code(text), len(parts.derived), work, parts.jacobian_nonzeros, len(parts.factors))
