"""Derivatives of a course with respect to parameters, by differences inside one sequence of steps.

Each parameter has a pair of copies of the patient, a little above and a little below. The pairs lie in lanes of
the same block, so both copies take exactly the same steps: the numerical solution is then a smooth function of
the parameter, and a central difference sees its slope and not the noise of step control. What remains is the
error of the integration itself, which `relative_tolerance` sets, and the square of the small difference.

Reference: Bock, "Numerical treatment of inverse problems in chemical reaction kinetics" (1981), internal
numerical differentiation; Hairer, Norsett, Wanner, "Solving ODEs I" (2nd ed. 1993), II.6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1.engine._check_arrays import phases_of, table
from tdm1.engine._kernel import Kernel, Segment
from tdm1.engine._status import Status
from tdm1.engine._vector_code import LANES
from tdm1.engine._workspace import Floats
from tdm1.evidence import nearest

#: Pairs of copies in a block.
_PAIRS = LANES // 2
#: A parameter's difference as a share of its size. The square, 1e-8, and rounding divided by it, some 1e-11 of a
#: state's size, are both far below the error of the integration.
STEP = 1e-4


@dataclass(frozen=True)
class Sensitivity:
    """A course and its derivatives: T segments, N patients, K parameters, S states, O outputs.

    parameters            names of the K parameters, in the order of the last axis
    states                (T, N, S), in the model's order and units, at the end of each segment
    state_derivatives     (T, N, S, K), d(state)/d(parameter), in the state's unit by the parameter's
    outputs               (T, N, O), the model's outputs with inputs as they are after the segment (none)
    output_derivatives    (T, N, O, K)
    status                (N, K), 0 or the `Status` of the copies of that patient and parameter; where it is not 0 the
                          derivatives are NaN, and the states and outputs too where it is so for every parameter
    """

    parameters: tuple[str, ...]
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
    relative_tolerance: float = 1e-6,
    threads: int | None = None,
) -> Sensitivity:
    """Derivatives of states and outputs at the end of each segment with respect to the named parameters.

    states           (N, S) at the start, the same for all copies; or a function from parameters (M, P) to states
                     (M, S), where the start itself depends on them
    parameters       (N, P), in the model's order and units
    segments         the dosing history, held fixed: a dose that was given stays given
    with_respect_to  names of parameters. The difference is 1e-4 of a parameter's size. One that is 0 in a patient has
                     no size to go by: there a ValueError says so

    A parameter in a patient costs two lanes of a block of eight, so 8 parameters cost two solves of one patient.

    Raises ValueError for a name that is not a parameter's, a name given twice, a parameter that is 0, and what
    `Kernel.advance` refuses. Trouble inside the integration is a status and NaN, never an exception or a number.
    """
    model = kernel.model
    values = table("parameters", parameters, model.parameters)
    places = _places(model.name, model.parameters, with_respect_to)
    count, number = len(values), len(places)
    zero = np.argwhere(values[:, places] == 0.0)
    if zero.size:
        patient, which = zero[0]
        raise ValueError(
            f"with_respect_to: '{with_respect_to[which]}' is 0 for patient {patient}, so a share of its size is no"
            " difference; leave it out, or differentiate at a small value"
        )
    for segment in segments:
        phases_of(segment.inputs, segment.input_day, segment.days, model.inputs, count)
    order = _rows(number)
    copies = np.repeat(values, len(order), axis=0).reshape(count, len(order), -1)
    sizes = STEP * np.abs(values[:, places])
    for row, (which, sign) in enumerate(order):
        copies[:, row, places[which]] += sign * sizes[:, which]
    flat = copies.reshape(count * len(order), -1)
    start = table("states", states(flat), model.states) if callable(states) else table("states", states, model.states)
    if not callable(states):
        if len(start) != count:
            raise ValueError(f"states: {len(start)} rows for {count} patients; give one row a patient")
        start = np.repeat(start, len(order), axis=0)
    spread = [_spread(segment, count, len(order)) for segment in segments]
    course = kernel.course(start, flat, spread, relative_tolerance=relative_tolerance, threads=threads)
    above, below = _pair_rows(order, number, 1.0), _pair_rows(order, number, -1.0)
    ends = course.states.reshape(len(spread), count, len(order), -1)
    # The copies' true distance: adding the difference to a parameter rounds it.
    distance = copies[:, above, places] - copies[:, below, places]
    outputs = _outputs(kernel, course.states, flat).reshape(len(spread), count, len(order), -1)
    status = course.status.reshape(count, len(order))
    worst = np.maximum(status[:, above], status[:, below])
    found: list[Floats] = []
    for table_of in (ends, outputs):
        high, low = (np.moveaxis(table_of[:, :, rows], 2, 3) for rows in (above, below))
        slopes = (high - low) / distance[np.newaxis, :, np.newaxis, :]
        middle = 0.5 * (high + low)
        bad = np.broadcast_to((worst != Status.OK)[np.newaxis, :, np.newaxis, :], slopes.shape)
        slopes[bad] = np.nan
        first = np.argmin(worst != Status.OK, axis=1)  # the first parameter whose copies went well
        chosen = np.take_along_axis(middle, first[np.newaxis, :, np.newaxis, np.newaxis], axis=3)[..., 0]
        chosen[:, (worst != Status.OK).all(axis=1)] = np.nan
        found += [chosen, slopes]
    return Sensitivity(tuple(with_respect_to), found[0], found[1], found[2], found[3], worst)


def _places(model: str, known: tuple[str, ...], wanted: Sequence[str]) -> list[int]:
    if not wanted:
        raise ValueError("with_respect_to: no parameter; name one or more")
    for name in wanted:
        if name not in known:
            raise ValueError(f"with_respect_to: model '{model}' has no parameter '{name}'{nearest(name, known)}")
    if len(set(wanted)) < len(wanted):
        raise ValueError("with_respect_to: a parameter is named twice")
    return [known.index(name) for name in wanted]


def _rows(number: int) -> list[tuple[int, float]]:
    """(parameter, sign) of each copy of a patient: pairs side by side, the last block filled with copies of a pair."""
    pairs = list(range(number)) + [number - 1] * (-number % _PAIRS)
    return [(which, sign) for which in pairs for sign in (1.0, -1.0)]


def _pair_rows(order: list[tuple[int, float]], number: int, sign: float) -> list[int]:
    return [order.index((which, sign)) for which in range(number)]


def _spread(segment: Segment, count: int, copies: int) -> Segment:
    """The segment for every copy of every patient."""

    def each(given: ArrayLike) -> Floats:
        array = np.asarray(given, dtype=np.float64)
        return array if array.ndim == 0 or len(array) != count else np.repeat(array, copies, axis=0)

    return Segment(each(segment.inputs), each(segment.input_day), each(segment.days))


def _outputs(kernel: Kernel, states: Floats, parameters: Floats) -> Floats:
    times, rows, _ = states.shape
    nothing = np.zeros((times * rows, len(kernel.model.inputs)))
    return kernel.observe(states.reshape(times * rows, -1), np.tile(parameters, (times, 1)), nothing).reshape(
        times, rows, -1
    )
