"""The method: its coefficients against the order conditions, and the compiled step against its order."""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np
from engine.small_models import LOGISTIC

from tdm1 import engine
from tdm1.engine._rodas5p import GAMMA, ORDER, STAGES, A, B, C

Tree = tuple["Tree", ...]


def _square(rows: tuple[tuple[float, ...], ...]) -> np.ndarray:
    matrix = np.zeros((STAGES, STAGES))
    for i, row in enumerate(rows):
        matrix[i, : len(row)] = row
    return matrix


#: The usual form of a Rosenbrock method, from the scaled one (Hairer and Wanner, IV.7, equation 7.25).
GAMMAS = np.linalg.inv(np.eye(STAGES) / GAMMA - _square(C))
ALPHAS = _square(A) @ GAMMAS
BETAS = ALPHAS + GAMMAS
WEIGHTS = np.array(B) @ GAMMAS
EMBEDDED = np.append(A[7], 0.0) @ GAMMAS


@cache
def trees(order: int) -> tuple[Tree, ...]:
    """All rooted trees with that many vertices; a tree is the sorted tuple of its branches."""
    found: set[Tree] = set()

    def extend(left: int, branches: Tree) -> None:
        if left == 0:
            found.add(tuple(sorted(branches)))
        for size in range(1, left + 1):
            for branch in trees(size):
                extend(left - size, (*branches, branch))

    extend(order - 1, ())
    return tuple(sorted(found))


def size(tree: Tree) -> int:
    return 1 + sum(map(size, tree))


def density(tree: Tree) -> int:
    return size(tree) * int(np.prod([density(branch) for branch in tree], dtype=int))


def elementary_weight(tree: Tree) -> np.ndarray:
    """Hairer and Wanner, IV.7, theorem 7.4: beta below a vertex with one branch, alpha below one with more."""
    if not tree:
        return np.ones(STAGES)
    matrix = BETAS if len(tree) == 1 else ALPHAS
    return np.prod([matrix @ elementary_weight(branch) for branch in tree], axis=0)


def _largest_defect(weights: np.ndarray, order: int) -> float:
    return max(
        abs(weights @ elementary_weight(tree) - 1.0 / density(tree))
        for vertices in range(1, order + 1)
        for tree in trees(vertices)
    )


def test_number_of_trees_against_the_known_sequence() -> None:
    assert [len(trees(order)) for order in range(1, 6)] == [1, 1, 2, 4, 9]


def test_coefficients_against_order_conditions() -> None:
    """17 conditions of order 5, and 8 of order 4 for the embedded method, which must not have order 5."""
    assert ORDER == 5
    assert _largest_defect(WEIGHTS, 5) < 1e-12
    assert _largest_defect(EMBEDDED, 4) < 1e-12
    assert _largest_defect(EMBEDDED, 5) > 1e-4


def test_coefficients_against_stability_at_infinity() -> None:
    """R(infinity) = 1 - b beta^-1 1 is zero, for the method and for its embedded one."""
    assert abs(1.0 - WEIGHTS @ np.linalg.solve(BETAS, np.ones(STAGES))) < 1e-12


def test_compiled_step_against_its_order() -> None:
    """Fixed steps on the logistic equation: halving the step divides the error by about 32."""
    kernel = engine.compile(LOGISTIC)
    work = kernel._workspace(np.array([1e-5, 1e-8]))
    pointers = [ctypes.c_void_p] * 7
    step = ctypes.CFUNCTYPE(None, *pointers)(kernel._code.step)
    prepare = ctypes.CFUNCTYPE(None, *pointers[:3])(kernel._code.prepare)
    work.parameters[:] = 1.0
    prepare(*(array.ctypes.data for array in (work.parameters, work.inputs, work.derived)))
    errors = []
    for count in (8, 16, 32):
        work.state[:] = 0.1
        work.h[:] = 6.0 / count
        for _ in range(count):
            arrays = (work.state, work.derived, work.h, work.tolerance, work.work, work.new_state, work.error)
            step(*(array.ctypes.data for array in arrays))
            work.state[:] = work.new_state
        errors.append(abs(work.state[0, 0] - 1.0 / (1.0 + 9.0 * np.exp(-6.0))))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 4.6).all(), orders
    assert (orders < 6.5).all(), orders
