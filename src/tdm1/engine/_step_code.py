"""Put the statements together into the four compiled functions of a model, as LLVM assembly.

    prepare(parameters, inputs, derived)
    rhs(state, derived, slopes)
    step(state, derived, h, tolerance, work, new_state, error)

All arrays are arrays of vectors but `tolerance`, which is plain doubles: the relative tolerance, then
the absolute tolerance of each state. `h` is one vector, a step length in days for each lane. `error`
is, for each lane, the sum over states of (error / (absolute + relative * size))^2.

The eight stages share one copy of the right-hand side and of the triangular solve, and the sums over
earlier stages are short loops: the step then fits the processor's instruction cache, which was worth
more than laying everything out in one line.
"""

from __future__ import annotations

from collections.abc import Callable

from tdm1.engine._rodas5p import GAMMA, STAGES, A, C
from tdm1.engine._schedule import schedule
from tdm1.engine._statements import Statements
from tdm1.engine._vector_code import DECLARATIONS, VECTOR, Writer, splat, write_nodes
from tdm1.engine._vector_math import exp, log, rough_reciprocal

_FUNCTIONS = {"exp": exp, "log": log}


class Layout:
    """Where the step keeps its intermediate vectors: stage vectors, stage state, sums, factors, two numbers."""

    def __init__(self, states: int, factors: int) -> None:
        self.stage_state = STAGES * states
        self.sums = self.stage_state + states
        self.factors = self.sums + states
        self.shift = self.factors + factors
        self.inverse_h = self.shift + 1
        self.size = self.inverse_h + 1


def assembly(parts: Statements) -> tuple[str, int]:
    """LLVM assembly of the model's functions, and the length of `work` in vectors."""
    layout = Layout(parts.states, len(parts.factors))
    text = [DECLARATIONS, _prepare(parts), _rhs(parts), _first(parts, layout), _stage(parts, layout)]
    return "\n".join([*text, _step(parts, layout)]), layout.size


def _loader(writer: Writer, parts: Statements, bases: dict[str, tuple[str, int]]) -> Callable[[int], str]:
    """Loads a leaf from (pointer, offset) by its kind; hoisted values come from %derived."""
    slots = {node: slot for slot, node in enumerate(parts.derived)}

    def load(node: int) -> str:
        if node in slots and "parameter" not in bases:
            return writer.load("%derived", slots[node])
        pointer, offset = bases[parts.graph.kind[node]]
        return writer.load(pointer, offset + parts.graph.arguments[node][0])

    return load


def _write(writer: Writer, parts: Statements, outputs: list[int], bases: dict[str, tuple[str, int]]) -> dict[int, str]:
    hoisted = "parameter" not in bases
    return write_nodes(writer, parts.graph, outputs, _loader(writer, parts, bases), _FUNCTIONS, hoisted)


def _prepare(parts: Statements) -> str:
    writer = Writer()
    names = _write(writer, parts, list(parts.derived), {"parameter": ("%parameters", 0), "input": ("%inputs", 0)})
    for slot, node in enumerate(parts.derived):
        writer.store(names[node], "%derived", slot)
    writer.lines = schedule(writer.lines)
    return writer.function("prepare", ("parameters", "inputs", "derived"))


def _rhs(parts: Statements) -> str:
    writer = Writer()
    names = _write(writer, parts, list(parts.rhs), {"state": ("%state", 0)})
    for i, node in enumerate(parts.rhs):
        writer.store(names[node], "%slopes", i)
    writer.lines = schedule(writer.lines)
    return writer.function("rhs", ("state", "derived", "slopes"))


def _first(parts: Statements, layout: Layout) -> str:
    writer = Writer()
    bases = {"state": ("%state", 0), "shift": ("%work", layout.shift)}
    names = _write(writer, parts, [*parts.factors, *parts.first], bases)
    for slot, node in enumerate(parts.factors):
        writer.store(names[node], "%work", layout.factors + slot)
    for i, node in enumerate(parts.first):
        writer.store(names[node], "%work", i)
    writer.lines = schedule(writer.lines)
    return writer.function("first", ("state", "derived", "work"), internal=True)


def _stage(parts: Statements, layout: Layout) -> str:
    writer = Writer()
    bases = {
        "state": ("%work", layout.stage_state),
        "sum": ("%work", layout.sums),
        "factor": ("%work", layout.factors),
    }
    names = _write(writer, parts, list(parts.stage), bases)
    for i, node in enumerate(parts.stage):
        writer.store(names[node], "%result", i)
    writer.lines = schedule(writer.lines)
    return writer.function("stage", ("derived", "work", "result"), internal=True)


def _sums(writer: Writer, layout: Layout, states: int, stage: int) -> None:
    """Stage state y + sum A U and the sum (1/h) sum C U; rows 6 and 7 of A add one more vector to row 5's."""
    inverse_h = writer.load("%work", layout.inverse_h)

    def body(i: str) -> None:
        here = writer.address("%work", i)
        vectors = [writer.load(here, j * states) for j in range(stage)]
        if stage < 6:
            total = writer.load("%state", i)
            for coefficient, vector in zip(A[stage], vectors, strict=True):
                total = writer.multiply_add(vector, splat(coefficient), total)
        else:
            total = writer.add(writer.load(here, layout.stage_state), vectors[-1])
        writer.store(total, here, layout.stage_state)
        scaled = writer.mul(vectors[0], splat(C[stage][0]))
        for coefficient, vector in zip(C[stage][1:], vectors[1:], strict=True):
            scaled = writer.multiply_add(vector, splat(coefficient), scaled)
        writer.store(writer.mul(scaled, inverse_h), here, layout.sums)

    writer.loop(f"sums{stage}", states, body)


def _finish(writer: Writer, layout: Layout, states: int) -> None:
    """The new state and each lane's error; a new state that is not finite makes the error NaN."""
    relative = writer.load_scalar("%tolerance", 0)

    def body(i: str) -> None:
        here = writer.address("%work", i)
        error = writer.load(here, (STAGES - 1) * states)
        new = writer.add(writer.load(here, layout.stage_state), error)
        writer.store(new, "%new_state", i)
        before, after = writer.absolute(writer.load("%state", i)), writer.absolute(new)
        size = writer.where("ogt", before, after, before, after)
        next_i = writer.new(f"add i64 {i}, 1")
        allowed = writer.multiply_add(size, relative, writer.load_scalar("%tolerance", next_i))
        ratio = writer.mul(error, rough_reciprocal(writer, allowed))
        guarded = writer.multiply_add(ratio, ratio, writer.mul(new, splat(0.0)))
        writer.lines.append(f"%errors_last = fadd {VECTOR} {guarded}, %errors_carried")

    total = writer.loop("errors", states, body, carried=splat(0.0))
    assert total is not None
    writer.store(total, "%error", 0)


def _step(parts: Statements, layout: Layout) -> str:
    writer = Writer()
    states = parts.states
    inverse_h = writer.div(splat(1.0), writer.load("%h", 0))
    writer.store(inverse_h, "%work", layout.inverse_h)
    writer.store(writer.mul(inverse_h, splat(1.0 / GAMMA)), "%work", layout.shift)
    writer.lines.append("call void @first(ptr %state, ptr %derived, ptr %work)")
    for stage in range(1, STAGES):
        _sums(writer, layout, states, stage)
        result = writer.address("%work", stage * states)
        writer.lines.append(f"call void @stage(ptr %derived, ptr %work, ptr {result})")
    _finish(writer, layout, states)
    return writer.function("step", ("state", "derived", "h", "tolerance", "work", "new_state", "error"))
