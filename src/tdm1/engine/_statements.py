"""Which statements the compiled functions consist of, and what is hoisted out of them.

From one trace come four lists of statements over one graph:
    prepare   parameters, inputs -> derived values: everything that does not change during a phase
    rhs       state, derived -> slopes
    first     state, derived, shift -> factors of shift I - J (`pivots` are its 1/pivot), and the first stage vector
    stage     stage state, derived, factors, sum of earlier stages -> the next stage vector
A factor that does not change during a phase is a derived value; equal factors share one slot.
"""

from __future__ import annotations

from dataclasses import dataclass

from tdm1.engine._elimination import factorise, plan, solve
from tdm1.engine._graph import Graph
from tdm1.engine._jacobian import jacobian
from tdm1.engine._trace import Trace


@dataclass(frozen=True)
class Statements:
    """Nodes by purpose; all belong to `graph`. `derived[k]` and `factors[k]` are what slot k holds."""

    graph: Graph
    states: int
    parameters: int
    inputs: int
    derived: tuple[int, ...]
    rhs: tuple[int, ...]
    factors: tuple[int, ...]
    first: tuple[int, ...]
    stage: tuple[int, ...]
    pivots: tuple[int, ...]
    jacobian_nonzeros: int


def _without_sign(graph: Graph, node: int) -> int:
    return graph.operands(node)[0] if graph.kind[node] == "neg" else node


def statements(traced: Trace) -> Statements:
    """Differentiate, choose the elimination order and divide the work into the four lists."""
    graph = traced.graph
    size = traced.states
    entries = jacobian(traced)
    elimination = plan(set(entries), size)
    shift = graph.leaf("shift")
    factors = factorise(graph, elimination, entries, shift)
    slots: dict[int, int] = {}
    for table in (factors.lower, factors.inverse, factors.upper):
        for node in table.values():
            bare = _without_sign(graph, node)
            if not graph.fixed[bare]:
                slots.setdefault(bare, len(slots))

    def loaded(node: int) -> int:
        bare = _without_sign(graph, node)
        value = bare if graph.fixed[bare] else graph.leaf("factor", slots[bare])
        return value if bare == node else graph.neg(value)

    first = solve(graph, elimination, factors, lambda node: node, list(traced.slopes))
    right_side = [graph.add(slope, graph.leaf("sum", i)) for i, slope in enumerate(traced.slopes)]
    stage = solve(graph, elimination, factors, loaded, right_side)

    derived: dict[int, None] = {}
    for outputs in (list(traced.slopes), [*slots, *first], stage):
        for node in graph.needed(outputs, stop_at_fixed=True):
            if graph.fixed[node] and graph.value(node) is None:
                derived[node] = None
    return Statements(
        graph=graph,
        states=size,
        parameters=traced.parameters,
        inputs=traced.inputs,
        derived=tuple(derived),
        rhs=traced.slopes,
        factors=tuple(slots),
        first=tuple(first),
        stage=tuple(stage),
        pivots=tuple(factors.inverse.values()),
        jacobian_nonzeros=len(entries),
    )
