"""Derivatives of a course with respect to parameters, by differences inside one sequence of steps.

Each parameter has a pair of copies of the patient, a little above and a little below. The pairs lie in lanes of
the same block, so both copies take exactly the same steps: the numerical solution is then a smooth function of
the parameter, and a central difference sees its slope and not the noise of step control. What remains is the
error of the integration itself, which `relative_tolerance` sets, and the square of the small difference. A pair
that fails among the others is solved again as a pair, in a block of its own.

Reference: Bock, "Numerical treatment of inverse problems in chemical reaction kinetics" (1981), internal
numerical differentiation; Hairer, Norsett, Wanner, "Solving ODEs I" (2nd ed. 1993), II.6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.engine._check_arrays import table
from tdm1.engine._kernel import Kernel, Segment, plan_of
from tdm1.engine._status import Status
from tdm1.engine._vector_code import LANES
from tdm1.engine._workspace import Floats
from tdm1.evidence import nearest

#: Pairs of copies in a block.
_PAIRS = LANES // 2
#: A parameter's difference as a share of its size. The square, 1e-8, and rounding divided by it, some 1e-11 of a
#: state's size, are both far below the error of the integration.
STEP = 1e-4
#: The same at 0, where only the copy above is moved: what is below 0 need not make sense. Its first power counts, so
#: it is smaller; rounding divided by it is some 1e-9.
STEP_AT_ZERO = 1e-6


@dataclass(frozen=True)
class Sensitivity:
    """A course and its derivatives: T segments, N patients, K parameters, S states, O outputs.

    parameters            names of the K parameters, in the order of the last axis
    output_names          names of the O outputs
    states                (T, N, S), in the model's order and units, at the end of each segment: the mean of the two
                          copies of the first parameter that went well, some 1e-8 of a state from the course itself
                          (1e-6 if that parameter is 0)
    state_derivatives     (T, N, S, K), d(state)/d(parameter), in the state's unit by the parameter's
    outputs               (T, N, O), the outputs with inputs as they are after the segment (none), as mean likewise
    output_derivatives    (T, N, O, K); NaN where an output is not finite
    status                (N, K), 0 or the `Status` of the copies of that patient and parameter; where it is not 0 the
                          derivatives are NaN, and the states and outputs too where it is so for every parameter
    """

    parameters: tuple[str, ...]
    output_names: tuple[str, ...]
    states: Floats
    state_derivatives: Floats
    outputs: Floats
    output_derivatives: Floats
    status: NDArray[np.int8]


def sensitivity(
    kernel: Kernel,
    states: ArrayLike | Callable[[Floats], ArrayLike],
    parameters: ArrayLike,
    segments: Sequence[Segment],
    with_respect_to: Sequence[str],
    *,
    outputs: Sequence[str] | None = None,
    size_at_zero: Mapping[str, float] | None = None,
    relative_tolerance: float = 1e-7,
    threads: int | None = None,
) -> Sensitivity:
    """Derivatives of states and outputs at the end of each segment with respect to the named parameters.

    states           (N, S) at the start, the same for all copies; or a function from parameters (M, P) to states
                     (M, S), where the start itself depends on them
    parameters       (N, P), in the model's order and units
    segments         the dosing history, held fixed: a dose that was given stays given
    with_respect_to  names of parameters. The difference is 1e-4 of a parameter's size
    outputs          names of the model's outputs, all by default; none costs nothing
    size_at_zero     by name, in the parameter's unit: the size to go by where a parameter is 0. There the copies are
                     at 0 and a millionth of this above, never below, and the derivative is right to some millionths

    At the default tolerance derivatives of the shipped models are right to 1e-5 of their largest size over time, where
    the parameter moves the state by more than a ten-thousandth of its own relative change. 1e-5 as in `advance` takes
    0.4 to 0.8 of the time and is ten to some hundred times less exact.

    A parameter in a patient costs two lanes of a block of eight, so 8 parameters cost two solves of one patient. No
    patient shares a block with another: his derivatives are the same to the bit whoever else is there.

    Raises ValueError for a name that is not a parameter's or an output's, a name given twice, a parameter that is 0
    without a size, a size that is not finite and above 0, and what `Kernel.advance` refuses. Trouble inside the
    integration is a status and NaN, never an exception or a number.
    """
    model = kernel.model
    values = table("parameters", parameters, model.parameters)
    count, number = len(values), len(with_respect_to)
    if not number:
        raise ValueError("with_respect_to: no parameter; name one or more")
    places = _places("with_respect_to", "parameter", model.name, model.parameters, with_respect_to)
    names = model.outputs if outputs is None else tuple(outputs)
    columns = _places("outputs", "output", model.name, model.outputs, names)
    moves = _moves(values[:, places], with_respect_to, size_at_zero or {})
    plan = plan_of(segments, model.inputs, count)
    pairs = -(-number // _PAIRS) * _PAIRS
    which = np.minimum(np.arange(pairs), number - 1)  # the last block is filled with copies of a pair
    copies = np.repeat(values, 2 * pairs, axis=0)
    paired = copies.reshape(count, pairs, 2, values.shape[1])
    moved = np.asarray(places)[which]
    with np.errstate(invalid="ignore"):  # an infinite parameter gets a status below
        for side, move in enumerate(moves):
            paired[:, np.arange(pairs), side, moved] += move[:, which]
        # The copies' true distance: adding the difference to a parameter rounds it.
        above, below = (paired[:, np.arange(number), side, places] for side in (0, 1))
        distance = above - below
    if callable(states):
        start = table("states", states(copies), model.states)
        if len(start) != len(copies):
            raise ValueError(f"states: the function gave {len(start)} rows for {len(copies)} rows of parameters")
    else:
        start = table("states", states, model.states)
        if len(start) != count:
            raise ValueError(f"states: {len(start)} rows for {count} patients; give one row a patient")
        start = np.repeat(start, 2 * pairs, axis=0)
    course = kernel.follow(
        start, copies, plan.repeated(2 * pairs), np.zeros(len(copies), np.int8),
        relative_tolerance=relative_tolerance, threads=threads, together=2,
    )  # fmt: skip
    status = course.status.reshape(count, pairs, 2)[:, :number].max(axis=2)
    status[(status == Status.OK) & ~(np.isfinite(distance) & (distance > 0.0))] = Status.NOT_FINITE
    seen = _outputs(kernel, course.states, copies, columns)
    middles, slopes = zip(*(_differences(one, distance, status, pairs) for one in (course.states, seen)), strict=True)
    return Sensitivity(tuple(with_respect_to), names, middles[0], slopes[0], middles[1], slopes[1], status)


def _places(argument: str, kind: str, model: str, known: tuple[str, ...], wanted: Sequence[str]) -> list[int]:
    for name in wanted:
        if name not in known:
            raise ValueError(f"{argument}: model '{model}' has no {kind} '{name}'{nearest(name, known)}")
    if len(set(wanted)) < len(wanted):
        raise ValueError(f"{argument}: a{'n' if kind[0] == 'o' else ''} {kind} is named twice")
    return [known.index(name) for name in wanted]


def _moves(values: Floats, names: Sequence[str], at_zero: Mapping[str, float]) -> tuple[Floats, Floats]:
    """How far the copy above and the copy below lie from the parameters (N, K)."""
    zero = values == 0.0
    above = STEP * np.abs(values)
    below = -above
    for name, size in at_zero.items():
        if name not in names:
            raise ValueError(f"size_at_zero: '{name}' is not among with_respect_to{nearest(name, names)}")
        if not 0.0 < size < np.inf:
            raise ValueError(f"size_at_zero: '{name}' has {size}; give a finite number above 0")
        which = list(names).index(name)
        above[zero[:, which], which] = STEP_AT_ZERO * size
    without = np.argwhere(zero & (above == 0.0))
    if without.size:
        patient, which = without[0]
        raise ValueError(
            f"with_respect_to: '{names[which]}' is 0 for patient {patient}, so a share of its size is no difference;"
            " leave it out, or give its usual size in size_at_zero"
        )
    return above, below


def _outputs(kernel: Kernel, states: Floats, parameters: Floats, columns: list[int]) -> Floats:
    """Outputs (T, M, O) of states (T, M, S)."""
    times, rows, width = states.shape
    if not columns:
        return np.empty((times, rows, 0))
    nothing = np.zeros((times * rows, len(kernel.model.inputs)))
    seen = kernel.observe(states.reshape(-1, width), np.tile(parameters, (times, 1)), nothing)
    return seen[:, columns].reshape(times, rows, len(columns))


def _differences(found: Floats, distance: Floats, status: NDArray[np.int8], pairs: int) -> tuple[Floats, Floats]:
    """Middle values (T, N, X) and slopes (T, N, X, K) of what the copies came to (T, rows, X)."""
    count, number = distance.shape
    halves = found.reshape(len(found), count, pairs, 2, found.shape[-1])
    with np.errstate(all="ignore"):
        slopes = (halves[:, :, :number, 0] - halves[:, :, :number, 1]) / distance[..., np.newaxis]
    slopes[~np.isfinite(slopes)] = np.nan
    slopes[:, status != Status.OK] = np.nan
    first = np.argmin(status != Status.OK, axis=1)  # the first parameter whose copies went well
    middle = halves[:, np.arange(count), first].mean(axis=2)
    middle[:, (status != Status.OK).all(axis=1)] = np.nan
    return middle, np.ascontiguousarray(np.moveaxis(slopes, 2, 3))
