"""Sparse Gaussian elimination with an order fixed beforehand, written out as plain statements.

The matrix of every stage is (1/(gamma h)) I - J with one sparsity pattern for all patients, so the
order is chosen once: at each turn the diagonal pivot with the fewest (row - 1)(column - 1) products
(Markowitz). There is no pivoting at run time; a pivot that vanishes gives a result that is not
finite, which the stepper answers with a smaller step, and 1/(gamma h) then dominates the diagonal.

References: Markowitz, Management Science 3 (1957) 255; Duff, Erisman, Reid, "Direct Methods for
Sparse Matrices" (2nd ed. 2017), chapters 5 and 7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tdm1.engine._graph import Graph


@dataclass(frozen=True)
class Elimination:
    """The order of the pivots; for each, the rows below it and the columns right of it."""

    order: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    columns: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Factors:
    """Nodes of L (unit diagonal), of U with each row divided by its pivot, and of 1/pivot."""

    lower: dict[tuple[int, int], int]
    upper: dict[tuple[int, int], int]
    inverse: dict[int, int]


def plan(pattern: set[tuple[int, int]], size: int) -> Elimination:
    """Choose the order for a matrix whose nonzeros off the diagonal lie in `pattern`."""
    rows: list[set[int]] = [{j for j in range(size) if j != i and (i, j) in pattern} for i in range(size)]
    left = set(range(size))
    order: list[int] = []
    below: list[tuple[int, ...]] = []
    right: list[tuple[int, ...]] = []
    while left:
        columns = {k: sum(1 for i in left if k in rows[i]) for k in left}
        pivot = min(left, key=lambda k: (len(rows[k] & left) * columns[k], len(rows[k] & left) + columns[k], k))
        left.remove(pivot)
        reach = rows[pivot] & left
        hit = sorted(i for i in left if pivot in rows[i])
        for i in hit:
            rows[i] |= reach - {i}
        order.append(pivot)
        below.append(tuple(hit))
        right.append(tuple(sorted(reach)))
    return Elimination(tuple(order), tuple(below), tuple(right))


def factorise(graph: Graph, elimination: Elimination, entries: dict[tuple[int, int], int], shift: int) -> Factors:
    """Statements that factorise shift * I - J, J given by its nonzero `entries`."""
    zero = graph.number(0.0)
    matrix = {place: graph.neg(entry) for place, entry in entries.items()}
    for i in elimination.order:
        matrix[i, i] = graph.sub(shift, entries[i, i]) if (i, i) in entries else shift
    factors = Factors({}, {}, {})
    for pivot, rows, columns in zip(elimination.order, elimination.rows, elimination.columns, strict=True):
        inverse = graph.reciprocal(matrix[pivot, pivot])
        factors.inverse[pivot] = inverse
        for j in columns:
            factors.upper[pivot, j] = graph.mul(matrix[pivot, j], inverse, regroup=False)
        for i in rows:
            factors.lower[i, pivot] = graph.mul(matrix[i, pivot], inverse, regroup=False)
            for j in columns:
                product = graph.mul(factors.lower[i, pivot], matrix[pivot, j], regroup=False)
                matrix[i, j] = graph.sub(matrix.get((i, j), zero), product)
    return factors


def solve(
    graph: Graph, elimination: Elimination, factors: Factors, load: Callable[[int], int], right_side: list[int]
) -> list[int]:
    """Statements that solve for one right-hand side; `load` turns a factor's node into the node to use here."""
    x = list(right_side)
    for pivot, rows in zip(elimination.order, elimination.rows, strict=True):
        for i in rows:
            x[i] = graph.sub(x[i], graph.mul(load(factors.lower[i, pivot]), x[pivot], regroup=False))
    turn = {pivot: number for number, pivot in enumerate(elimination.order)}
    steps = list(zip(elimination.order, elimination.columns, strict=True))
    for pivot, columns in reversed(steps):
        x[pivot] = graph.mul(x[pivot], load(factors.inverse[pivot]), regroup=False)
        for j in sorted(columns, key=turn.__getitem__, reverse=True):  # what is known longest comes first
            x[pivot] = graph.sub(x[pivot], graph.mul(load(factors.upper[pivot, j]), x[j], regroup=False))
    return x
