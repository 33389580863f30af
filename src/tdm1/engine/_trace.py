"""Run a model's equations once with recording numbers and keep what they did as a graph.

`Recorded` answers to + - * / ** and to NumPy's exp, log and sqrt, so the same plain functions that
compute with floats are recorded with what they share: a quantity used twice is one node. The trace
also identifies the equations exactly, in milliseconds, which is what the cache of compiled objects
is keyed by. The equations must be smooth arithmetic: a comparison of states cannot be recorded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from numbers import Real
from typing import Any

from tdm1.engine._graph import Graph
from tdm1.mechanism import Model


class Recorded:
    """One value of the equations while they are recorded."""

    __slots__ = ("graph", "node")

    def __init__(self, graph: Graph, node: int) -> None:
        self.graph = graph
        self.node = node

    def _of(self, other: Any) -> int:
        if isinstance(other, Recorded):
            return other.node
        if not isinstance(other, Real):
            raise TypeError(f"{other!r} is not a number")
        return self.graph.number(float(other))

    def _new(self, node: int) -> Recorded:
        return Recorded(self.graph, node)

    def __add__(self, other: Any) -> Recorded:
        return self._new(self.graph.add(self.node, self._of(other)))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Recorded:
        return self._new(self.graph.sub(self.node, self._of(other)))

    def __rsub__(self, other: Any) -> Recorded:
        return self._new(self.graph.sub(self._of(other), self.node))

    def __mul__(self, other: Any) -> Recorded:
        return self._new(self.graph.mul(self.node, self._of(other)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Recorded:
        return self._new(self.graph.mul(self.node, self.graph.reciprocal(self._of(other))))

    def __rtruediv__(self, other: Any) -> Recorded:
        return self._new(self.graph.mul(self._of(other), self.graph.reciprocal(self.node)))

    def __pow__(self, other: Any) -> Recorded:
        return self._new(self.graph.power(self.node, self._of(other)))

    def __rpow__(self, other: Any) -> Recorded:
        return self._new(self.graph.power(self._of(other), self.node))

    def __neg__(self) -> Recorded:
        return self._new(self.graph.neg(self.node))

    def __pos__(self) -> Recorded:
        return self

    # NumPy calls these three for np.exp, np.log and np.sqrt of an object
    def exp(self) -> Recorded:
        return self._new(self.graph.exp(self.node))

    def log(self) -> Recorded:
        return self._new(self.graph.log(self.node))

    def sqrt(self) -> Recorded:
        return self._new(self.graph.sqrt(self.node))

    def _refuse(self, *_: Any) -> Any:
        raise TypeError(
            "the equations compare or test a value; the engine needs smooth arithmetic (+ - * / ** exp log)"
        )

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __abs__ = __float__ = __int__ = _refuse


@dataclass(frozen=True)
class Trace:
    """The recorded right-hand side: `slopes[i]` is the node of d(state i)/d(day)."""

    graph: Graph
    slopes: tuple[int, ...]
    scales: tuple[float, ...]
    parameters: int
    inputs: int

    @property
    def states(self) -> int:
        return len(self.slopes)

    def fingerprint(self) -> str:
        """A hash of the equations themselves, the same for the same equations in any session."""
        text = repr((self.graph.kind, self.graph.arguments, self.slopes, self.scales, self.parameters, self.inputs))
        return hashlib.sha256(text.encode()).hexdigest()


def trace(model: Model) -> Trace:
    """Record `model.derivatives`.

    Raises ValueError, with the model's name, for a model without states, for a state whose scale is
    not positive, and for equations that cannot be recorded.
    """
    graph = Graph()
    table = model.state_table
    if not table:
        raise ValueError(f"model '{model.name}' has no states, so there is nothing to advance")
    for state in table:
        if not 0.0 < state.scale < float("inf"):
            raise ValueError(
                f"model '{model.name}': state '{state.name}' has scale {state.scale}; give a positive number"
            )
    states = [Recorded(graph, graph.leaf("state", i)) for i in range(len(table))]
    parameters = [Recorded(graph, graph.leaf("parameter", i)) for i in range(len(model.parameters))]
    inputs = [Recorded(graph, graph.leaf("input", i)) for i in range(len(model.inputs))]
    try:
        slopes = model.derivatives(states, parameters, inputs)
        nodes = tuple(slope.node if isinstance(slope, Recorded) else graph.number(float(slope)) for slope in slopes)
    except (TypeError, AttributeError, ZeroDivisionError) as error:
        raise ValueError(f"model '{model.name}': its equations cannot be compiled: {error}") from error
    return Trace(graph, nodes, tuple(state.scale for state in table), len(parameters), len(inputs))
