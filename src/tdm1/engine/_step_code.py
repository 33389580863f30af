"""Put the statements together into the three compiled functions of a model, as LLVM assembly.

    prepare(parameters, inputs, derived)
    rhs(state, derived, slopes)
    step(state, derived, h, tolerance, work, new_state, error)

Each goes through the parts of a block (one vector wide) in turn. `state`, `parameters`, `inputs`, `slopes`,
`new_state`, `h` and `error` are the block's rows of LANES doubles; `derived` is for the functions' own use,
part after part; `work` is scratch that all parts use in turn, so that it stays in the nearest cache.
`tolerance` is plain doubles: the relative tolerance, then the absolute tolerance of each state. `h` is a step
length in days for each lane. `error` is, for each lane, the sum over states of
(error / (absolute + relative * size))^2; it is NaN where the new state is not finite or a pivot is tiny.

The eight stages share one copy of the right-hand side and of the triangular solve, and the sums over
earlier stages are short loops: the step then fits the processor's instruction cache, which was worth
more than laying everything out in one line.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tdm1.engine._rodas5p import GAMMA, STAGES, A, C
from tdm1.engine._schedule import schedule
from tdm1.engine._statements import Statements
from tdm1.engine._vector_code import LANES, Rows, Writer, for_all_parts, write_nodes
from tdm1.engine._vector_math import exp, log, power, rough_reciprocal

_FUNCTIONS = {"exp": exp, "log": log, "pow": power}
#: A pivot smaller than this share of 1/(GAMMA h) has lost half of the digits to cancellation: the step is refused.
TINY_PIVOT = 1e-8


class Layout:
    """Where a part's step keeps its intermediate vectors, in `work`."""

    def __init__(self, states: int, factors: int) -> None:
        self.stage_state = STAGES * states
        self.sums = self.stage_state + states
        self.factors = self.sums + states
        self.shift = self.factors + factors
        self.inverse_h = self.shift + 1
        self.pivots = self.inverse_h + 1
        self.size = self.pivots + 1


class _Part:
    """What the functions of one part are written from: statements, vector width and arrays by name."""

    def __init__(self, parts: Statements, width: int) -> None:
        self.statements = parts
        self.width = width
        self.layout = Layout(parts.states, len(parts.factors))
        block = ("state", "parameters", "inputs", "slopes", "new_state", "h", "error")
        self.rows = {name: Rows(f"%{name}", LANES) for name in block}
        self.rows |= {name: Rows(f"%{name}", width) for name in ("derived", "work", "result")}
        self.slots = {node: slot for slot, node in enumerate(parts.derived)}

    def write(self, writer: Writer, outputs: list[int], bases: dict[str, tuple[str, int]]) -> dict[int, str]:
        """Write the statements; `bases` gives the array and the first row of each kind of leaf."""
        hoisted = "parameter" not in bases  # then all that is fixed comes from `derived`

        def leaf(node: int) -> str:
            if hoisted and node in self.slots:
                return writer.load(self.rows["derived"], self.slots[node])
            name, offset = bases[self.statements.graph.kind[node]]
            return writer.load(self.rows[name], offset + self.statements.graph.arguments[node][0])

        return write_nodes(writer, self.statements.graph, outputs, leaf, _FUNCTIONS, hoisted)

    def straight(self, name: str, arguments: tuple[str, ...], write: Callable[[Writer], None]) -> str:
        """A function without branches, its lines put into order."""
        writer = Writer(self.width)
        write(writer)
        writer.lines = schedule(writer.lines)
        return writer.function(name, arguments)

    def whole(self, name: str, arguments: tuple[str, ...]) -> str:
        """The public function that runs `name`_part for every part of a block."""
        moves = dict.fromkeys(arguments, self.width) | {"work": 0, "tolerance": 0}
        moves["derived"] = self.width * len(self.slots)
        return for_all_parts(name, f"{name}_part", {argument: moves[argument] for argument in arguments}, self.width)


def model_functions(parts: Statements, width: int) -> tuple[str, int]:
    """LLVM assembly of the three functions, without declarations, and the length of `work` in rows of LANES doubles."""
    part = _Part(parts, width)
    text: list[str] = []
    for write, arguments in (
        (_prepare, ("parameters", "inputs", "derived")),
        (_rhs, ("state", "derived", "slopes")),
    ):
        name = write.__name__[1:]
        text += [part.straight(f"{name}_part", arguments, lambda writer, write=write: write(writer, part))]
        text += [part.whole(name, arguments)]
    text.append(part.straight("first", ("state", "derived", "work"), lambda writer: _first(writer, part)))
    text.append(part.straight("stage", ("derived", "work", "result"), lambda writer: _stage(writer, part)))
    arguments = ("state", "derived", "h", "tolerance", "work", "new_state", "error")
    text += [_step(part, arguments), part.whole("step", arguments)]
    return "\n".join(text), -(-part.layout.size * width // LANES)


def _prepare(writer: Writer, part: _Part) -> None:
    derived = list(part.statements.derived)
    names = part.write(writer, derived, {"parameter": ("parameters", 0), "input": ("inputs", 0)})
    for slot, node in enumerate(derived):
        writer.store(names[node], part.rows["derived"], slot)


def _rhs(writer: Writer, part: _Part) -> None:
    names = part.write(writer, list(part.statements.rhs), {"state": ("state", 0)})
    for i, node in enumerate(part.statements.rhs):
        writer.store(names[node], part.rows["slopes"], i)


def _first(writer: Writer, part: _Part) -> None:
    """Right-hand side, factors and the first stage vector; and the sum of squares of 1/pivot."""
    parts, layout, work = part.statements, part.layout, part.rows["work"]
    names = part.write(writer, [*parts.factors, *parts.first], {"state": ("state", 0), "shift": ("work", layout.shift)})
    for slot, node in enumerate(parts.factors):
        writer.store(names[node], work, layout.factors + slot)
    for i, node in enumerate(parts.first):
        writer.store(names[node], work, i)
    total = writer.number(0.0)
    for node in parts.pivots:
        total = writer.multiply_add(names[node], names[node], total)
    writer.store(total, work, layout.pivots)


def _stage(writer: Writer, part: _Part) -> None:
    layout = part.layout
    bases = {
        "state": ("work", layout.stage_state),
        "sum": ("work", layout.sums),
        "factor": ("work", layout.factors),
    }
    names = part.write(writer, list(part.statements.stage), bases)
    for i, node in enumerate(part.statements.stage):
        writer.store(names[node], part.rows["result"], i)


def _sums(writer: Writer, part: _Part, stage: int) -> None:
    """Stage state y + sum A U and the sum (1/h) sum C U; rows 6 and 7 of A add one more vector to row 5's."""
    layout, states, work = part.layout, part.statements.states, part.rows["work"]
    inverse_h = writer.load(work, layout.inverse_h)

    def body(i: str) -> None:
        here = Rows(writer.row(work, i), part.width)
        vectors = [writer.load(here, j * states) for j in range(stage)]
        if stage < 6:
            total = writer.load(part.rows["state"], i)
            for coefficient, vector in zip(A[stage], vectors, strict=True):
                total = writer.multiply_add(vector, writer.number(coefficient), total)
        else:
            total = writer.add(writer.load(here, layout.stage_state), vectors[-1])
        writer.store(total, here, layout.stage_state)
        scaled = writer.mul(vectors[0], writer.number(C[stage][0]))
        for coefficient, vector in zip(C[stage][1:], vectors[1:], strict=True):
            scaled = writer.multiply_add(vector, writer.number(coefficient), scaled)
        writer.store(writer.mul(scaled, inverse_h), here, layout.sums)

    writer.loop(f"sums{stage}", states, body)


def _finish(writer: Writer, part: _Part) -> None:
    """The new state and each lane's error; a new state that is not finite or a tiny pivot makes the error NaN."""
    layout, states, work = part.layout, part.statements.states, part.rows["work"]
    relative = writer.load_scalar("%tolerance", 0)

    def body(i: str) -> None:
        here = Rows(writer.row(work, i), part.width)
        error = writer.load(here, (STAGES - 1) * states)
        new = writer.add(writer.load(here, layout.stage_state), error)
        writer.store(new, part.rows["new_state"], i)
        before, after = writer.absolute(writer.load(part.rows["state"], i)), writer.absolute(new)
        size = writer.where("ogt", before, after, before, after)
        next_i = writer.new(f"add i64 {i}, 1")
        allowed = writer.multiply_add(size, relative, writer.load_scalar("%tolerance", next_i))
        ratio = writer.mul(error, rough_reciprocal(writer, allowed))
        guarded = writer.multiply_add(ratio, ratio, writer.mul(new, writer.number(0.0)))
        writer.lines.append(f"%errors_last = fadd {writer.vector} {guarded}, %errors_carried")

    total = writer.loop("errors", states, body, carried=writer.number(0.0))
    assert total is not None
    shift = writer.load(work, layout.shift)
    smallest = writer.mul(shift, writer.number(TINY_PIVOT))
    share = writer.mul(writer.load(work, layout.pivots), writer.mul(smallest, smallest))
    writer.store(writer.where("olt", share, writer.number(1.0), total, writer.number(math.nan)), part.rows["error"], 0)


def _step(part: _Part, arguments: tuple[str, ...]) -> str:
    writer = Writer(part.width)
    layout, work = part.layout, part.rows["work"]
    inverse_h = writer.div(writer.number(1.0), writer.load(part.rows["h"], 0))
    writer.store(inverse_h, work, layout.inverse_h)
    writer.store(writer.mul(inverse_h, writer.number(1.0 / GAMMA)), work, layout.shift)
    writer.lines.append("call void @first(ptr %state, ptr %derived, ptr %work)")
    for stage in range(1, STAGES):
        _sums(writer, part, stage)
        result = writer.row(work, stage * part.statements.states)
        writer.lines.append(f"call void @stage(ptr %derived, ptr %work, ptr {result})")
    _finish(writer, part)
    return writer.function("step_part", arguments)
