"""What the rest of tdm1 sees of the engine: `compile` a model, `advance` patients, `observe` them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.engine import _cache
from tdm1.engine._batch import Phase, available_threads, run_phases, share
from tdm1.engine._cache import Compiled
from tdm1.engine._check_arrays import phases_of, table
from tdm1.engine._control import DECLARATIONS, WIDTHS
from tdm1.engine._machine import Loaded, load, object_code, processor, vector_width
from tdm1.engine._phase import ARRAYS, NUMBERS, Memory, Sizes
from tdm1.engine._statements import statements
from tdm1.engine._step_code import model_functions
from tdm1.engine._stepper import ROUNDING, run_function, slopes_function
from tdm1.engine._trace import Trace, trace
from tdm1.engine._vector_code import LANES, declarations
from tdm1.engine._workspace import Floats, aligned, from_blocks, to_blocks
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


@dataclass(frozen=True)
class Segment:
    """One interval of a course: `days` long, the first `input_day` of them with the inputs (N, U) on.

    input_day and days are (N,) or one number, in days.
    """

    inputs: ArrayLike
    input_day: ArrayLike
    days: ArrayLike


@dataclass(frozen=True)
class Course:
    """Patients at the end of each of T segments; names as in `Advance`.

    states, after_input   shape (T, N, S)
    status, steps, rejected   shape (N,), over the whole course
    """

    states: Floats
    after_input: Floats
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    rejected: NDArray[np.int64]


class Plan(NamedTuple):
    """Segments as phases of constant inputs; `ends`: phases at whose ends a segment's input and it itself end.

    -1 is the start.
    """

    phases: list[Phase]
    ends: list[tuple[int, int]]

    def repeated(self, copies: int) -> Plan:
        """The same for so many copies of each patient in turn."""
        return Plan([Phase(*(np.repeat(array, copies, axis=0) for array in phase)) for phase in self.phases], self.ends)


def plan_of(segments: Sequence[Segment], inputs: tuple[str, ...], patients: int) -> Plan:
    """Check the segments. Raises ValueError where there is none, and as `phases_of`."""
    if not segments:
        raise ValueError("segments: none; give the intervals of the course")
    phases: list[Phase] = []
    ends: list[tuple[int, int]] = []
    for segment in segments:
        given = phases_of(segment.inputs, segment.input_day, segment.days, inputs, patients)
        before = len(phases) - 1
        phases += [phase for phase in given if phase is not None]
        ends.append((before if given[0] is None else before + 1, len(phases) - 1))
    return Plan(phases, ends)


class Kernel:
    """The compiled equations of one model. Made by `compile`; safe to use from several threads."""

    def __init__(self, model: Model, compiled: Compiled) -> None:
        self.model = model
        self.compiled = compiled
        self._loaded: Loaded = load(compiled.object_code)
        pointers, whole = [ctypes.c_void_p], [ctypes.c_int64]
        self._run = ctypes.CFUNCTYPE(None, *pointers * len(ARRAYS), *whole * len(NUMBERS))(self._loaded.address("run"))
        self._slopes = ctypes.CFUNCTYPE(None, *pointers * 5, *whole * 2)(self._loaded.address("slopes"))
        self._states, self._parameters, self._inputs = model.states, model.parameters, model.inputs
        self._scales: Floats = np.array([state.scale for state in model.state_table])
        signed = [state.signed for state in model.state_table]
        self._lowest: Floats = np.where(signed, -np.inf, -ROUNDING * self._scales)

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
        within the tolerance, on the other seven. Who fails in his block is solved again alone, and
        that counts: a failure does not depend on the others.

        Raises ValueError for a wrong shape, a negative or not finite time, input_day beyond days, or
        a tolerance outside 1e-13 .. 0.1. Trouble inside the integration is a status, never an exception.
        """
        segment = Segment(inputs, input_day, days)
        course = self.course(
            states, parameters, [segment], relative_tolerance=relative_tolerance, threads=threads, status=status
        )
        return Advance(course.states[0], course.after_input[0], course.status, course.steps, course.rejected)

    def course(
        self,
        states: ArrayLike,
        parameters: ArrayLike,
        segments: Sequence[Segment],
        *,
        relative_tolerance: float = 1e-5,
        threads: int | None = None,
        status: ArrayLike | None = None,
    ) -> Course:
        """Take every patient through segment after segment: the same digits as `advance` called for each, in one call.

        Shapes, units, tolerance, threads, status and errors are those of `advance`; there must be a segment.
        """
        start = table("states", states, self._states)
        count = start.shape[0]
        columns = table("parameters", parameters, self._parameters, count)
        known = np.zeros(count, np.int8) if status is None else np.array(status, np.int8)
        if known.shape != (count,):
            raise ValueError(f"status: expected shape ({count},), got {known.shape}")
        plan = plan_of(segments, self._inputs, count)
        return self.follow(start, columns, plan, known, relative_tolerance=relative_tolerance, threads=threads)

    def follow(
        self,
        start: Floats,
        columns: Floats,
        plan: Plan,
        known: NDArray[np.int8],
        *,
        relative_tolerance: float,
        threads: int | None,
        together: int = 1,
    ) -> Course:
        """What `course` does with arrays that have been checked: start (N, S), columns (N, P), known statuses (N,).

        Rows that stay `together` (so many in turn, a divisor of 8 and of N) share their steps even after a failure.
        Raises ValueError for a tolerance outside 1e-13 .. 0.1 and less than one thread.
        """
        if not 1e-13 <= relative_tolerance <= 0.1:
            raise ValueError(f"relative_tolerance: {relative_tolerance} is outside 1e-13 .. 0.1")
        if threads is not None and threads < 1:
            raise ValueError(f"threads: {threads}; give 1 or more")
        count, phases = len(start), plan.phases
        if not count or not phases:
            kept = np.repeat(start[np.newaxis], len(plan.ends), axis=0)
            return Course(kept, kept.copy(), known, np.zeros(count, np.int64), np.zeros(count, np.int64))
        tolerance = np.concatenate([[relative_tolerance], relative_tolerance * self._scales, self._lowest])

        def run(addresses: tuple[int, ...], first: int, last: int, blocks: int) -> None:
            memory = self._memory()
            numbers = (first, last, blocks, len(phases), MOST_STEPS)
            self._run(*addresses, tolerance.ctypes.data, memory.ctypes.data, *numbers)

        found = run_phases(run, start, columns, phases, known, threads or available_threads(), together)
        after_input, after = (
            np.stack([found.states[end[which]] if end[which] >= 0 else start for end in plan.ends]) for which in (0, 1)
        )
        return Course(after, after_input, found.status, found.steps, found.rejected)

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
        if not count:
            return np.empty_like(rows)
        arrays = [to_blocks(array) for array in (rows, columns, driving, rows)]

        def run(addresses: tuple[int, ...], first: int, last: int, blocks: int) -> None:
            memory = self._memory()
            self._slopes(*addresses, memory.ctypes.data, first, last)

        share(run, tuple(array.ctypes.data for array in arrays), len(arrays[0]), threads=1)
        return from_blocks(arrays[-1], count)

    def __reduce__(self) -> NoReturn:
        """A kernel is addresses in this process: refuse, instead of failing at some inner pointer."""
        raise TypeError(
            f"the kernel of '{self.model.name}' is machine code of this process and cannot be pickled or copied;"
            " call compile(model) where it is needed: it comes from memory or from the cache on disk"
        )

    def _memory(self) -> Floats:
        return aligned(self.compiled.memory * LANES)


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
    return kernel


def _compile(traced: Trace) -> Compiled:
    parts = statements(traced)
    width = vector_width()
    functions, work = model_functions(parts, width)
    sizes = Sizes(parts.states, parts.parameters, parts.inputs, len(parts.derived), work)
    head = declarations(width, *WIDTHS) + DECLARATIONS
    text = "\n".join([head, functions, run_function(sizes), slopes_function(sizes)])
    memory = Memory(sizes).size
    return Compiled(object_code(text, width), sizes.derived, memory, parts.jacobian_nonzeros, len(parts.factors))
