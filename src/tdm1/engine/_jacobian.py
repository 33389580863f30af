"""The Jacobian by forward differentiation of the recorded graph: exact, sparse, sharing all it can.

Each node carries its nonzero derivatives by state; the chain rule builds them from the node's
arguments. Because equal expressions are one node, an exponential and its derivative are computed once.

Reference: Griewank and Walther, "Evaluating Derivatives" (2nd ed. 2008), chapter 7 (sparse forward mode).
"""

from __future__ import annotations

from tdm1.engine._graph import Graph
from tdm1.engine._trace import Trace

Slopes = dict[int, int]


def jacobian(traced: Trace) -> dict[tuple[int, int], int]:
    """Node of d(slope i)/d(state j) for every (i, j) that is not identically zero."""
    graph = traced.graph
    slopes: dict[int, Slopes] = {}
    for node in graph.needed(list(traced.slopes), stop_at_fixed=True):
        slopes[node] = {} if graph.fixed[node] else _slopes(graph, node, slopes)
    entries: dict[tuple[int, int], int] = {}
    for i, node in enumerate(traced.slopes):
        for j, entry in slopes[node].items():
            if graph.value(entry) != 0.0:
                entries[i, j] = entry
    return entries


def _slopes(graph: Graph, node: int, slopes: dict[int, Slopes]) -> Slopes:
    kind = graph.kind[node]
    if kind == "state":
        return {graph.arguments[node][0]: graph.number(1.0)}
    operands = graph.operands(node)
    a = operands[0]
    if kind in ("add", "sub"):
        result = dict(slopes[a])
        for j, d in slopes[operands[1]].items():
            d = graph.neg(d) if kind == "sub" else d
            result[j] = graph.add(result[j], d) if j in result else d
        return result
    if kind == "mul":
        b = operands[1]
        result = {j: graph.mul(d, b) for j, d in slopes[a].items()}
        for j, d in slopes[b].items():
            term = graph.mul(a, d)
            result[j] = graph.add(result[j], term) if j in result else term
        return result
    if kind == "neg":
        return {j: graph.neg(d) for j, d in slopes[a].items()}
    if kind == "pow":
        b = operands[1]
        by_base = graph.mul(node, graph.mul(b, graph.reciprocal(a)))
        result = {j: graph.mul(by_base, d) for j, d in slopes[a].items()}
        for j, d in slopes[b].items():
            term = graph.mul(graph.mul(node, graph.log(a)), d)
            result[j] = graph.add(result[j], term) if j in result else term
        return result
    outer = _outer(graph, node, kind, a)
    return {j: graph.mul(outer, d) for j, d in slopes[a].items()}


def _outer(graph: Graph, node: int, kind: str, a: int) -> int:
    if kind == "exp":
        return node
    if kind == "log":
        return graph.reciprocal(a)
    if kind == "reciprocal":
        return graph.neg(graph.mul(node, node))
    if kind == "sqrt":
        return graph.mul(graph.number(0.5), graph.reciprocal(node))
    raise AssertionError(f"no derivative rule for '{kind}'")
