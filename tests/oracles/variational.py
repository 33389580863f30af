"""Variational equations as an oracle: a course and its derivatives together, by dual numbers and SUNDIALS.

The model's own Python functions are called with dual numbers, so d(slope) follows from the chain rule; nothing of
the engine (its trace, its Jacobian, its steps, its differences) is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sksundae.cvode import CVODE

from tdm1.mechanism import Model


class Dual:
    """A value and its derivatives in K directions."""

    __slots__ = ("slope", "value")
    __array_priority__ = 1000

    def __init__(self, value: float, slope: np.ndarray) -> None:
        self.value, self.slope = value, slope

    @staticmethod
    def _parts(other: Any) -> tuple[float, Any]:
        return (other.value, other.slope) if isinstance(other, Dual) else (float(other), 0.0)

    def __add__(self, other: Any) -> Dual:
        v, s = self._parts(other)
        return Dual(self.value + v, self.slope + s)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        return self + (-other)

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __mul__(self, other: Any) -> Dual:
        v, s = self._parts(other)
        return Dual(self.value * v, self.slope * v + self.value * s)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        v, s = self._parts(other)
        return Dual(self.value / v, (self.slope - self.value / v * s) / v)

    def __rtruediv__(self, other: Any) -> Dual:
        return Dual(float(other), np.zeros_like(self.slope)) / self

    def __pow__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return (other * self.log()).exp()
        return Dual(self.value**other, other * self.value ** (other - 1.0) * self.slope)

    def exp(self) -> Dual:
        return Dual(np.exp(self.value), np.exp(self.value) * self.slope)

    def log(self) -> Dual:
        return Dual(np.log(self.value), self.slope / self.value)

    def sqrt(self) -> Dual:
        return self**0.5


def _directed(model: Model, parameters: np.ndarray, names: Sequence[str]) -> list[Dual]:
    """The parameters as dual numbers with a direction for each name."""
    directions = np.zeros((len(parameters), len(names)))
    for k, name in enumerate(names):
        directions[model.parameters.index(name), k] = 1.0
    return [Dual(float(value), direction) for value, direction in zip(parameters, directions, strict=True)]


def outputs(
    model: Model, parameters: np.ndarray, states: np.ndarray, tangents: np.ndarray, names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Outputs (T, O) without inputs, and their derivatives (T, O, K), from states (T, S) and theirs (T, S, K)."""
    values = _directed(model, parameters, names)
    found = []
    for row, slopes in zip(states, tangents, strict=True):
        duals = [Dual(float(value), slope) for value, slope in zip(row, slopes, strict=True)]
        seen = (Dual._parts(one) for one in model.observe(duals, values, [0.0] * len(model.inputs)))
        found.append([(value, slope + np.zeros(len(names))) for value, slope in seen])
    return np.array([[v for v, _ in row] for row in found]), np.array([[s for _, s in row] for row in found])


def solve(
    model: Model,
    parameters: np.ndarray,
    initial: np.ndarray,
    phases: Sequence[tuple[float, Sequence[float]]],
    names: Sequence[str],
    relative_tolerance: float = 1e-9,
) -> tuple[np.ndarray, np.ndarray]:
    """States (phases, S) and their derivatives (phases, S, K) of one patient whose start does not depend on them."""
    size, number = len(initial), len(names)
    values = _directed(model, parameters, names)
    sizes = np.abs(np.asarray(parameters)[[model.parameters.index(name) for name in names]])
    scales = np.array([state.scale for state in model.state_table])
    allowed = relative_tolerance * 1e-2 * np.concatenate([scales, (scales[:, np.newaxis] / sizes).ravel()])

    still = [Dual(float(value), np.zeros(size)) for value in parameters]

    def jacobian(t: float, y: np.ndarray, slope: np.ndarray, out: np.ndarray, inputs: list[float]) -> None:
        """By blocks: how the Jacobian itself moves is left out, which costs Newton iterations and no accuracy."""
        found = model.derivatives([Dual(float(v), s) for v, s in zip(y, np.eye(size), strict=False)], still, inputs)
        block = np.array([Dual._parts(one)[1] + np.zeros(size) for one in found])
        out[:] = 0.0
        out[:size, :size] = block
        out[size:, size:] = np.kron(block, np.eye(number))

    def slopes(t: float, y: np.ndarray, out: np.ndarray, inputs: list[float]) -> None:
        tangents = y[size:].reshape(size, number)
        found = model.derivatives([Dual(float(v), s) for v, s in zip(y, tangents, strict=False)], values, inputs)
        for i, one in enumerate(found):
            value, slope = Dual._parts(one)
            out[i], out[size + i * number : size + (i + 1) * number] = value, slope

    state = np.concatenate([initial, np.zeros(size * number)])
    kept = []
    for days, inputs in phases:
        given = [float(one) for one in inputs]
        solver = CVODE(
            slopes, userdata=given, rtol=relative_tolerance, atol=allowed, max_num_steps=100_000, jacfn=jacobian
        )
        answer = solver.solve(np.array([0.0, days]), state)
        assert answer.success, answer.message
        state = np.array(answer.y[-1])
        kept.append(state)
    found = np.array(kept)
    return found[:, :size], found[:, size:].reshape(len(found), size, number)
