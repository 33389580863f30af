"""The method: its coefficients against the order conditions, and the compiled step against its order."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

import numpy as np
from engine.small_models import LOGISTIC, model

from tdm1 import engine
from tdm1.engine._rodas5p import GAMMA, ORDER, STAGES, A, B, C
from tdm1.engine._vector_code import LANES
from tdm1.engine._workspace import aligned
from tdm1.mechanism import Model

GROWING = model("growing", {"y": 1e-3}, ("rate",), (), lambda v: {"y": v["rate"] * v["y"]})
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
    shorter = STAGES - 1  # the embedded method ends one stage before
    assert abs(1.0 - EMBEDDED[:shorter] @ np.linalg.solve(BETAS[:shorter, :shorter], np.ones(shorter))) < 1e-12


def _bare_step(model: Model, parameter: float) -> Callable[[float, float], tuple[float, float]]:
    """(state, step length) to (next state, error) by the compiled step of a model of one state, without the loop."""
    kernel = engine.compile(model)
    step, prepare = (
        ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * count)(kernel._loaded.address(name))
        for name, count in (("step", 7), ("prepare", 3))
    )
    names = ("state", "new_state", "parameters", "inputs", "h", "error")
    block = {name: aligned(LANES) for name in names}
    derived = aligned(kernel.compiled.memory * LANES)
    work = derived[kernel.compiled.derived * LANES :]
    tolerance = np.array([1e-5, 1e-8])
    block["parameters"][:] = parameter
    prepare(*(array.ctypes.data for array in (block["parameters"], block["inputs"], derived)))

    def apply(state: float, length: float) -> tuple[float, float]:
        block["state"][:], block["h"][:] = state, length
        arrays = (block["state"], derived, block["h"], tolerance, work, block["new_state"], block["error"])
        step(*(array.ctypes.data for array in arrays))
        return float(block["new_state"][0]), float(block["error"][0])

    apply.kernel = kernel  # type: ignore[attr-defined]  # keeps the code in memory
    return apply


def test_compiled_step_against_its_order() -> None:
    """Fixed steps on the logistic equation: halving the step divides the error by about 32."""
    step = _bare_step(LOGISTIC, 1.0)
    errors = []
    for count in (8, 16, 32):
        state = 0.1
        for _ in range(count):
            state, _ = step(state, 6.0 / count)
        errors.append(abs(state - 1.0 / (1.0 + 9.0 * np.exp(-6.0))))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 4.6).all(), orders
    assert (orders < 6.5).all(), orders


def test_tiny_pivot_against_a_refused_step() -> None:
    """y' = y: the matrix 1/(gamma h) - 1 vanishes at h = 1/gamma. Near it the step is refused, not believed."""
    step = _bare_step(GROWING, 1.0)
    for distance, refused in ((0.0, True), (1e-12, True), (-1e-10, True), (1e-3, False), (-1e-3, False)):
        _, error = step(1.0, (1.0 + distance) / GAMMA)
        assert np.isnan(error) == refused, distance
    after = engine.compile(GROWING).advance(np.ones((1, 1)), np.ones((1, 1)), np.empty((1, 0)), 0.0, 1.0 / GAMMA)
    np.testing.assert_allclose(after.states[0, 0], np.exp(1.0 / GAMMA), rtol=1e-4)
