"""From the recorded equations to statements: trace, Jacobian and elimination against SymPy and NumPy."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import sympy
from engine.small_models import model
from hypothesis import given, settings
from hypothesis import strategies as st

from tdm1.engine._elimination import factorise, plan, solve
from tdm1.engine._graph import Graph
from tdm1.engine._jacobian import jacobian
from tdm1.engine._schedule import schedule
from tdm1.engine._trace import trace
from tdm1.mechanism import Model, shipped


def evaluate(graph: Graph, outputs: list[int], leaves: dict[str, Any]) -> list[float]:
    """Plain Python over the graph; `leaves[kind][index]` gives a leaf's value."""
    values: dict[int, float] = {}
    with np.errstate(all="ignore"):
        for node in graph.needed(outputs, stop_at_fixed=False):
            kind, arguments = graph.kind[node], graph.arguments[node]
            if kind == "number":
                values[node] = arguments[0]
            elif kind in leaves:
                values[node] = leaves[kind][arguments[0]]
            else:
                a = [values[argument] for argument in arguments]
                values[node] = {
                    "add": lambda a: a[0] + a[1],
                    "sub": lambda a: a[0] - a[1],
                    "mul": lambda a: a[0] * a[1],
                    "neg": lambda a: -a[0],
                    "reciprocal": lambda a: 1.0 / a[0],
                    "exp": lambda a: np.exp(a[0]),
                    "log": lambda a: np.log(a[0]),
                    "sqrt": lambda a: np.sqrt(a[0]),
                    "pow": lambda a: np.power(a[0], a[1]),
                }[kind](a)
    return [float(values[node]) for node in outputs]


def _point(m: Model, seed: int) -> dict[str, np.ndarray]:
    stream = np.random.default_rng(seed)
    counts = {"state": m.states, "parameter": m.parameters, "input": m.inputs}
    return {kind: stream.uniform(0.5, 2.0, len(names)) for kind, names in counts.items()}


def _sympy_jacobian(m: Model, point: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Slopes and Jacobian by SymPy, from the same functions called with SymPy symbols."""
    names = {"state": m.states, "parameter": m.parameters, "input": m.inputs}
    symbols = {kind: sympy.symbols([f"{kind}_{i}" for i in range(len(items))]) for kind, items in names.items()}
    slopes = m.derivatives(*symbols.values())
    places = {s: float(x) for kind in names for s, x in zip(symbols[kind], point[kind], strict=True)}
    functions = [{"Exp": np.exp, "Log": np.log}, "numpy"]
    matrix = sympy.Matrix(slopes).jacobian(symbols["state"])
    order = list(places)
    found = sympy.lambdify(order, [list(slopes), matrix], functions, cse=True)(*places.values())
    return np.array(found[0], float), np.array(found[1], float)


#: Models by drug share their equations: one drug stands for all.
_OF_OTHER_DRUGS = ("_trastuzumab", "_t_dxd")


@pytest.mark.parametrize("which", ["benchmark", *(m.name for m in shipped() if not m.name.endswith(_OF_OTHER_DRUGS))])
def test_slopes_and_jacobian_against_sympy(which: str, benchmark: ModuleType) -> None:
    m = {m.name: m for m in (benchmark.MODEL, *shipped())}[which]
    traced = trace(m)
    entries = jacobian(traced)
    point = _point(m, 4)
    slopes, matrix = _sympy_jacobian(m, point)
    np.testing.assert_allclose(evaluate(traced.graph, list(traced.slopes), point), slopes, rtol=1e-9, atol=1e-12)
    ours = np.zeros_like(matrix)
    for place, value in zip(entries, evaluate(traced.graph, list(entries.values()), point), strict=True):
        ours[place] = value
    np.testing.assert_allclose(ours, matrix, rtol=1e-9, atol=1e-9 * np.abs(matrix).max(axis=1).min())


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 12), density=st.floats(0.0, 0.6))
def test_elimination_against_numpy(seed: int, size: int, density: float) -> None:
    """Random sparse matrices with a strong diagonal, as a small step gives them."""
    stream = np.random.default_rng(seed)
    matrix = stream.uniform(-1.0, 1.0, (size, size)) * (stream.uniform(size=(size, size)) < density)
    right_side = stream.uniform(-1.0, 1.0, size)
    graph = Graph()
    places = [(i, j) for i in range(size) for j in range(size) if matrix[i, j] != 0.0]
    entries = {place: graph.leaf("state", k) for k, place in enumerate(places)}
    shift = graph.leaf("shift")
    elimination = plan(set(entries), size)
    assert sorted(elimination.order) == list(range(size))
    factors = factorise(graph, elimination, entries, shift)
    x = solve(graph, elimination, factors, lambda node: node, [graph.leaf("sum", i) for i in range(size)])
    leaves = {"state": [matrix[place] for place in places], "shift": [2.0 * size], "sum": right_side}
    expected = np.linalg.solve(2.0 * size * np.eye(size) - matrix, right_side)
    np.testing.assert_allclose(evaluate(graph, x, leaves), expected, rtol=1e-10, atol=1e-13)


def test_elimination_of_a_chain_against_no_fill() -> None:
    """A feed-forward chain needs one product for each link and creates no new entry."""
    size = 12
    elimination = plan({(i, i - 1) for i in range(1, size)}, size)
    assert sum(map(len, elimination.rows)) + sum(map(len, elimination.columns)) == size - 1


def test_whole_powers_against_repeated_squaring() -> None:
    graph = Graph()
    x = graph.leaf("state", 0)
    node = graph.power(x, graph.number(20.0))
    kinds = [graph.kind[n] for n in graph.needed([node], stop_at_fixed=False)]
    assert kinds.count("mul") == 5
    assert "log" not in kinds
    assert evaluate(graph, [node], {"state": [1.1]})[0] == pytest.approx(1.1**20, rel=1e-14)


@pytest.mark.parametrize("exponent", [-3.0, -0.5, 0.0, 0.5, 1.0, 2.0, 0.37])
def test_powers_against_math(exponent: float) -> None:
    graph = Graph()
    x, q = graph.leaf("state", 0), graph.leaf("parameter", 0)
    nodes = [graph.power(x, graph.number(exponent)), graph.power(x, q)]
    found = evaluate(graph, nodes, {"state": [1.7], "parameter": [exponent]})
    assert found == pytest.approx([math.pow(1.7, exponent)] * 2, rel=1e-14)


def test_parameters_alone_against_hoisting() -> None:
    """CL * A / V changes by one multiplication in a step, however it is bracketed."""
    graph = Graph()
    amount, clearance, volume = graph.leaf("state", 0), graph.leaf("parameter", 0), graph.leaf("parameter", 1)
    written = graph.mul(graph.mul(clearance, amount), graph.reciprocal(volume))
    other = graph.mul(clearance, graph.mul(amount, graph.reciprocal(volume)))
    assert written == other
    changing = [n for n in graph.needed([written], stop_at_fixed=True) if not graph.fixed[n]]
    assert [graph.kind[n] for n in changing] == ["state", "mul"]


def test_fingerprint_against_changed_equations() -> None:
    """The same equations have the same fingerprint; a changed factor or scale has another."""

    def decay(factor: float, scale: float) -> Model:
        return model("m", {"y": scale}, ("k",), (), lambda v: {"y": -factor * v["k"] * v["y"]})

    prints = [trace(decay(*pair)).fingerprint() for pair in ((1.5, 1.0), (1.5, 1.0), (1.6, 1.0), (1.5, 2.0))]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_schedule_against_dependencies() -> None:
    """The same lines, each after the lines it uses."""
    lines = [
        "%v1 = getelementptr <8 x double>, ptr %x, i64 0",
        "%v2 = load <8 x double>, ptr %v1, align 64",
        "%v3 = fadd contract nsz <8 x double> %v2, %v2",
        "%v4 = fmul contract nsz <8 x double> %v2, %v2",
        "%v5 = fdiv contract nsz <8 x double> %v4, %v2",
        "%v6 = fsub contract nsz <8 x double> %v5, %v3",
        "%v7 = getelementptr <8 x double>, ptr %y, i64 0",
        "store <8 x double> %v6, ptr %v7, align 64",
        "%v8 = getelementptr <8 x double>, ptr %y, i64 1",
        "store <8 x double> %v3, ptr %v8, align 64",
    ]
    ordered = schedule(lines)
    assert sorted(ordered) == sorted(lines)
    seen: set[str] = set()
    for line in ordered:
        words = line.replace(",", " ").split()
        own = words[0] if " = " in line else ""
        assert {word for word in words if word.startswith("%v") and word != own} <= seen
        seen.add(own)
    assert ordered.index(lines[3]) < ordered.index(lines[2]), "the longest chain goes first"


@pytest.mark.parametrize(
    ("slope", "says"),
    [
        (lambda v: v["y"] if v["y"] > 0.0 else 0.0, "compare"),
        (lambda v: abs(v["y"]), "compare"),
        (lambda v: v["y"] / 0.0, "zero"),
        (lambda v: v["y"] + "1", "cannot be compiled"),
    ],
)
def test_equations_that_are_no_arithmetic_against_a_clear_error(slope: Any, says: str) -> None:
    with pytest.raises(ValueError, match=r"model 'm'.*") as raised:
        trace(model("m", {"y": 1.0}, (), (), lambda v: {"y": slope(v)}))
    assert says in str(raised.value)


def test_scale_of_zero_against_a_clear_error() -> None:
    with pytest.raises(ValueError, match=r"state 'y' has scale 0\.0"):
        trace(model("m", {"y": 0.0}, (), (), lambda v: {"y": v["y"]}))


def test_recorded_against_numpy_scalars_on_the_left() -> None:
    m = model("m", {"y": 1.0}, (), (), lambda v: {"y": np.float64(2.0) * np.exp(-v["y"]) + np.sqrt(v["y"])})
    traced = trace(m)
    found = evaluate(traced.graph, list(traced.slopes), {"state": [0.3]})
    assert found[0] == pytest.approx(2.0 * math.exp(-0.3) + math.sqrt(0.3), rel=1e-15)
